#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"
#include "cmd/views/days.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

/// "CLASH", "clash, forced", "outside hours", "now", and where it began on another day "since Thu 31 Dec
/// 2026".
std::string remark(const app::DayEntry& entry, const app::Day& day, core::Instant now) {
  std::vector<std::string> out;
  if (!entry.clashes.empty()) {
    out.emplace_back(entry.record.get("forced").is_null() ? "CLASH" : "clash, forced");
  } else if (entry.open && entry.time.from <= now && now < entry.time.to) {
    out.emplace_back("now");
  } else if (entry.outside_hours) {
    out.emplace_back("outside hours");
  }
  const auto begins = std::chrono::floor<std::chrono::days>(core::to_local(entry.time.from, day.zone));
  if (begins < core::LocalTime{day.date}) out.push_back("since " + core::to_words(begins));
  return base::join(out, ", ");
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
  for (const auto& entry : day.entries)
    table.row({{clock_range(entry.time, day.zone), Role::Time},
               {entry.contact.empty() ? "–" : entry.contact, Role::Name},
               {base::join(entry.who, ", "), Role::Plain},
               {base::join(entry.where, ", "), Role::Plain},
               {entry.state, role_of(entry.state)},
               {app::short_id(workspace, entry.record.id.str()), Role::Id},
               {remark(entry, day, workspace.now()), entry.clashes.empty() ? Role::Good : Role::Bad}});
  context.print(table.render(context.terminal(), context.style()));
}

/// "  key  text", lines that are too long broken, under a heading.
void print_by_key(Context& context, const std::string& title,
                  const std::vector<std::pair<std::string, std::string>>& rows) {
  if (rows.empty()) return;
  std::size_t widest = 0;
  for (const auto& [key, text] : rows)
    widest = std::max(widest, base::width(key));
  context.print("\n" + context.style().paint(Role::Heading, title) + "\n");
  const auto columns = static_cast<std::size_t>(std::max(context.terminal().width, 1));
  const std::size_t room = columns > widest + 4 ? columns - widest - 4 : 0;
  for (const auto& [key, text] : rows) {
    std::string name = base::printable(key);
    for (const auto& line : base::wrap(base::printable(text), std::max<std::size_t>(room, 20))) {
      context.print("  " + base::pad(name, widest) + "  " + line + "\n");
      name.clear();
    }
  }
}

void print_gaps(Context& context, const app::Day& day) {
  std::vector<std::pair<std::string, std::string>> by_key;
  for (const auto& gap : day.gaps) {
    const std::string range = clock_range(gap.time, day.zone);
    if (by_key.empty() || by_key.back().first != gap.key) {
      by_key.emplace_back(gap.key, range);
    } else {
      by_key.back().second += "  " + range;
    }
  }
  print_by_key(context, "Free", by_key);
}

} // namespace

std::string heading(const app::Day& day) {
  std::string out = core::to_words(day.date) + "  " + day.zone;
  if (const auto minutes = day.length.count() / 60; minutes != 24 * 60)
    out += fmt::format("  (the clock changes: {} h{})", minutes / 60,
                       minutes % 60 == 0 ? "" : fmt::format(" {} min", minutes % 60));
  return out;
}

Role role_of(const std::string& state) {
  if (state == "confirmed" || state == "arrived") return Role::Good;
  if (state == "no-show") return Role::Bad;
  if (state == "cancelled" || state == "done") return Role::Dim;
  return Role::Plain;
}

void print_list(Context& context, const app::Day& day) {
  context.print(context.style().paint(Role::Heading, heading(day)) + "\n");
  if (day.entries.empty()) {
    context.print("  nothing is booked\n");
  } else {
    print_entries(context, day);
  }
  print_gaps(context, day);
  print_off(context, day);
}

void print_off(Context& context, const app::Day& day) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& off : day.off)
    rows.emplace_back(off.claim == app::the_house ? "all" : off.claim.key,
                      app::off_words(off.time, day.zone) + (off.reason.empty() ? "" : "  " + off.reason));
  print_by_key(context, "Off", rows);
}

void print_tasks(Context& context, const app::Day& day) {
  if (day.tasks.empty()) return;
  auto& workspace = context.workspace();
  const Style style = context.style();
  context.print("\n" + style.paint(Role::Heading, "Due") + "\n");
  const auto& schema = workspace.schemas().get("task");
  for (std::size_t i = 0; i < std::min(day.tasks.size(), shown_tasks); ++i) {
    const auto& task = day.tasks[i];
    const std::string id = app::short_id(workspace, task.id.str());
    const std::string who = task.text("assignee").empty() ? "" : "  " + task.text("assignee");
    std::string what =
        base::printable(cell(workspace, task, schema, "due") + "  " + task.text("title") + who);
    if (context.terminal().tty_out) {
      const auto columns = static_cast<std::size_t>(context.terminal().width), used = base::width(id) + 4;
      what = shorten(what, columns > used ? columns - used : 1, context.terminal());
    }
    context.print("  " + style.paint(Role::Id, id) + "  " + what + "\n");
  }
  if (day.tasks.size() > shown_tasks)
    context.print("  " + and_more(day.tasks.size() - shown_tasks, day.tasks_command) + "\n");
}

void print_clashes(Context& context, const std::vector<app::Day>& days) {
  auto& workspace = context.workspace();
  bool first = true;
  for (const auto& day : days)
    for (const auto& entry : day.entries)
      for (const auto& clash : entry.in_the_way) {
        const std::string id = entry.record.id.str();
        const auto other =
            std::find_if(day.entries.begin(), day.entries.end(),
                         [&](const app::DayEntry& each) { return each.record.id.str() == clash.with; });
        const bool here = other != day.entries.end();
        if (here && &*other < &entry) continue; // each pair once
        const bool forced =
            !entry.record.get("forced").is_null() || (here && !other->record.get("forced").is_null());
        const core::Interval both{std::max(entry.time.from, clash.time.from),
                                  std::min(entry.time.to, clash.time.to)};
        const std::string what = clash.kind == app::the_house.kind ? "all" : clash.key;
        const std::string with = clash.off ? (clash.with_name.empty() ? "time off" : clash.with_name)
                                           : clash.with_name + " " + app::short_id(workspace, clash.with);
        std::string line =
            fmt::format("! {}{}  {}: {} {}, {}{}", days.size() > 1 ? core::to_words(day.date) + " " : "",
                        clock_range(both, day.zone), what, entry.contact.empty() ? "–" : entry.contact,
                        app::short_id(workspace, id), with, forced ? " (forced)" : "");
        line = base::printable(line);
        if (context.terminal().tty_out)
          line = shorten(line, static_cast<std::size_t>(context.terminal().width), context.terminal());
        if (first) context.print("\n" + context.style().paint(Role::Heading, "Clashes") + "\n");
        first = false;
        context.print(context.style().paint(Role::Bad, line) + "\n");
      }
}

} // namespace crm::cmd
