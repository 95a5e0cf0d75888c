#include "cmd/grouping.hpp"

#include "base/text.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace crm::cmd {
namespace {

struct Group {
  std::string value; ///< as people read it
  std::string unit;
  std::int64_t count = 0;
  std::vector<double> sums; ///< of each number field
};

std::vector<const core::Field*> numbers_of(const core::Schema& schema) {
  std::vector<const core::Field*> out;
  for (const auto& field : schema.fields)
    if (field.shape == core::Shape::Number || field.shape == core::Shape::Integer) out.push_back(&field);
  return out;
}

/// What stands in the field, each element by itself; one empty text where nothing does.
std::vector<std::string> values_of(app::Workspace& workspace, core::Record record, const core::Schema& schema,
                                   const core::Field& field) {
  const core::Value value = record.get(field.name);
  const auto* list = value.if_list();
  if (list == nullptr) return {cell(workspace, record, schema, field.name)};
  std::vector<std::string> out;
  for (const auto& each : *list) {
    record.fields.set(field.name, core::List{each});
    out.push_back(cell(workspace, record, schema, field.name));
  }
  return out.empty() ? std::vector<std::string>{""} : out;
}

} // namespace

void print_groups(Context& context, const core::Schema& schema, const std::vector<core::Record>& records,
                  const core::Field& field) {
  auto& workspace = context.workspace();
  const auto numbers = numbers_of(schema);
  const bool has_unit = schema.find("currency") != nullptr;
  std::map<std::pair<std::string, std::string>, Group> found;
  for (const auto& record : records)
    for (const auto& value : values_of(workspace, record, schema, field)) {
      const std::string unit = has_unit ? record.text("currency") : "";
      auto& group = found[{value, unit}];
      group.value = value;
      group.unit = unit;
      ++group.count;
      group.sums.resize(numbers.size());
      for (std::size_t i = 0; i < numbers.size(); ++i)
        group.sums[i] += record.get(numbers[i]->name).number_or(0);
    }
  std::vector<Group> groups;
  for (auto& [key, group] : found)
    groups.push_back(std::move(group));
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.count > b.count; });
  if (!context.for_people()) {
    core::Map document;
    core::List list;
    for (const auto& group : groups) {
      core::Map entry, sums;
      for (std::size_t i = 0; i < numbers.size(); ++i)
        sums.set(numbers[i]->name, group.sums[i]);
      entry.set("value", group.value.empty() ? core::Value{} : core::Value{group.value});
      entry.set("unit", group.unit.empty() ? core::Value{} : core::Value{group.unit});
      entry.set("count", group.count);
      entry.set("sums", std::move(sums));
      list.emplace_back(std::move(entry));
    }
    document.set("schema", "crm.groups/1");
    document.set("type", schema.type);
    document.set("field", field.name);
    document.set("count", static_cast<std::int64_t>(records.size()));
    document.set("groups", std::move(list));
    return context.print_json(document);
  }
  Table table;
  table.column({.heading = field.title});
  table.column({.heading = "Count", .align = base::Align::Right, .shrink = Shrink::Never});
  for (const auto* number : numbers)
    table.column({.heading = number->title, .align = base::Align::Right});
  for (const auto& group : groups) {
    std::vector<Cell> row{
        {group.value.empty() ? "(none)" : group.value, group.value.empty() ? Role::Dim : Role::Name},
        {fmt::format("{}", group.count)}};
    for (const double sum : group.sums)
      row.push_back({sum == 0 ? "" : money(sum, group.unit)});
    table.row(std::move(row));
  }
  context.print(table.render(context.terminal(), context.style()));
}

} // namespace crm::cmd
