// How many do not come, and how much of the working time is booked.
#include "app/availability.hpp"
#include "app/occurrences.hpp"
#include "app/project.hpp"
#include "app/reports/tally.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <map>

namespace crm::app {
namespace {

using Unit = ReportColumn::Unit;
constexpr const char* missed = "no-show";

double hours(std::int64_t seconds) {
  return static_cast<double>(seconds) / 3600;
}

/// Seconds of that time that are taken. Where there is room for `room` at once, more are a clash, and no more
/// work: two at once in one person's time count once.
std::int64_t held_within(const core::Interval& time, const std::vector<index::Taken>& taken,
                         std::int64_t room) {
  std::map<core::Instant, std::int64_t> changes;
  for (const auto& each : taken) {
    if (!each.time.overlaps(time)) continue;
    ++changes[std::max(each.time.from, time.from)];
    --changes[std::min(each.time.to, time.to)];
  }
  std::int64_t out = 0, at_once = 0;
  core::Instant since = time.from;
  for (const auto& [at, change] : changes) {
    out += std::min(at_once, room) * (at - since).count();
    at_once += change;
    since = at;
  }
  return out;
}

/// All of a kind that can be booked: members that work here, resources of which only one is taken at a time
/// count once, others as often as they have room.
std::vector<std::pair<std::string, double>> bookable(Workspace& workspace, const std::string& kind) {
  std::vector<std::pair<std::string, double>> out;
  each_record(workspace, kind, {}, std::nullopt, [&](const core::Record& record, const index::Row& row) {
    const auto *active = record.get("active").if_bool(), *exclusive = record.get("exclusive").if_bool();
    if (row.key.empty() || (active != nullptr && !*active) || (exclusive != nullptr && !*exclusive)) return;
    out.emplace_back(row.key, std::max(1.0, record.get("capacity").number_or(1)));
  });
  return out;
}

} // namespace

Report no_shows(Workspace& workspace, const ReportRequest& request) {
  const auto& schema = workspace.schemas().get("appointment");
  Report report{.name = "no-shows", .by = request.by.empty() ? "member" : request.by, .bar = 3};
  if (!schema.states ||
      std::find(schema.states->rank.begin(), schema.states->rank.end(), missed) == schema.states->rank.end())
    throw base::Error(base::Kind::Usage,
                      "appointments here have no state no-show, so that none can be counted");
  report.days = days_of(workspace, request.between, "-89d..today", Looks::Back);
  report.columns = {{report.by, "", Unit::Text},
                    {"appointments", "Appointments", Unit::Count},
                    {"no_shows", "No-shows", Unit::Count},
                    {"rate", "Rate", Unit::Percent}};
  const Grouping grouping(workspace, schema, report);
  Tally tally(2);
  double all = 0, absent = 0;
  const auto now = workspace.now().time_since_epoch().count();
  const Seconds days = seconds_of(workspace, *report.days);
  each_record(workspace, "appointment", {}, days, [&](const core::Record& record, const index::Row& row) {
    const bool gone = row.state == missed;
    if ((!gone && frees_time(record, schema)) || row.to.value_or(now + 1) > now) return;
    if (!began_within(row, days)) return;
    for (const auto& group : grouping.of(record, row.from)) {
      auto& numbers = tally.at(group);
      numbers[0] += 1;
      numbers[1] += gone ? 1 : 0;
    }
    all += 1;
    absent += gone ? 1 : 0;
  });
  if (all > 0) add_empty_times(workspace, report, tally);
  const auto rate = [](double part, double of) { return of > 0 ? rounded(100 * part / of) : core::Value{}; };
  add_rows(report, tally, grouping.by_time() ? Rows::ByGroup : Rows::ByNumber,
           [&](const std::vector<double>& numbers) {
             return std::vector<core::Value>{whole_number(numbers[0]), whole_number(numbers[1]),
                                             rate(numbers[1], numbers[0])};
           });
  if (all > 0)
    report.total = {core::Value{}, whole_number(all), whole_number(absent), rounded(100 * absent / all)};
  return report;
}

Report utilisation(Workspace& workspace, const ReportRequest& request) {
  Report report{.name = "utilisation", .by = request.by.empty() ? "member" : request.by, .bar = 3};
  const bool by_time = report.by == "day" || report.by == "week" || report.by == "month";
  if (!by_time && report.by != "member" && report.by != "resource")
    throw base::Error(base::Kind::Usage,
                      "utilisation is of members or resources, not by \"" + report.by + "\"",
                      "--by member, resource, day, week or month");
  const std::string kind = report.by == "resource" ? "resource" : "member";
  report.days = days_of(workspace, request.between, "this week", Looks::Back);
  report.columns = {{report.by, "", Unit::Text},
                    {"booked_hours", "Booked", Unit::Hours},
                    {"open_hours", "Open", Unit::Hours},
                    {"rate", "Used", Unit::Percent}};
  if ((report.days->last - report.days->first).count() > 3700)
    throw base::Error(base::Kind::Usage, "utilisation is of at most ten years at a time");
  Tally tally(2);
  double booked = 0, open = 0;
  const auto all = seconds_of(workspace, *report.days);
  const core::Interval whole{core::Instant(std::chrono::seconds(all.from)),
                             core::Instant(std::chrono::seconds(all.to))};
  const Availability availability(workspace, whole);
  const auto midnight = [&](core::LocalDate day) {
    return core::to_instant({core::LocalTime{day}, {}}, workspace.settings().zone);
  };
  for (const auto& [key, room] : bookable(workspace, kind)) {
    const auto working = availability.open({kind, key});
    const auto taken = app::taken(workspace, kind, key, whole);
    for (auto day = report.days->first; day <= report.days->last; day += std::chrono::days{1}) {
      const core::Interval hours_of_day{midnight(day), midnight(day + std::chrono::days{1})};
      auto& numbers = tally.at(
          by_time ? time_group(workspace, report.by, hours_of_day.from.time_since_epoch().count()) : key);
      for (const auto& time : core::common(working, {hours_of_day})) {
        const double free = hours((time.to - time.from).count()) * room;
        const double used = hours(held_within(time, taken, static_cast<std::int64_t>(room)));
        numbers[0] += used;
        numbers[1] += free;
        booked += used;
        open += free;
      }
    }
  }
  const auto rate = [](double part, double of) { return of > 0 ? rounded(100 * part / of) : core::Value{}; };
  add_rows(report, tally, by_time ? Rows::ByGroup : Rows::ByNumber, [&](const std::vector<double>& numbers) {
    return std::vector<core::Value>{rounded(numbers[0]), rounded(numbers[1]), rate(numbers[0], numbers[1])};
  });
  if (open > 0) report.total = {core::Value{}, rounded(booked), rounded(open), rate(booked, open)};
  return report;
}

} // namespace crm::app
