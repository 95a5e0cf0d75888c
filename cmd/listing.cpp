#include "cmd/listing.hpp"

#include "app/booking.hpp"
#include "app/conflicts.hpp"
#include "app/input.hpp"
#include "app/listing.hpp"
#include "app/query.hpp"
#include "app/reads.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/grouping.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"
#include "core/occurrence.hpp"
#include "core/redirect.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <initializer_list>
#include <iterator>

namespace crm::cmd {
namespace {

bool refers_to(const core::Schema& schema, const std::string& type) {
  return std::any_of(schema.fields.begin(), schema.fields.end(), [&](const core::Field& field) {
    return field.ref && field.name != core::redirect_field &&
           std::find(field.ref->types.begin(), field.ref->types.end(), type) != field.ref->types.end();
  });
}

std::int64_t midnight(app::Workspace& workspace, core::LocalDate day) {
  return core::to_instant({core::LocalTime{day}, {}}, workspace.settings().zone).time_since_epoch().count();
}

void add_times(app::Workspace& workspace, const ListOptions& options, const core::Schema& schema,
               const core::Query& filters, app::ListRequest& request) {
  const auto set = [&](const std::string& phrase, bool first, bool last) {
    if (phrase.empty()) return;
    const auto days = app::parse_days(workspace, phrase);
    if (first) request.from = midnight(workspace, days.first);
    if (last) request.to = midnight(workspace, days.last + std::chrono::days{1});
  };
  set(options.on, true, true);
  set(options.from, true, false);
  set(options.to, false, true);
  if (!request.from && !request.to && !options.all && app::takes_time(schema) &&
      !app::speaks_of(filters, schema.time_field)) // what is over is history
    request.from = midnight(workspace, std::chrono::floor<std::chrono::days>(workspace.when_context().now));
}

std::vector<std::string> targets(app::Workspace& workspace, const ListOptions& options) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& word, const std::string& type) {
    if (word.empty()) return;
    const auto found = app::resolve(workspace, type, word);
    const auto& key = workspace.schemas().get(found.record.type).key_field;
    out.push_back(key.empty() ? found.record.id.str() : found.record.text(key));
  };
  add(options.contact, "contact");
  add(options.member, "member");
  add(options.resource, "resource");
  add(options.about, "");
  return out;
}

std::string stamp_text(app::Workspace& workspace, const core::Record& record, const std::string& name) {
  const auto stamp = core::stamp_of(record, name);
  return stamp ? short_moment(workspace, stamp->time) : "";
}

/// A heading: a part of a name says something; a part of a time or a sum does not.
Column column_of(const core::Schema& schema, const std::string& name) {
  using core::Shape;
  if (core::names_stamp(schema, name))
    return {.heading = name == "created" ? "Created" : "Changed", .shrink = Shrink::Never};
  const core::Field* field = schema.find(name);
  const auto is = [&](std::initializer_list<Shape> shapes) {
    return field != nullptr && std::find(shapes.begin(), shapes.end(), field->shape) != shapes.end();
  };
  return {.heading = field != nullptr ? field->title : name,
          .align = is({Shape::Integer, Shape::Number}) ? base::Align::Right : base::Align::Left,
          .min = std::size_t{name == schema.name_field || name == "contact" ? 12U : 4U},
          .shrink =
              is({Shape::Integer, Shape::Number, Shape::Date, Shape::Time, Shape::DateTime, Shape::Period})
                  ? Shrink::Never
                  : Shrink::Allowed};
}

