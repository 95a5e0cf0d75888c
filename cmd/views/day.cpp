#include "app/input.hpp"
#include "app/resolve.hpp"
#include "app/views.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

struct DayOptions {
  std::string when = "today", member, resource;
};

core::Map day_json(app::Workspace& workspace, const app::Day& day) {
  const auto moment = [&](core::Instant instant) {
    return core::to_text(core::WallTime{core::to_local(instant, day.zone), {}});
  };
  const auto& schema = workspace.schemas().get("appointment");
  core::Map document;
  core::List appointments, clashes, gaps;
  for (const auto& entry : day.entries) {
    core::Map each, contact;
    each.set("record", record_json(entry.record, schema));
    if (const auto& id = entry.record.text("contact"); !id.empty()) {
      contact.set("id", id);
      contact.set("name", entry.contact);
      each.set("contact", std::move(contact));
    } else {
      each.set("contact", core::Value{});
    }
    each.set("start", moment(entry.time.from));
    each.set("end", moment(entry.time.to));
    core::List ids;
    for (const auto& id : entry.clashes)
      ids.emplace_back(id);
    each.set("clashes", std::move(ids));
    appointments.emplace_back(std::move(each));
    for (const auto& clash : app::find_clashes(workspace, entry.record, schema)) {
      if (clash.with < entry.record.id.str()) continue; // each pair once
      core::Map pair;
      pair.set("kind", clash.kind);
      pair.set("key", clash.key);
      pair.set("a", entry.record.id.str());
      pair.set("b", clash.with);
      pair.set("from", moment(std::max(clash.time.from, entry.time.from)));
      pair.set("to", moment(std::min(clash.time.to, entry.time.to)));
      clashes.emplace_back(std::move(pair));
    }
  }
  for (const auto& gap : day.gaps) {
    core::Map each;
    each.set("key", gap.key);
    each.set("from", moment(gap.time.from));
    each.set("to", moment(gap.time.to));
    each.set("minutes", static_cast<std::int64_t>((gap.time.to - gap.time.from).count() / 60));
    gaps.emplace_back(std::move(each));
  }
  document.set("schema", "crm.day/1");
  document.set("date", core::to_text(day.date));
  document.set("weekday", core::to_words(day.date).substr(0, 3));
  document.set("zone", day.zone);
  document.set("length_minutes", static_cast<std::int64_t>(day.length.count() / 60));
  document.set("appointments", std::move(appointments));
  document.set("clashes", std::move(clashes));
  document.set("gaps", std::move(gaps));
  document.set("tasks", records_json(workspace, day.tasks));
  return document;
}

Role role_of(const std::string& state) {
  if (state == "confirmed" || state == "arrived") return Role::Good;
  if (state == "no-show") return Role::Bad;
  if (state == "cancelled" || state == "done") return Role::Dim;
  return Role::Plain;
}

std::string heading(const app::Day& day) {
  std::string out = core::to_words(day.date) + "  " + day.zone;
  if (const auto minutes = day.length.count() / 60; minutes != 24 * 60)
    out += fmt::format("  (the clock changes: {} h{})", minutes / 60,
                       minutes % 60 == 0 ? "" : fmt::format(" {} min", minutes % 60));
  return out;
}

void print_entries(Context& context, const app::Day& day) {
  auto& workspace = context.workspace();
  Table table;
  table.column({.heading = "Time", .min = 11, .shrink = Shrink::Never});
  table.column({.heading = "Contact"});
  table.column({.heading = "With"});
  table.column({.heading = "In"});
  table.column({.heading = "Status"});
  table.column({.heading = "ID", .shrink = Shrink::Never});
  table.column({.heading = ""});
  for (const auto& entry : day.entries) {
    const auto now = workspace.now();
    const bool running = entry.time.from <= now && now < entry.time.to;
    std::string mark = entry.clashes.empty()                  ? (running ? "now" : "")
                       : entry.record.get("forced").is_null() ? "CLASH"
                                                              : "clash, forced";
    table.row({{clock_range(entry.time, day.zone), Role::Time},
               {entry.contact.empty() ? "–" : entry.contact, Role::Name},
               {base::join(entry.who, ", "), Role::Plain},
               {base::join(entry.where, ", "), Role::Plain},
               {entry.state, role_of(entry.state)},
               {app::short_id(workspace, entry.record.id.str()), Role::Id},
               {mark, entry.clashes.empty() ? Role::Good : Role::Bad}});
  }
  context.print(table.render(context.terminal(), context.style()));
}

