#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"
#include "cmd/views/days.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

Terminal screen(const Context& context, Fit fit) {
  Terminal out = context.terminal();
  out.tty_out = out.tty_out || fit == Fit::Always;
  return out;
}

/// "CLASH", "clash, forced", "over capacity", "outside hours", "now", and where it began on another day
/// "since Thu 31 Dec 2026".
std::string remark(const app::DayEntry& entry, const app::Day& day, core::Instant now) {
  std::vector<std::string> out;
  if (!entry.in_the_way.empty()) {
    const bool forced = !entry.record.get("forced").is_null();
    const bool over = std::all_of(entry.in_the_way.begin(), entry.in_the_way.end(),
                                  [](const app::Clash& clash) { return clash.capacity > 1; });
    out.emplace_back(over ? "over capacity" : forced ? "clash" : "CLASH");
    if (forced) out.emplace_back("forced");
  } else if (entry.open && entry.time.from <= now && now < entry.time.to) {
    out.emplace_back("now");
  } else if (entry.outside_hours) {
    out.emplace_back("outside hours");
  }
  if (!entry.undecided.empty()) out.emplace_back("undecided");
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
               {remark(entry, day, workspace.now()),
                entry.clashes.empty() && entry.undecided.empty() ? Role::Good : Role::Bad}});
  context.print(table.render(context.terminal(), context.style()));
}

/// "  key  text", lines that are too long broken, under a heading. Where it has to fit, a long key leaves
/// room for the text.
void print_by_key(Context& context, const std::string& title,
                  const std::vector<std::pair<std::string, std::string>>& rows, Fit fit) {
  if (rows.empty()) return;
  const Terminal terminal = screen(context, fit);
  const auto columns = static_cast<std::size_t>(std::max(terminal.width, 1));
  std::size_t widest = 0;
  for (const auto& [key, text] : rows)
    widest = std::max(widest, base::width(base::printable(key)));
  if (terminal.tty_out) widest = std::min(widest, columns / 2);
  context.print("\n" + context.style().paint(Role::Heading, title) + "\n");
  const std::size_t least = terminal.tty_out ? 1 : 20;
  const std::size_t room = std::max(columns > widest + 4 ? columns - widest - 4 : 0, least);
  for (const auto& [key, text] : rows) {
    std::string name = base::printable(key);
    if (terminal.tty_out) name = shorten(name, widest, terminal);
    for (auto& line : base::wrap(base::printable(text), room)) {
      while (line.ends_with(' '))
        line.pop_back();
      context.print("  " + base::pad(name, widest) + "  " + line + "\n");
      name.clear();
    }
  }
}

void print_gaps(Context& context, const std::string& title, const std::vector<app::Gap>& gaps,
                const std::string& zone) {
  std::vector<std::pair<std::string, std::string>> by_key;
  const app::Gap* last = nullptr;
  for (const auto& gap : gaps) {
    const std::string range = clock_range(gap.time, zone);
    if (last == nullptr || last->claim != gap.claim) {
      by_key.emplace_back(gap.claim.key, range);
    } else {
      by_key.back().second += "  " + range;
    }
    last = &gap;
  }
  print_by_key(context, title, by_key, Fit::OnTerminal);
}

} // namespace

namespace {

std::string heading(const app::Day& day) {
  std::string out = core::to_words(day.date) + "  " + day.zone;
  if (const auto minutes = day.length.count() / 60; minutes != 24 * 60)
    out += fmt::format("  (the clock changes: {} h{})", minutes / 60,
                       minutes % 60 == 0 ? "" : fmt::format(" {} min", minutes % 60));
  return out;
}

} // namespace

void print_heading(Context& context, const app::Day& day, Fit fit) {
  context.print(context.style().paint(Role::Heading, on_lines(heading(day), screen(context, fit))) + "\n");
}

std::string headline(const Context& context, const std::string& what, const std::string& zone, Fit fit) {
  const Terminal terminal = screen(context, fit);
  const auto columns = static_cast<std::size_t>(std::max(terminal.width, 1));
  const bool beside = !terminal.tty_out || base::width(what) + 2 + base::width(zone) <= columns;
  return context.style().paint(Role::Heading, what) + (beside ? "  " : "\n") + zone;
}

