#include "cmd/showing.hpp"

#include "app/reads.hpp"
#include "app/redirects.hpp"
#include "app/resolve.hpp"
#include "app/views.hpp"
#include "base/text.hpp"
#include "cmd/render/card.hpp"
#include "cmd/shape.hpp"
#include "core/merge.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

/// How many different ones wait to be chosen from; 0 where nothing is to be decided.
std::size_t count_values(const std::string& field, const std::vector<core::Conflict>& conflicts) {
  std::vector<core::Value> values;
  for (const auto& conflict : conflicts)
    for (const auto& candidate : conflict.values) {
      if (conflict.unit == core::Conflict::deletion) continue; // about the whole record
      const core::Value* found = candidate.values.find(field);
      if (found == nullptr && conflict.unit != field) continue;
      core::Value value = found == nullptr ? core::Value{} : *found;
      if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(std::move(value));
    }
  return values.size();
}

Card card_of(Context& context, const app::Found& found, const core::Schema& schema) {
  auto& workspace = context.workspace();
  Card card;
  const std::string name = label(workspace, found.record, schema);
  card.title = name.empty() ? schema.title : name;
  card.subtitle = schema.type + " " + app::short_id(workspace, found.record.id.str()) +
                  (found.deleted ? "  deleted" : "");
  const auto conflicts = core::conflicts(found.record, schema);
  for (const auto& field : schema.fields) {
    if (field.name == schema.name_field) continue;
    // Told below, and of a circle only the redirects that count.
    if (field.name == core::redirect_field || field.name == core::knew_field) continue;
    const auto text = cell(workspace, found.record, schema, field.name, Clock::Named);
    if (text.empty()) continue;
    const auto values = count_values(field.name, conflicts);
    card.entries.push_back(
        {field.title, values > 1 ? fmt::format("{} (one of {} values)", text, values) : text});
  }
  for (const auto& [field, value] : found.record.fields)
    if (schema.find(field) == nullptr) card.entries.push_back({field, core::to_text(value)});
  if (!conflicts.empty()) {
    std::vector<std::string> units;
    for (const auto& conflict : conflicts)
      units.push_back(conflict.unit);
    card.entries.push_back({"Undecided",
                            base::join(units, ", ") + ": `crm conflicts " +
                                app::short_id(workspace, found.record.id.str()) + "`",
                            Role::Bad, true});
  }
  const auto first = core::created(found.record), last = core::newest(found.record);
  const auto when = [&](const core::Stamp& stamp) {
    return fmt::format("{} by {} on {}", short_moment(workspace, stamp.time), stamp.member, stamp.device);
  };
  card.footer = "added " + when(first) + (first == last ? "" : ", changed " + when(last));
  return card;
}

std::string line_of(app::Workspace& workspace, const core::Record& record) {
  const auto& schema = workspace.schemas().get(record.type);
  std::vector<std::string> parts;
  for (const auto& column : schema.columns) {
    if (column == "contact" || column == "currency") continue; // the amount names its currency
    auto text = cell(workspace, record, schema, column);
    if (!text.empty()) parts.push_back(text.substr(0, text.find('\n')));
  }
  return base::join(parts, "  ");
}

void section(Context& context, const std::string& heading, const std::vector<core::Record>& records,
             const std::vector<app::LeftOut>& left_out = {}) {
  if (records.empty() && left_out.empty()) return;
  auto& workspace = context.workspace();
  const Style style = context.style();
  const auto width = static_cast<std::size_t>(context.terminal().width);
  context.print("\n" + style.paint(Role::Heading, heading) + "\n");
  for (const auto& record : records) {
    const std::string id = app::short_id(workspace, record.id.str());
    std::string line = base::printable(line_of(workspace, record));
    if (!core::conflicts(record, workspace.schemas().get(record.type)).empty()) line = "undecided  " + line;
    if (context.terminal().tty_out) line = base::fit(line, width - id.size() - 4);
    context.print("  " + style.paint(Role::Id, id) + "  " + line + "\n");
  }
  for (const auto& each : left_out)
    context.print("  " + style.paint(Role::Dim, and_more(each.count, each.command)) + "\n");
}

/// What came to records that were merged into this one, from devices that did not know.
std::vector<core::Landed> news_of(app::Workspace& workspace, const index::Row& merged,
                                  const app::Found& found) {
  return app::not_carried_over(workspace, app::to_record(merged), found.record);
}