/// False when there is nothing to show.
bool print_table(Context& context, const app::ListRequest& request, const std::vector<std::string>& columns) {
  const core::Schema& schema = *request.schema;
  auto& workspace = context.workspace();
  Table table;
  table.column({.heading = "ID", .shrink = Shrink::Never});
  for (const auto& name : columns)
    table.column(column_of(schema, name));
  const bool beside_zone = std::find(columns.begin(), columns.end(), "zone") != columns.end();
  const Clock by = beside_zone ? Clock::Own : Clock::Here;
  std::vector<std::string> ids;
  std::vector<std::vector<Cell>> rows;
  app::each_listed(workspace, request, [&](const core::Record& record) {
    std::vector<Cell> row;
    row.reserve(1 + columns.size());
    row.emplace_back();
    for (const auto& name : columns) {
      if (core::names_stamp(schema, name)) {
        row.push_back({stamp_text(workspace, record, name)});
        continue;
      }
      const bool is_name = name == schema.name_field,
                 is_state = schema.states && name == schema.states->field;
      const bool over = is_state && !schema.is_open(record.text(name));
      row.push_back({cell(workspace, record, schema, name, by), is_name ? Role::Name
                                                                : over  ? Role::Dim
                                                                        : Role::Plain});
    }
    // Only now: what is damaged is found by the cells, and the record comes once more.
    ids.push_back(record.id.str());
    rows.push_back(std::move(row));
  });
  table.column({.heading = ""});
  const auto names = app::short_ids(workspace, ids);
  const auto disputed = app::disputed_ids(workspace, schema.type);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].front() = {names[i], Role::Id};
    if (disputed.count(ids[i]) > 0) rows[i].push_back({"undecided", Role::Bad});
    table.row(std::move(rows[i]));
  }
  context.print(table.render(context.terminal(), context.style()));
  return !ids.empty();
}

core::Map list_json(const core::Schema& schema, std::size_t count, core::List records) {
  core::Map out;
  out.set("schema", "crm.list/1");
  out.set("type", schema.type);
  out.set("count", static_cast<std::int64_t>(count));
  out.set("records", std::move(records));
  return out;
}

} // namespace

void add_list_options(CLI::App& command, Context& context, ListOptions& options, const core::Schema* schema) {
  complete(context,
           command.add_option("filters", options.words, "words, field:value, @saved: `crm help filters`")
               ->type_name("FILTERS"),
           Completes::Filter, options.type);
  const auto has = [&](const std::string& type) { return schema == nullptr || refers_to(*schema, type); };
  if (schema == nullptr || schema->states) {
    complete(
        context,
        command.add_option("--status,--state", options.states, "only in these states")->type_name("STATE"),
        Completes::State, options.type);
    command.add_flag("-a,--all", options.all, "also what is over and done");
  } else if (!schema->time_field.empty()) {
    command.add_flag("-a,--all", options.all, "also what is past");
  }
  if (has("contact"))
    complete(context,
             command.add_option("-c,--contact", options.contact, "of this contact")->type_name("CONTACT"),
             Completes::Record, "contact");
  if (has("member"))
    complete(context,
             command.add_option("--for,--with", options.member, "of this member")->type_name("MEMBER"),
             Completes::Record, "member");
  if (has("resource"))
    complete(context,
             command.add_option("--in", options.resource, "with this resource")->type_name("RESOURCE"),
             Completes::Record, "resource");
  complete(context,
           command.add_option("--about", options.about, "that refer to this record")->type_name("ID"),
           Completes::Record);
  if (schema == nullptr || !schema->time_field.empty()) {
    complete(context,
             command.add_option("--on", options.on, "on this day or in this range: fri, mon..fri, 2026-11")
                 ->type_name("DAYS"),
             Completes::Day);
    complete(context, command.add_option("--from", options.from, "from this day on")->type_name("DAY"),
             Completes::Day);
    complete(context, command.add_option("--to", options.to, "up to and with this day")->type_name("DAY"),
             Completes::Day);
  }
  complete(context,
           command.add_option("--columns", options.columns, "fields to show, also created and changed")
               ->delimiter(',')
               ->type_name("FIELDS"),
           Completes::Columns, options.type);
  complete(context,
           command.add_option("--sort", options.sort, "a field, or several: -value,name")->type_name("BY"),
           Completes::Sort, options.type);
  complete(context,
           command.add_option("--group-by", options.group_by, "how many have each value, and sums")
               ->type_name("FIELD"),
           Completes::Field, options.type);
  command.add_option("--limit", options.limit, "at most N")->type_name("N")->check(CLI::Range(0, 1000000000));
  if (schema != nullptr && core::may_recur(*schema))
    command.add_flag("--series", options.series, "the series themselves, not what they come to");
  command.add_flag("--deleted", options.deleted, "the deleted ones instead");
  command.add_flag("--count", options.count, "only how many");
}

