#include "app/redirects.hpp"

#include "app/workspace.hpp"

#include <algorithm>
#include <tuple>

namespace crm::app {
namespace {

bool has_item(const core::Value& list, const core::Value& item) {
  const auto* items = list.if_list();
  return items != nullptr && std::find(items->begin(), items->end(), item) != items->end();
}

} // namespace

std::optional<core::Redirect> redirect_of(const SchemaSet& schemas, const index::Row& row) {
  // Most rows have none, and need not be parsed to see it.
  if (row.data.find(core::redirect_field) == std::string::npos) return std::nullopt;
  if (!schemas.has(row.type) || !core::may_merge(schemas.get(row.type))) return std::nullopt;
  return core::redirect_of(to_record(row));
}

core::Landing landing(const index::Index& index, const SchemaSet& schemas, const std::string& id) {
  const auto first = index.by_id(id);
  if (!first || !redirect_of(schemas, *first)) return {id, {}, false};
  return core::follow(id, [&](const std::string& at) {
    const auto row = index.by_id(at);
    if (!row || row->type != first->type) return core::Station{};
    return core::Station{true, redirect_of(schemas, *row)};
  });
}

index::Row landed_row(const index::Index& index, const SchemaSet& schemas, index::Row row) {
  if (!row.deleted || !redirect_of(schemas, row)) return row;
  if (auto there = index.by_id(landing(index, schemas, row.id).id)) return std::move(*there);
  return row;
}

std::set<std::string> upstream(const index::Index& index, const SchemaSet& schemas,
                               const std::set<std::string>& ids) {
  std::set<std::string> out = ids;
  std::vector<std::string> todo(ids.begin(), ids.end());
  while (!todo.empty()) {
    const std::string id = std::move(todo.back());
    todo.pop_back();
    if (!index.is_referred_to(id)) continue; // asking who does costs more, and mostly nobody does
    for (const auto& row : index.referring(id, "", 0))
      if (const auto redirect = redirect_of(schemas, row);
          redirect && redirect->target == id && out.insert(row.id).second)
        todo.push_back(row.id);
  }
  return out;
}

std::vector<index::Row> merged_into(Workspace& workspace, const std::string& id) {
  return workspace.with_index([&](index::Index& index) {
    std::vector<index::Row> out;
    for (const auto& each : upstream(index, workspace.schemas(), {id}))
      if (each != id && landing(index, workspace.schemas(), each).id == id)
        if (auto row = index.by_id(each)) out.push_back(std::move(*row));
    std::sort(out.begin(), out.end(),
              [](const auto& a, const auto& b) { return std::tie(a.name, a.id) < std::tie(b.name, b.id); });
    return out;
  });
}

std::vector<core::Landed> not_carried_over(Workspace& workspace, const core::Record& merged,
                                           const core::Record& counting) {
  const auto& schema = workspace.schemas().get(merged.type);
  auto out = core::landed(merged, schema);
  std::erase_if(out, [&](core::Landed& each) {
    if (schema.rule(each.unit) == core::Rule::Set) {
      const bool some_came = !each.added.empty();
      std::erase_if(each.added,
                    [&](const core::Value& item) { return has_item(counting.get(each.unit), item); });
      const auto* shown = each.content.find(each.unit);
      // What was taken away there is news as long as it is here.
      return some_came ? each.added.empty()
                       : (shown == nullptr ? core::Value{} : *shown) == counting.get(each.unit);
    }
    return std::all_of(each.content.begin(), each.content.end(),
                       [&](const auto& field) { return counting.get(field.first) == field.second; }) &&
           !each.content.empty();
  });
  return out;
}

} // namespace crm::app
