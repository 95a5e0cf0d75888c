#include "cmd/grouping.hpp"

#include "app/reports/tally.hpp"
#include "app/resolve.hpp"
#include "app/views.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>

namespace crm::cmd {
namespace {

/// One of those that a record counts in.
struct Kind {
  std::string target; ///< what it refers to, as the record has it; "" where the field refers to nothing
  std::string value;  ///< as people read it
};

struct Group : Kind {
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
std::vector<Kind> kinds_of(app::Workspace& workspace, core::Record record, const core::Schema& schema,
                           const core::Field& field) {
  const core::Value value = record.get(field.name);
  const auto kind = [&](const core::Value& each) {
    return Kind{field.ref ? each.string_or_empty() : "", cell(workspace, record, schema, field.name)};
  };
  const auto* list = value.if_list();
  if (list == nullptr) return {kind(value)};
  std::vector<Kind> out;
  for (const auto& each : *list) {
    record.fields.set(field.name, core::List{each});
    out.push_back(kind(each));
  }
  return out.empty() ? std::vector<Kind>{{}} : out;
}

/// Two people of one name are told apart.
std::string shown(app::Workspace& workspace, const Group& group, const std::vector<Group>& all) {
  const bool alone = std::none_of(all.begin(), all.end(), [&](const Group& other) {
    return other.value == group.value && other.target != group.target;
  });
  return alone ? group.value : group.value + " (" + app::short_id(workspace, group.target) + ")";
}

core::Map group_json(const Group& group, const std::vector<const core::Field*>& numbers) {
  core::Map out, sums;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    sums.set(numbers[i]->name, app::rounded(group.sums[i]));
  out.set("value", or_null(group.value));
  out.set("target", or_null(group.target));
  out.set("unit", or_null(group.unit));
  out.set("count", group.count);
  out.set("sums", std::move(sums));
  return out;
}

/// Of these a table has no room for what is within a cell.
core::Map group_row(const Group& group, const std::vector<const core::Field*>& numbers) {
  core::Map out = group_json(group, numbers);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    out.set("sum_" + numbers[i]->name, app::rounded(group.sums[i]));
  return out;
}

void print_for_scripts(Context& context, const core::Schema& schema, const core::Field& field,
                       std::size_t records, const std::vector<Group>& groups,
                       const std::vector<const core::Field*>& numbers) {
  const bool table = context.format() == Format::Csv || context.format() == Format::Tsv;
  std::vector<core::Map> rows;
  for (const auto& group : groups)
    rows.push_back(table ? group_row(group, numbers) : group_json(group, numbers));
  if (context.format() != Format::Json) {
    std::vector<std::string> columns{"value", "target", "unit", "count"};
    for (const auto* number : numbers)
      columns.push_back("sum_" + number->name);
    return context.print_rows(columns, rows);
  }
  core::Map document;
  document.set("schema", "crm.groups/1");
  document.set("type", schema.type);
  document.set("field", field.name);
  document.set("count", static_cast<std::int64_t>(records));
  document.set("groups", core::List(rows.begin(), rows.end()));
  context.print_json(document);
}

} // namespace

void print_groups(Context& context, const core::Schema& schema, const std::vector<core::Record>& records,
                  const core::Field& field) {
  auto& workspace = context.workspace();
  const auto numbers = numbers_of(schema);
  const bool has_unit = schema.find("currency") != nullptr;
  std::map<std::array<std::string, 3>, Group> found;
  for (const auto& record : records)
    for (auto& kind : kinds_of(workspace, record, schema, field)) {
      const std::string unit = has_unit ? app::currency_of(workspace, record.text("currency")) : "";
      auto& group = found[{kind.value, kind.target, unit}];
      static_cast<Kind&>(group) = std::move(kind);
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
  if (!context.for_people())
    return print_for_scripts(context, schema, field, records.size(), groups, numbers);
  Table table;
  table.column({.heading = field.title});
  table.column({.heading = "Count", .align = base::Align::Right, .shrink = Shrink::Never});
  for (const auto* number : numbers)
    table.column({.heading = number->title, .align = base::Align::Right});
  for (const auto& group : groups) {
    std::vector<Cell> row{{group.value.empty() ? "(none)" : shown(workspace, group, groups),
                           group.value.empty() ? Role::Dim : Role::Name},
                          {fmt::format("{}", group.count)}};
    for (const double sum : group.sums)
      row.push_back({sum == 0 ? "" : money(sum, group.unit)});
    table.row(std::move(row));
  }
  context.print(table.render(context.terminal(), context.style()));
}

} // namespace crm::cmd
