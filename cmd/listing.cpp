#include "cmd/listing.hpp"

#include "app/booking.hpp"
#include "app/input.hpp"
#include "app/query.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/grouping.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

bool refers_to(const core::Schema& schema, const std::string& type) {
  return std::any_of(schema.fields.begin(), schema.fields.end(), [&](const core::Field& field) {
    return field.ref &&
           std::find(field.ref->types.begin(), field.ref->types.end(), type) != field.ref->types.end();
  });
}

std::int64_t midnight(app::Workspace& workspace, core::LocalDate day) {
  return core::to_instant({core::LocalTime{day}, {}}, workspace.settings().zone).time_since_epoch().count();
}

void add_times(app::Workspace& workspace, const ListOptions& options, const core::Schema& schema,
               const core::Query& filters, index::Query& query) {
  const auto set = [&](const std::string& phrase, bool first, bool last) {
    if (phrase.empty()) return;
    const auto days = app::parse_days(workspace, phrase);
    if (first) query.from = midnight(workspace, days.first);
    if (last) query.to = midnight(workspace, days.last + std::chrono::days{1});
  };
  set(options.on, true, true);
  set(options.from, true, false);
  set(options.to, false, true);
  if (!query.from && !query.to && !options.all && app::takes_time(schema) &&
      !app::speaks_of(filters, schema.time_field)) // what is over is history
    query.from = midnight(workspace, std::chrono::floor<std::chrono::days>(workspace.when_context().now));
}

const core::Field& field_named(const core::Schema& schema, const std::string& name) {
  if (const auto* field = core::find_queried(schema, name)) return *field;
  std::vector<std::string> names;
  for (const auto& field : schema.fields)
    names.push_back(field.name);
  const auto close = base::suggestions(name, names, 1);
  throw base::Error(
      base::Kind::Usage, app::with_article(schema.type) + " has no field \"" + base::printable(name) + "\"",
      close.empty() ? "`crm types " + schema.type + "` lists them" : "did you mean " + close.front() + "?");
}

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