Role role_of(const std::string& state) {
  if (state == "confirmed" || state == "arrived") return Role::Good;
  if (state == "no-show") return Role::Bad;
  if (state == "cancelled" || state == "done") return Role::Dim;
  return Role::Plain;
}

void print_list(Context& context, const app::Day& day) {
  print_heading(context, day, Fit::OnTerminal);
  if (day.entries.empty()) {
    context.print("  nothing is booked\n");
  } else {
    print_entries(context, day);
  }
  print_clashes(context, {day}, Told::OverCapacity, Fit::OnTerminal);
  print_undecided(context, {day}, Fit::OnTerminal);
  print_gaps(context, "Free", day.gaps, day.zone);
  print_gaps(context, "Taken", day.elsewhere, day.zone);
  print_off(context, day, Fit::OnTerminal);
}

void print_off(Context& context, const app::Day& day, Fit fit) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& off : day.off)
    rows.emplace_back(off.claim == app::the_house ? "all" : off.claim.key,
                      app::off_words(off.time, day.zone) + (off.reason.empty() ? "" : "  " + off.reason));
  print_by_key(context, "Off", rows, fit);
}

void print_tasks(Context& context, const app::Day& day, Fit fit) {
  if (day.tasks.empty()) return;
  const Terminal terminal = screen(context, fit);
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
    if (terminal.tty_out) {
      const auto columns = static_cast<std::size_t>(terminal.width), used = base::width(id) + 4;
      what = shorten(what, columns > used ? columns - used : 1, terminal);
    }
    context.print("  " + style.paint(Role::Id, id) + "  " + what + "\n");
  }
  if (day.tasks.size() > shown_tasks)
    context.print("  " + on_lines(and_more(day.tasks.size() - shown_tasks, day.tasks_command), terminal, 2) +
                  "\n");
}

namespace {

/// "bob: Ada Lovelace 2vnr, Grace Hopper 7f3k", "group: over capacity, 3 of 2: Ada Lovelace 2vnr, …".
std::string clash_text(app::Workspace& workspace, const app::DayClash& clash) {
  std::vector<std::string> parties;
  for (const auto& party : clash.parties) {
    const bool absence = clash.off && &party != &clash.parties.front();
    const std::string name = !party.name.empty() ? party.name : absence ? "time off" : "–";
    parties.push_back(absence ? name : name + " " + app::short_id(workspace, party.id));
  }
  const std::string what = clash.claim == app::the_house ? "all" : clash.claim.key;
  const std::string over =
      clash.capacity > 1 ? fmt::format("over capacity, {} of {}: ", clash.at_once, clash.capacity) : "";
  return what + ": " + over + base::join(parties, ", ") + (clash.forced ? " (forced)" : "");
}

} // namespace

void print_clashes(Context& context, const std::vector<app::Day>& days, Told told, Fit fit) {
  bool first = true;
  for (const auto& day : days)
    for (const auto& clash : day.clashes) {
      if (told == Told::OverCapacity && clash.capacity == 1) continue;
      std::string line =
          fmt::format("{}{}  {}", days.size() > 1 ? core::to_words(day.date) + " " : "",
                      clock_range(clash.time, day.zone), clash_text(context.workspace(), clash));
      line = "! " + on_lines(base::printable(line), screen(context, fit), 2);
      if (first) context.print("\n" + context.style().paint(Role::Heading, "Clashes") + "\n");
      first = false;
      context.print(context.style().paint(Role::Bad, line) + "\n");
    }
}

void print_undecided(Context& context, const std::vector<app::Day>& days, Fit fit) {
  bool first = true;
  for (const auto& day : days)
    for (const auto& entry : day.entries) {
      if (entry.undecided.empty()) continue;
      const std::string id = app::short_id(context.workspace(), entry.record.id.str());
      std::string line = fmt::format(
          "{}{}  {} {}: {}; `crm conflicts {}`", days.size() > 1 ? core::to_words(day.date) + " " : "",
          clock_range(entry.time, day.zone), entry.contact.empty() ? "–" : entry.contact, id,
          base::join(entry.undecided, ", "), id);
      line = "? " + on_lines(base::printable(line), screen(context, fit), 2);
      if (first) context.print("\n" + context.style().paint(Role::Heading, "Undecided") + "\n");
      first = false;
      context.print(context.style().paint(Role::Bad, line) + "\n");
    }
}

} // namespace crm::cmd