void print_gaps(Context& context, const app::Day& day) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_key;
  for (const auto& gap : day.gaps) {
    if (by_key.empty() || by_key.back().first != gap.key) by_key.push_back({gap.key, {}});
    by_key.back().second.push_back(clock_range(gap.time, day.zone));
  }
  if (by_key.empty()) return;
  std::size_t widest = 0;
  for (const auto& [key, ranges] : by_key)
    widest = std::max(widest, base::width(key));
  context.print("\n" + context.style().paint(Role::Heading, "Free") + "\n");
  const auto room = static_cast<std::size_t>(context.terminal().width) - widest - 4;
  for (const auto& [key, ranges] : by_key) {
    const auto lines = base::wrap(base::join(ranges, "  "), std::max<std::size_t>(room, 20));
    for (const auto& line : lines)
      context.print("  " + base::pad(&line == &lines.front() ? base::printable(key) : "", widest) + "  " +
                    line + "\n");
  }
}

void run_day(Context& context, const DayOptions& options) {
  auto& workspace = context.workspace();
  app::DayRequest request{app::parse_when(workspace, options.when).date, "", ""};
  if (!options.member.empty())
    request.member = app::resolve(workspace, "member", options.member).record.text("key");
  if (!options.resource.empty())
    request.resource = app::resolve(workspace, "resource", options.resource).record.text("key");
  const auto day = app::day(workspace, request);
  if (context.format() == Format::Json) return context.print_json(day_json(workspace, day));
  if (!context.for_people()) {
    std::vector<core::Map> rows;
    for (const auto& entry : day.entries) {
      core::Map row = record_json(entry.record, workspace.schemas().get("appointment"));
      row.set("contact_name", entry.contact);
      row.set("end", core::to_text(core::WallTime{core::to_local(entry.time.to, day.zone), {}}));
      rows.push_back(std::move(row));
    }
    return context.print_rows({"id", "start", "end", "zone", "contact", "contact_name", "title", "assignee",
                               "resources", "service", "status"},
                              rows);
  }
  const Style style = context.style();
  context.print(style.paint(Role::Heading, heading(day)) + "\n");
  if (day.entries.empty()) {
    context.print("  nothing is booked\n");
  } else {
    print_entries(context, day);
  }
  print_gaps(context, day);
  if (day.tasks.empty()) return;
  context.print("\n" + style.paint(Role::Heading, "Due") + "\n");
  const auto& schema = workspace.schemas().get("task");
  for (const auto& task : day.tasks) {
    const std::string id = app::short_id(workspace, task.id.str());
    const std::string who = task.text("assignee").empty() ? "" : "  " + task.text("assignee");
    context.print(fmt::format("  {}  {}  {}{}\n", style.paint(Role::Id, id),
                              cell(workspace, task, schema, "due"), base::printable(task.text("title")),
                              base::printable(who)));
  }
}

} // namespace

void add_day(CLI::App& root, Context& context) {
  auto options = std::make_shared<DayOptions>();
  auto* command = add_command(root, "day", "one day at the front desk: who, when, where, clashes, gaps",
                              "  crm day\n  crm day tomorrow\n  crm day fri --with bob");
  complete(context, command->add_option("when", options->when, "the day (default: today)")->type_name("DAY"),
           Completes::Day);
  complete(context, command->add_option("--with", options->member, "of one member")->type_name("MEMBER"),
           Completes::Record, "member");
  complete(context, command->add_option("--in", options->resource, "of one resource")->type_name("RESOURCE"),
           Completes::Record, "resource");
  command->callback([&context, options] { run_day(context, *options); });
}

} // namespace crm::cmd