/// By several fields, "-" before one turns it round; what has no value comes last either way.
void sort_by(std::vector<core::Record>& records, const std::string& sort, const core::Schema& schema) {
  struct Key {
    std::string field;
    bool down;
  };
  std::vector<Key> keys;
  for (const auto part : base::split(sort, ',')) {
    const bool down = part.starts_with('-');
    const std::string name(part.substr(down ? 1 : 0));
    keys.push_back({name == "name"   ? schema.name_field
                    : name == "time" ? schema.time_field
                                     : field_named(schema, name).name,
                    down});
  }
  const auto compare = [](const core::Value& a, const core::Value& b) {
    const auto *text_a = a.if_string(), *text_b = b.if_string();
    if (text_a != nullptr && text_b != nullptr) return base::fold(*text_a).compare(base::fold(*text_b));
    return core::less(a, b) ? -1 : core::less(b, a) ? 1 : 0;
  };
  std::stable_sort(records.begin(), records.end(), [&](const core::Record& a, const core::Record& b) {
    for (const auto& key : keys) {
      const auto &first = a.get(key.field), &second = b.get(key.field);
      if (first.is_null() != second.is_null()) return second.is_null();
      const int order = compare(first, second);
      if (order != 0) return key.down ? order > 0 : order < 0;
    }
    return false;
  });
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

void print_table(Context& context, const core::Schema& schema, const std::vector<core::Record>& records,
                 const std::vector<std::string>& columns) {
  auto& workspace = context.workspace();
  Table table;
  table.column({.heading = "ID", .shrink = Shrink::Never});
  for (const auto& name : columns) {
    const core::Field* field = schema.find(name);
    const bool number =
        field != nullptr && (field->shape == core::Shape::Number || field->shape == core::Shape::Integer);
    table.column({.heading = field != nullptr ? field->title : name,
                  .align = number ? base::Align::Right : base::Align::Left});
  }
  std::vector<std::string> ids;
  for (const auto& record : records)
    ids.push_back(record.id.str());
  const auto lengths =
      workspace.with_index([&](index::Index& index) { return index.shortest_prefixes(ids); });
  for (std::size_t i = 0; i < records.size(); ++i) {
    const core::Record& record = records[i];
    std::vector<Cell> row{{ids[i].substr(0, lengths[i]), Role::Id}};
    for (const auto& name : columns) {
      const bool is_name = name == schema.name_field,
                 is_state = schema.states && name == schema.states->field;
      const bool over = is_state && !schema.is_open(record.text(name));
      row.push_back({cell(workspace, record, schema, name), is_name ? Role::Name
                                                            : over  ? Role::Dim
                                                                    : Role::Plain});
    }
    table.row(std::move(row));
  }
  context.print(table.render(context.terminal(), context.style()));
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
  command.add_option("--columns", options.columns, "fields to show")->delimiter(',')->type_name("FIELDS");
  command.add_option("--sort", options.sort, "a field, or several: -value,name")->type_name("BY");
  command.add_option("--group-by", options.group_by, "how many have each value, and sums")
      ->type_name("FIELD");
  command.add_option("--limit", options.limit, "at most N")->type_name("N");
  command.add_flag("--deleted", options.deleted, "the deleted ones instead");
  command.add_flag("--count", options.count, "only how many");
}

void run_list(Context& context, const ListOptions& options) {
  auto& workspace = context.workspace();
  const auto& schema = workspace.schemas().get(workspace.schemas().type_named(options.type).empty()
                                                   ? options.type
                                                   : workspace.schemas().type_named(options.type));
  const auto filters = app::parse_query(workspace, schema, options.words);
  const auto order = index_order(options.sort, schema);
  index::Query query{.type = schema.type,
                     .states = options.states,
                     .deleted = options.deleted,
                     .order = order.value_or(index::Order::Id)};
  for (const auto& state : options.states)
    if (!schema.states || schema.states->next(state) == nullptr)
      throw base::Error(base::Kind::Usage,
                        app::with_article(schema.type) + " has no state \"" + base::printable(state) + "\"",
                        schema.states ? "its states: " + base::join(schema.states->rank, ", ") : "");
  if (!options.all && !options.deleted && options.states.empty() && schema.states &&
      !app::takes_time(schema) && !app::speaks_of(filters, schema.states->field))
    query.states = schema.states->open;
  if (!schema.time_field.empty()) add_times(workspace, options, schema, filters, query);
  const auto wanted = targets(workspace, options);
  if (!wanted.empty()) query.target = wanted.front();
  app::narrow(query, filters, schema);
  const bool filtered = !filters.filters.empty() || wanted.size() > 1;
  if (!filtered && order) query.limit = options.limit;
  std::vector<core::Record> records;
  workspace.with_index([&](index::Index& index) {
    records.clear();
    index.each(query, [&](const index::Row& row) {
      core::Record record = app::to_record(row);
      if (refers_to_all(record, wanted) && core::matches(filters, record, schema, workspace.settings().zone))
        records.push_back(std::move(record));
      return options.limit == 0 || !order || records.size() < options.limit;
    });
    return 0;
  });
  if (!order) {
    sort_by(records, options.sort, schema);
    if (options.limit > 0 && records.size() > options.limit)
      records.erase(records.begin() + static_cast<std::ptrdiff_t>(options.limit), records.end());
  }
  if (!options.group_by.empty())
    return print_groups(context, schema, records, field_named(schema, options.group_by));
  if (options.count && context.for_people()) return context.print(fmt::format("{}\n", records.size()));
  auto columns = options.columns.empty() ? schema.columns : options.columns;
  for (auto& name : columns)
    if (name != "id") name = field_named(schema, name).name;
  if (context.for_people()) {
    if (records.empty())
      return context.say(fmt::format("no {}{}", options.deleted ? "deleted " : "", schema.folder));
    return print_table(context, schema, records, columns);
  }
  if (context.format() == Format::Json) {
    core::Map document;
    document.set("schema", "crm.list/1");
    document.set("type", schema.type);
    document.set("count", static_cast<std::int64_t>(records.size()));
    document.set("records", records_json(workspace, records));
    return context.print_json(document);
  }
  std::vector<core::Map> rows;
  for (const auto& record : records)
    rows.push_back(record_json(record, schema));
  std::vector<std::string> names{"id"};
  if (options.columns.empty()) {
    for (const auto& field : schema.fields)
      names.push_back(field.name);
  } else {
    names.insert(names.end(), columns.begin(), columns.end());
  }
  context.print_rows(names, rows);
}

} // namespace crm::cmd