void run_list(Context& context, const ListOptions& options) {
  auto& workspace = context.workspace();
  const auto& schema = workspace.schemas().get(workspace.schemas().type_named(options.type).empty()
                                                   ? options.type
                                                   : workspace.schemas().type_named(options.type));
  const auto filters = app::parse_query(workspace, schema, options.words);
  app::ListRequest request{.schema = &schema,
                           .filters = filters,
                           .states = options.states,
                           .deleted = options.deleted,
                           .series = options.series,
                           .want = context.for_people() ? app::ListRequest::Want::Fields
                                                        : app::ListRequest::Want::Record,
                           .sort = options.sort,
                           .limit = options.limit};
  const auto known = [&](const std::string& state) {
    const auto others = app::other_states(workspace, schema);
    return (schema.states && schema.states->next(state) != nullptr) ||
           std::find(others.begin(), others.end(), state) != others.end();
  };
  for (const auto& state : options.states)
    if (!known(state))
      throw base::Error(base::Kind::Usage,
                        app::with_article(schema.type) + " has no state \"" + base::printable(state) + "\"",
                        schema.states ? "its states: " + base::join(schema.states->rank, ", ") : "");
  if (!options.all && !options.deleted && options.states.empty() && schema.states &&
      !app::takes_time(schema) && !app::speaks_of(filters, schema.states->field))
    request.states = app::open_states(workspace, schema);
  if (!schema.time_field.empty()) add_times(workspace, options, schema, filters, request);
  request.targets = targets(workspace, options);
  const std::string none = fmt::format("no {}{}", options.deleted ? "deleted " : "", schema.folder);
  if (!options.group_by.empty()) {
    const auto& field = app::field_named(schema, options.group_by);
    const auto records = app::list(workspace, request);
    if (records.empty() && context.for_people()) return context.say(none);
    return print_groups(context, schema, records, field);
  }
  if (options.count) {
    request.want = app::ListRequest::Want::Fields;
    std::size_t count = 0;
    app::each_listed(workspace, request, [&](const core::Record&) { ++count; });
    return context.format() == Format::Json ? context.print_json(list_json(schema, count, {}))
                                            : context.print(fmt::format("{}\n", count));
  }
  auto columns = options.columns.empty() ? schema.columns : options.columns;
  if (options.series && options.columns.empty()) columns.emplace_back("rrule");
  for (auto& name : columns) {
    if (core::names_stamp(schema, name))
      request.want = app::ListRequest::Want::Record;
    else if (name != "id")
      name = app::field_named(schema, name).name;
  }
  if (context.for_people()) {
    if (!print_table(context, request, columns)) context.say(none);
    return;
  }
  const auto records = app::list(workspace, request);
  if (options.columns.empty() || context.format() == Format::Json) // whole records
    app::note_reads(workspace, "list", records);
  if (context.format() == Format::Json)
    return context.print_json(list_json(schema, records.size(), records_json(workspace, records)));
  std::vector<core::Map> rows;
  for (const auto& record : records) {
    auto& row = rows.emplace_back(record_json(record, schema));
    for (const auto& name : columns)
      if (core::names_stamp(schema, name)) {
        const auto stamp = core::stamp_of(record, name);
        row.set(name, stamp ? core::Value{core::to_text(stamp->time)} : core::Value{});
      }
  }
  std::vector<std::string> names{"id"};
  if (options.columns.empty()) {
    for (const auto& field : schema.fields)
      names.push_back(field.name);
  } else {
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(names),
                 [](const std::string& name) { return name != "id"; });
  }
  context.print_rows(names, rows);
}

} // namespace crm::cmd
