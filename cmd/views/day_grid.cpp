#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/render/grid.hpp"
#include "cmd/shape.hpp"
#include "cmd/views/days.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace crm::cmd {
namespace {

constexpr std::int64_t an_hour = 3600;

/// Where in a column an instant stands.
using Place = std::function<std::int64_t(core::Instant)>;

std::string span_words(std::chrono::seconds length) {
  return core::to_words(core::Duration{std::chrono::days{0}, length});
}

Mark mark_of(const app::DayEntry& entry) {
  if (!entry.held) return Mark::NoShow;
  return entry.clashes.empty() ? Mark::Booked : Mark::Clash;
}

/// Cancelled ones are not drawn: their time is somebody else's. Who did not come is part of the day.
bool is_drawn(const app::DayEntry& entry) {
  return entry.held || entry.state == "no-show";
}

/// What a column shows of one appointment: the name, then what is not the column's own.
Block visit(app::Workspace& workspace, const app::DayEntry& entry, const std::vector<std::string>& beside,
            const Place& place) {
  std::string details = app::short_id(workspace, entry.record.id.str());
  for (const auto& key : beside)
    details += " " + key;
  std::string state = entry.state == "booked" ? "" : entry.state;
  if (!entry.record.get("forced").is_null()) state += (state.empty() ? "" : ", ") + std::string("forced");
  if (!entry.undecided.empty()) state += (state.empty() ? "" : ", ") + std::string("undecided");
  if (entry.outside_hours) state += (state.empty() ? "" : ", ") + std::string("outside hours");
  return {place(entry.time.from),
          place(entry.time.to),
          mark_of(entry),
          {entry.contact.empty() ? "–" : entry.contact, details, state}};
}

void add_buffers(const app::DayEntry& entry, const Place& place, std::vector<Block>& out) {
  if (!entry.held) return;
  if (entry.held->from < entry.time.from)
    out.push_back({place(entry.held->from), place(entry.time.from), Mark::Buffer, {"buffer"}});
  if (entry.held->to > entry.time.to)
    out.push_back({place(entry.time.to), place(entry.held->to), Mark::Buffer, {"buffer"}});
}

void add_free(const core::Spans& open, const core::Spans& taken, const Place& place,
              std::vector<Block>& out) {
  constexpr std::chrono::minutes worth_saying{15};
  for (const auto& gap : core::without(open, taken))
    out.push_back({place(gap.from),
                   place(gap.to),
                   Mark::Free,
                   {gap.to - gap.from >= worth_saying ? span_words(gap.to - gap.from) : ""}});
}

void add_elsewhere(const app::Part& part, const Place& place, std::vector<Block>& out) {
  for (const auto& time : part.elsewhere)
    out.push_back({place(time.from), place(time.to), Mark::Taken, {"taken"}});
}

void add_off(const std::vector<app::Off>& all, const core::Interval& within, const Place& place,
             std::vector<Block>& out) {
  for (const auto& off : all)
    out.push_back({place(std::max(off.time.from, within.from)),
                   place(std::min(off.time.to, within.to)),
                   Mark::Off,
                   {off.reason.empty() ? "time off" : off.reason}});
}

core::Spans open_of(const core::Spans& hours, const std::vector<app::Off>& all) {
  std::vector<core::Interval> away;
  for (const auto& off : all)
    away.push_back(off.time);
  return core::without(hours, core::to_spans(std::move(away)));
}

/// From the first to the last full hour at which there is something to see: appointments, or hours.
void fit_range(Grid& grid, const core::Spans& hours, const Place& place) {
  for (auto& column : grid.columns)
    std::erase_if(column.blocks, [](const Block& block) { return block.from >= block.to; });
  grid.from = std::numeric_limits<std::int64_t>::max();
  grid.to = std::numeric_limits<std::int64_t>::min();
  const auto stretch = [&](std::int64_t from, std::int64_t to) {
    grid.from = std::min(grid.from, from / an_hour * an_hour);
    grid.to = std::max(grid.to, (to + an_hour - 1) / an_hour * an_hour);
  };
  for (const auto& time : hours)
    stretch(place(time.from), place(time.to));
  for (const auto& column : grid.columns)
    for (const auto& block : column.blocks)
      if (block.mark != Mark::Off) stretch(block.from, block.to);
}

void add_ticks(Grid& grid) {
  for (std::int64_t at = grid.from; at < grid.to; at += an_hour)
    grid.ticks.push_back(at);
}

std::string clock_text(std::int64_t at) {
  return fmt::format("{:02}:{:02}", at / an_hour, at % an_hour / 60);
}

bool print_grid(Context& context, const Grid& grid) {
  const auto drawn = render(grid, context.terminal(), context.style());
  if (!drawn) return false;
  context.print(*drawn);
  if (const auto marks = legend(grid, context.terminal()); !marks.empty())
    context.print(context.style().paint(Role::Dim, marks) + "\n");
  return true;
}

bool among(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// A column for everybody who does something, and one for what nobody does.
std::vector<GridColumn> day_columns(app::Workspace& workspace, const app::Day& day,
                                    const app::DayRequest& request, By by, const Place& place) {
  const std::string kind = by == By::Member ? "member" : "resource";
  const std::string& only = by == By::Member ? request.member : request.resource;
  const auto keys = [&](const app::DayEntry& entry) { return by == By::Member ? entry.who : entry.where; };
  const auto beside = [&](const app::DayEntry& entry) { return by == By::Member ? entry.where : entry.who; };
  std::vector<GridColumn> out;
  for (const auto& part : day.parts) {
    if (part.claim.kind != kind || (!only.empty() && part.claim.key != only)) continue;
    GridColumn column{part.claim.key, {}};
    for (const auto& entry : day.entries) {
      if (!among(keys(entry), part.claim.key) || !is_drawn(entry)) continue;
      column.blocks.push_back(visit(workspace, entry, beside(entry), place));
      add_buffers(entry, place, column.blocks);
    }
    add_elsewhere(part, place, column.blocks);
    add_off(part.off, day.time, place, column.blocks);
    add_free(open_of(part.hours, part.off), part.taken, place, column.blocks);
    out.push_back(std::move(column));
  }
  GridColumn nobody{by == By::Member ? "(nobody)" : "(nowhere)", {}};
  for (const auto& entry : day.entries)
    if (keys(entry).empty() && is_drawn(entry) && only.empty())
      nobody.blocks.push_back(visit(workspace, entry, beside(entry), place));
  if (!nobody.blocks.empty()) out.push_back(std::move(nobody));
  return out;
}

} // namespace

bool print_day_grid(Context& context, const app::Day& day, const app::DayRequest& request, By by,
                    std::optional<core::Instant> since) {
  auto& workspace = context.workspace();
  // What began the day before, or goes on after midnight, is shown as far as it is of this day.
  const Place place = [&](core::Instant at) {
    return std::int64_t{(std::clamp(at, day.time.from, day.time.to) - day.time.from).count()};
  };
  Grid grid;
  grid.columns = day_columns(workspace, day, request, by, place);
  if (grid.columns.empty()) return false;
  fit_range(grid, day.open, place);
  if (since && place(*since) / an_hour * an_hour < grid.to)
    grid.from = std::max(grid.from, place(*since) / an_hour * an_hour);
  add_ticks(grid);
  // A time that the clock shows twice says which of the two it is.
  grid.label = [&](std::int64_t at) {
    return app::clock_words(day.time.from + std::chrono::seconds{at}, day.zone);
  };
  if (day.time.from <= workspace.now() && workspace.now() < day.time.to) grid.now = place(workspace.now());
  return print_grid(context, grid);
}

bool print_week_grid(Context& context, const std::vector<app::Day>& days, const app::DayRequest& request) {
  auto& workspace = context.workspace();
  Grid grid;
  core::Spans hours; // as if all days were the first one
  const app::Claim whose = !request.member.empty()     ? app::Claim{"member", request.member}
                           : !request.resource.empty() ? app::Claim{"resource", request.resource}
                                                       : app::the_house;
  for (const auto& day : days) {
    // By the clock on the wall, so that 9:00 is in one row all week, whatever the clock does on Sunday.
    const Place place = [&](core::Instant at) {
      const auto length = std::chrono::seconds{std::chrono::hours{24}}.count();
      if (at <= day.time.from) return std::int64_t{0};
      if (at >= day.time.to) return std::int64_t{length};
      return std::int64_t{(core::to_local(at, day.zone) - core::LocalTime{day.date}).count()};
    };
    GridColumn column{core::to_words(day.date).substr(0, 6), {}};
    std::vector<core::Interval> held;
    for (const auto& entry : day.entries) {
      if (!is_drawn(entry)) continue;
      std::vector<std::string> beside = entry.who;
      beside.insert(beside.end(), entry.where.begin(), entry.where.end());
      Block block = visit(workspace, entry, beside, place);
      block.to = std::max(block.to, block.from + 60); // the hour that comes twice
      column.blocks.push_back(std::move(block));
      add_buffers(entry, place, column.blocks);
      if (entry.held) held.push_back(*entry.held);
    }
    std::vector<app::Off> closed;
    for (const auto& off : day.off)
      if (off.claim == app::the_house || off.claim == whose) closed.push_back(off);
    const auto part = std::find_if(day.parts.begin(), day.parts.end(),
                                   [&](const app::Part& each) { return each.claim == whose; });
    add_off(closed, day.time, place, column.blocks);
    if (part != day.parts.end()) {
      add_elsewhere(*part, place, column.blocks);
      add_free(open_of(part->hours, closed), part->taken, place, column.blocks);
    } else {
      add_free(open_of(day.open, closed), core::to_spans(std::move(held)), place, column.blocks);
    }
    grid.columns.push_back(std::move(column));
    for (const auto& block : grid.columns.back().blocks)
      if (block.mark == Mark::Free)
        hours.push_back(
            {core::Instant{std::chrono::seconds{block.from}}, core::Instant{std::chrono::seconds{block.to}}});
  }
  // A weekend on which nothing is done gives its room to the other days.
  std::erase_if(grid.columns, [](const GridColumn& column) { return column.blocks.empty(); });
  if (grid.columns.empty()) return false;
  fit_range(grid, hours, [](core::Instant at) { return std::int64_t{at.time_since_epoch().count()}; });
  add_ticks(grid);
  grid.label = clock_text;
  return print_grid(context, grid);
}

} // namespace crm::cmd
