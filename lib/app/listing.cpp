#include "app/listing.hpp"

#include "app/input.hpp"
#include "app/occurrences.hpp"
#include "app/project.hpp"
#include "app/query.hpp"
#include "app/sorting.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"

#include <algorithm>

namespace crm::app {
namespace {

/// Orders that the index has; any other is made here.
std::optional<index::Order> index_order(const std::string& sort, const core::Schema& schema) {
  if (sort == "name") return index::Order::Name;
  if (sort == "time") return index::Order::Time;
  if (sort == "-time") return index::Order::TimeDescending;
  if (sort == "id") return index::Order::Id;
  if (!sort.empty()) return std::nullopt;
  if (schema.time_field.empty()) return index::Order::Name;
  return schema.type == "note" ? index::Order::TimeDescending : index::Order::Time;
}

/// The record without its `crm` block, of which a table shows nothing: half of what would be parsed. Rows are
/// written by `project`, whose order of the two is known; anything else is parsed as a whole.
core::Record fields_of(const index::Row& row) {
  constexpr std::string_view before = R"({"fields":)", behind = R"(,"crm":)";
  const std::string_view data = row.data;
  const auto id = base::Id::parse(row.id);
  if (!id || !data.starts_with(before)) return to_record(row);
  std::size_t at = before.size(), depth = 0;
  bool text = false;
  for (; at < data.size(); ++at) {
    const char c = data[at];
    if (text && c == '\\') {
      ++at;
    } else if (c == '"') {
      text = !text;
    } else if (!text && c == '{') {
      ++depth;
    } else if (!text && c == '}' && --depth == 0) {
      break;
    }
  }
  if (at >= data.size() || !data.substr(at + 1).starts_with(behind)) return to_record(row);
  auto fields = codec::from_json(data.substr(before.size(), at + 1 - before.size()));
  core::Map* map = fields ? fields->if_map() : nullptr;
  if (map == nullptr) return to_record(row);
  return {*id, row.type, std::move(*map), {}};
}

/// Stamps are in the block that Fields is without.
bool needs_stamps(const core::Query& query) {
  return std::any_of(query.filters.begin(), query.filters.end(), [](const core::Filter& filter) {
    return filter.field == "created" || filter.field == "changed";
  });
}

bool refers_to_all(const core::Record& record, const std::vector<std::string>& wanted) {
  const auto holds = [](const core::Value& value, const std::string& target) {
    if (const auto* list = value.if_list())
      return std::any_of(list->begin(), list->end(),
                         [&](const core::Value& item) { return item.string_or_empty() == target; });
    return value.string_or_empty() == target;
  };
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& target) {
    return std::any_of(record.fields.begin(), record.fields.end(),
                       [&](const auto& field) { return holds(field.second, target); });
  });
}

} // namespace

const core::Field& field_named(const core::Schema& schema, const std::string& name) {
  if (const auto* field = core::find_queried(schema, name)) return *field;
  std::vector<std::string> names{"id", "created", "changed"};
  for (const auto& field : schema.fields)
    names.push_back(field.name);
  const auto close = base::suggestions(name, names, 1);
  throw base::Error(
      base::Kind::Usage, with_article(schema.type) + " has no field \"" + base::printable(name) + "\"",
      close.empty() ? "`crm types " + schema.type + "` lists them" : "did you mean " + close.front() + "?");
}

std::vector<core::Record> list(Workspace& workspace, const ListRequest& request) {
  std::vector<core::Record> out;
  each_listed(workspace, request, [&](core::Record&& record) { out.push_back(std::move(record)); });
  return out;
}

void each_listed(Workspace& workspace, const ListRequest& request,
                 const std::function<void(core::Record&&)>& visit) {
  const core::Schema& schema = *request.schema;
  const auto order = index_order(request.sort, schema);
  index::Query query{.type = schema.type,
                     .states = request.states,
                     .from = request.from,
                     .to = request.to,
                     .deleted = request.deleted,
                     .order = order.value_or(index::Order::Id)};
  if (!request.targets.empty()) query.target = request.targets.front();
  narrow(query, request.filters, schema);
  const bool filtered = !request.filters.filters.empty() || request.targets.size() > 1;
  if (!filtered && order) query.limit = request.limit;
  const bool whole = request.want == ListRequest::Want::Record || needs_stamps(request.filters) ||
                     sorts_by_stamp(request.sort, schema);
  std::vector<core::Record> to_sort;
  std::size_t taken = 0;
  const auto take = [&](const index::Row& row) {
    core::Record record = whole ? to_record(row) : fields_of(row);
    if (!refers_to_all(record, request.targets) ||
        !core::matches(request.filters, record, schema, workspace.settings().zone))
      return true;
    if (!order) {
      to_sort.push_back(std::move(record));
      return true;
    }
    visit(std::move(record));
    return ++taken != request.limit;
  };
  if (request.series) {
    query.target = series_mark;
    query.limit = 0; // of those that link to it, which other targets may leave fewer of
    for (const auto& row : workspace.with_index([&](index::Index& index) { return index.list(query); }))
      if (!take(row)) break;
  } else {
    each_row(workspace, query, take);
  }
  if (!order) sort_by(workspace, to_sort, request.sort, schema);
  const auto most = request.limit == 0 ? to_sort.size() : std::min(request.limit, to_sort.size());
  for (std::size_t i = 0; i < most; ++i)
    visit(std::move(to_sort[i]));
}

} // namespace crm::app
