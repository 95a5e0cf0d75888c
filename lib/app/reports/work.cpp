// What is to be done, what is late, and what was done.
#include "app/project.hpp"
#include "app/query.hpp"
#include "app/reports/tally.hpp"
#include "core/provenance.hpp"

#include <algorithm>

namespace crm::app {
namespace {

using Unit = ReportColumn::Unit;

std::vector<std::string> open_states(Workspace& workspace, const std::string& type) {
  if (!workspace.schemas().has(type)) return {};
  return open_states(workspace, workspace.schemas().get(type));
}

/// Groups, and of each column what it is of all records: one may be in several groups.
struct Counted {
  explicit Counted(std::size_t columns) : tally(columns), totals(columns, 0) {}
  Tally tally;
  std::vector<double> totals;
};

/// Adds to a column for each group of each record, where the type has what is grouped by.
void count(
    Workspace& workspace, Counted& counted, std::size_t column, const std::string& type,
    const std::vector<std::string>& states, const std::optional<Seconds>& time, Report& report,
    const std::function<double(const core::Record&, const index::Row&)>& amount,
    const std::function<std::optional<std::int64_t>(const core::Record&, const index::Row&)>& moment = {}) {
  if (!workspace.schemas().has(type)) return;
  const Grouping grouping(workspace, workspace.schemas().get(type), report);
  each_record(workspace, type, states, time, [&](const core::Record& record, const index::Row& row) {
    const double number = amount(record, row);
    if (number == 0 || (time && !began_within(row, *time))) return;
    counted.totals[column] += number;
    for (const auto& group : grouping.of(record, moment ? moment(record, row) : row.from))
      counted.tally.at(group)[column] += number;
  });
}

void finish(Workspace& workspace, Report& report, Counted& counted, const std::vector<bool>& whole,
            Rows order) {
  auto& tally = counted.tally;
  if (!tally.groups().empty()) add_empty_times(workspace, report, tally);
  const auto row = [&](const std::vector<double>& numbers) {
    std::vector<core::Value> out;
    for (std::size_t i = 0; i < numbers.size(); ++i)
      out.push_back(whole[i] ? whole_number(numbers[i]) : rounded(numbers[i]));
    return out;
  };
  add_rows(report, tally, order, row);
  if (report.rows.empty()) return;
  report.total.emplace_back();
  for (auto& value : row(counted.totals))
    report.total.push_back(std::move(value));
}

/// When it came into its state.
std::int64_t since(const core::Record& record, const core::Schema& schema) {
  return std::chrono::floor<std::chrono::seconds>(
             core::changed(record, schema.unit(schema.states->field)).time)
      .time_since_epoch()
      .count();
}

} // namespace

Report workload(Workspace& workspace, const ReportRequest& request) {
  Report report{.name = "workload", .by = request.by.empty() ? "member" : request.by, .bar = 4};
  report.days = days_of(workspace, request.between, "today..+6d", Looks::Ahead);
  report.columns = {{report.by, "", Unit::Text},         {"tasks", "Tasks", Unit::Count},
                    {"overdue", "Overdue", Unit::Count}, {"appointments", "Appointments", Unit::Count},
                    {"hours", "Hours", Unit::Hours},     {"deals", "Deals", Unit::Count}};
  const auto time = seconds_of(workspace, *report.days);
  const auto now = workspace.now().time_since_epoch().count();
  const auto today = seconds_of(workspace, days_of(workspace, "", "today", Looks::Ahead)).from;
  const auto one = [](const core::Record&, const index::Row&) { return 1.0; };
  Counted counted(5);
  const auto tasks = open_states(workspace, "task");
  const auto due = [&](const core::Record&, const index::Row& row) {
    return !row.from || *row.from < time.to ? 1.0 : 0.0; // without a day they wait all the same
  };
  count(workspace, counted, 0, "task", tasks, std::nullopt, report, due);
  count(workspace, counted, 1, "task", tasks, std::nullopt, report,
        [&](const core::Record& record, const index::Row& row) {
          const bool whole_day = core::parse_date(record.text("due")).has_value();
          return row.from && *row.from < (whole_day ? today : now) ? 1.0 : 0.0;
        });
  const auto booked = open_states(workspace, "appointment");
  const auto ahead = [&](const core::Record&, const index::Row& row) {
    return row.to.value_or(0) > now ? 1.0 : 0.0;
  };
  count(workspace, counted, 2, "appointment", booked, time, report, ahead);
  count(workspace, counted, 3, "appointment", booked, time, report,
        [&](const core::Record& record, const index::Row& row) {
          return ahead(record, row) * static_cast<double>(*row.to - *row.from) / 3600;
        });
  count(workspace, counted, 4, "deal", open_states(workspace, "deal"), std::nullopt, report, one);
  finish(workspace, report, counted, {true, true, true, false, true},
         is_time(report.by) ? Rows::ByGroup : Rows::ByNumber);
  return report;
}

Report overdue(Workspace& workspace, const ReportRequest& request) {
  Report report{.name = "overdue", .by = request.by.empty() ? "member" : request.by, .bar = 1};
  report.columns = {{report.by, "", Unit::Text},
                    {"tasks", "Tasks", Unit::Count},
                    {"over_a_week", "Over a week", Unit::Count},
                    {"deals", "Deals", Unit::Count},
                    {"oldest_days", "Oldest", Unit::Days}};
  std::optional<Seconds> time;
  if (!request.between.empty()) {
    report.days = days_of(workspace, request.between, "", Looks::Back);
    time = seconds_of(workspace, *report.days);
  }
  const auto now = workspace.now().time_since_epoch().count();
  // Days of the calendar: one of 25 hours is one.
  const auto day_of = [&](std::int64_t at) {
    return std::chrono::floor<std::chrono::days>(
        core::to_local(core::Instant(std::chrono::seconds(at)), workspace.settings().zone));
  };
  const core::LocalDate today = day_of(now);
  Counted counted(4);
  for (const auto& [type, column] : {std::pair<std::string, std::size_t>{"task", 0}, {"deal", 2}}) {
    if (!workspace.schemas().has(type)) continue;
    const auto& schema = workspace.schemas().get(type);
    const Grouping grouping(workspace, schema, report);
    const std::size_t at = column;
    each_record(workspace, type, open_states(workspace, type), time,
                [&](const core::Record& record, const index::Row& row) {
                  if (!row.from) return;
                  const auto date = core::parse_date(record.text(schema.time_field));
                  if (date ? *date >= today : *row.from >= now) return;
                  const auto days =
                      std::max<std::int64_t>(1, (today - date.value_or(day_of(*row.from))).count());
                  const auto add = [&](std::vector<double>& numbers) {
                    numbers[at] += 1;
                    if (at == 0 && days > 7) numbers[1] += 1;
                    numbers[3] = std::max(numbers[3], static_cast<double>(days));
                  };
                  add(counted.totals);
                  for (const auto& group : grouping.of(record, row.from))
                    add(counted.tally.at(group));
                });
  }
  finish(workspace, report, counted, {true, true, true, true},
         is_time(report.by) ? Rows::ByGroup : Rows::ByNumber);
  return report;
}

Report activity(Workspace& workspace, const ReportRequest& request) {
  Report report{.name = "activity", .by = request.by.empty() ? "member" : request.by, .bar = 1};
  report.days = days_of(workspace, request.between, "-29d..today", Looks::Back);
  report.columns = {{report.by, "", Unit::Text},
                    {"notes", "Notes", Unit::Count},
                    {"appointments", "Appointments", Unit::Count},
                    {"tasks_done", "Tasks done", Unit::Count},
                    {"deals_won", "Deals won", Unit::Count}};
  const auto time = seconds_of(workspace, *report.days);
  const auto now = workspace.now().time_since_epoch().count();
  Counted counted(4);
  count(workspace, counted, 0, "note", {}, time, report,
        [](const core::Record&, const index::Row&) { return 1.0; });
  const auto& appointment = workspace.schemas().get("appointment");
  count(workspace, counted, 1, "appointment", {}, time, report,
        [&](const core::Record& record, const index::Row& row) {
          return row.to.value_or(now + 1) <= now && !frees_time(record, appointment) ? 1.0 : 0.0;
        });
  for (const auto& [type, state, column] :
       {std::tuple<std::string, std::string, std::size_t>{"task", "done", 2}, {"deal", "won", 3}}) {
    const auto& schema = workspace.schemas().get(type);
    if (!schema.states || schema.states->next(state) == nullptr) continue;
    count(
        workspace, counted, column, type, {state}, std::nullopt, report,
        [&](const core::Record& record, const index::Row&) {
          const auto at = since(record, schema);
          return at >= time.from && at < time.to ? 1.0 : 0.0;
        },
        [&](const core::Record& record, const index::Row&) { return std::optional(since(record, schema)); });
  }
  finish(workspace, report, counted, {true, true, true, true},
         is_time(report.by) ? Rows::ByGroup : Rows::ByNumber);
  return report;
}

Report make_report(Workspace& workspace, const ReportKind& kind, const ReportRequest& request) {
  Report out = kind.make(workspace, request);
  if (out.of_records) name_groups(workspace, out);
  return out;
}

const std::vector<ReportKind>& report_kinds() {
  static const std::vector<ReportKind> kinds{
      {"pipeline", "open deals by stage: how many, what they are worth, and weighted by their chance",
       "Counts deals in open stages. Weighted is value x the stage's chance, as the "
       "schema's\nx-crm.states.chance has it. --between chooses by the day on which they are expected.\nA "
       "line is of one currency.",
       "stage,owner,contact", pipeline},
      {"forecast", "open deals by the month in which they are expected, weighted by their chance",
       "Counts deals in open stages by the day in `expected`; those without one come last.\nWeighted is "
       "value x the stage's chance (schema: x-crm.states.chance).",
       "stage,owner,contact", forecast},
      {"no-shows", "appointments that nobody came to, by member, service, week",
       "Of appointments that are over and were not cancelled: how many have the state no-show.\nDefault: the "
       "last 90 days.",
       "member,resource,service,contact", no_shows},
      {"utilisation", "booked time of working time, by member, resource or week",
       "Booked is the time within working hours that appointments take, buffers included and\ncancelled ones "
       "not; open is all working hours of crm.yaml, times the capacity of a\nresource. Members with `active: "
       "false` and things that many share are left out.\nDefault: this week.",
       "member,resource", utilisation},
      {"workload", "what waits for each member: tasks, appointments, deals",
       "Tasks are open ones that are due in these days, late or without a day; overdue those of\nthem that "
       "are late. Appointments and hours are those ahead. Deals are open ones.\nDefault: the next 7 days.",
       "member,contact", workload},
      {"overdue", "tasks and deals that should have been done by now",
       "Counts open tasks that were due before now (those due on a day: before today), and open\ndeals that "
       "were expected before today. Oldest is the most days that one is late.",
       "member,contact", overdue},
      {"activity", "what was done: notes, appointments, tasks, deals won",
       "Notes by when it happened; appointments that are over, without cancelled ones and\nno-shows; tasks "
       "and deals by when they came to be done and won. Default: the last 30 days.",
       "member,contact", activity}};
  return kinds;
}

} // namespace crm::app