core::List merged_json(app::Workspace& workspace, const app::Found& found) {
  core::List out;
  for (const auto& row : app::merged_into(workspace, found.record.id.str())) {
    core::Map entry;
    core::List news;
    for (const auto& each : news_of(workspace, row, found)) {
      core::Map one;
      one.set("field", each.unit);
      one.set("values", each.content);
      one.set("written", core::to_text(each.stamp.time));
      one.set("device", each.stamp.device);
      one.set("member", each.stamp.member);
      news.emplace_back(std::move(one));
    }
    entry.set("id", row.id);
    entry.set("name", row.name);
    entry.set("landed", std::move(news));
    out.emplace_back(std::move(entry));
  }
  return out;
}

void print_merged(Context& context, const app::Found& found) {
  auto& workspace = context.workspace();
  const Style style = context.style();
  const auto rows = app::merged_into(workspace, found.record.id.str());
  if (rows.empty()) return;
  context.print("\n" + style.paint(Role::Heading, "Merged into this one") + "\n");
  for (const auto& row : rows) {
    const std::string id = app::short_id(workspace, row.id);
    context.print("  " + style.paint(Role::Id, id) + "  " + base::printable(row.name) + "\n");
    for (const auto& each : news_of(workspace, row, found))
      context.print(fmt::format("        {} since: {} ({} on {}); carry it over: crm {} merge {} {}\n",
                                each.unit, base::printable(core::to_text(core::Value{each.content})),
                                each.stamp.member, each.stamp.device, row.type,
                                app::short_id(workspace, found.record.id.str()), id));
  }
}

void show_story(Context& context, const app::Found& found) {
  auto& workspace = context.workspace();
  const auto story = app::story(workspace, found);
  const auto& schema = workspace.schemas().get(found.record.type);
  if (context.format() == Format::Json) {
    core::Map document;
    for (const auto* shown :
         {&story.appointments, &story.tasks, &story.deals, &story.cases, &story.notes, &story.others})
      app::note_reads(workspace, "show", *shown);
    document.set("schema", "crm.contact/1");
    document.set("record", record_json(found.record, schema));
    document.set("next_appointment",
                 story.next ? core::Value{record_json(*story.next, workspace.schemas().get("appointment"))}
                            : core::Value{});
    document.set("appointments", records_json(workspace, story.appointments));
    document.set("tasks", records_json(workspace, story.tasks));
    document.set("deals", records_json(workspace, story.deals));
    document.set("cases", records_json(workspace, story.cases));
    document.set("notes", records_json(workspace, story.notes));
    document.set("others", records_json(workspace, story.others));
    document.set("merged", merged_json(workspace, found));
    return context.print_json(document);
  }
  context.print(card_of(context, found, schema).render(context.terminal(), context.style()));
  auto left_out = app::left_out(workspace, story);
  const auto rest_of = [&](const std::string& type) {
    std::vector<app::LeftOut> out;
    std::erase_if(left_out, [&](const app::LeftOut& each) {
      if (each.type == type) out.push_back(each);
      return each.type == type;
    });
    return out;
  };
  if (story.next) section(context, "Next appointment", {*story.next});
  section(context, "Open tasks", story.tasks, rest_of("task"));
  section(context, "Deals", story.deals, rest_of("deal"));
  section(context, "Open cases", story.cases, rest_of("case"));
  section(context, "Latest notes", story.notes, rest_of("note"));
  std::vector<core::Record> before;
  for (const auto& record : story.appointments)
    if (!story.next || !(record.id == story.next->id)) before.push_back(record);
  section(context, "Other appointments", before, rest_of("appointment"));
  section(context, "More", story.others, left_out);
  print_merged(context, found);
}

} // namespace

void run_show(Context& context, const std::string& type, const std::string& word) {
  auto& workspace = context.workspace();
  const auto found = app::resolve(workspace, type, word, app::Scope::All);
  if (!workspace.repository().hand_edits({found.path}).empty())
    context.say("crm: note: " + found.path +
                " has an edit by hand that is not committed; `crm commit` takes it in");
  const auto& schema = workspace.schemas().get(found.record.type);
  app::note_reads(workspace, "show", {found.record});
  const bool people_or_json = context.for_people() || context.format() == Format::Json;
  if (found.record.type == "contact" && people_or_json) return show_story(context, found);
  if (context.for_people())
    return context.print(card_of(context, found, schema).render(context.terminal(), context.style()));
  if (context.format() == Format::Json) {
    core::Map document;
    document.set("schema", "crm.show/1");
    document.set("record", record_json(found.record, schema));
    return context.print_json(document);
  }
  std::vector<std::string> names{"id"};
  for (const auto& field : schema.fields)
    names.push_back(field.name);
  context.print_rows(names, {record_json(found.record, schema)});
}

} // namespace crm::cmd
