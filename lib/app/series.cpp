#include "app/series.hpp"

#include "app/availability.hpp"
#include "app/occurrences.hpp"
#include "app/refusal.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

std::string zone_of_record(Workspace& workspace, const core::Record& record) {
  return record.text("zone").empty() ? workspace.settings().zone : record.text("zone");
}

std::vector<std::string> day_clash_lines(Workspace& workspace, const DayClashes& day,
                                         const std::string& zone) {
  auto out = clash_lines(workspace, day.clashes, zone);
  for (auto& line : out)
    line = core::to_words(day.day) + "  " + line;
  return out;
}

/// The state of an occurrence that is called off.
std::string freeing_state(const core::Schema& schema) {
  if (!schema.states || schema.states->frees.empty())
    throw base::Error(base::Kind::Usage, schema.type + " has no state that gives time back",
                      "book without --skip-clashes");
  const auto* next = schema.states->next(schema.states->initial);
  for (const auto& state : schema.states->frees)
    if (next != nullptr && std::find(next->begin(), next->end(), state) != next->end()) return state;
  return schema.states->frees.front();
}

} // namespace

std::vector<core::LocalDate> checked_days(Workspace& workspace, const core::Record& series,
                                          const core::Series& read) {
  const auto today = std::chrono::floor<std::chrono::days>(
      core::to_local(workspace.now(), zone_of_record(workspace, series)));
  const auto from = std::max(read.first, today);
  return read.days(from, from + checked_ahead, checked_occurrences);
}

std::vector<DayClashes> find_series_clashes(Workspace& workspace, const core::Record& series,
                                            const core::Schema& schema, const Roots& besides) {
  std::vector<DayClashes> out;
  Roots roots = besides;
  roots.push_back(core::root_of(series));
  const auto read = core::read_series(series, schema);
  if (!read || frees_time(series, schema)) return out;
  const auto days = checked_days(workspace, series, *read);
  for (std::size_t i = 0; i < days.size(); ++i) {
    if (i % 16 == 0) workspace.progress("looking for clashes", i, days.size());
    const core::Record occurrence = core::occurrence(series, schema, days[i]);
    const auto time = stretch(occurrence, schema, workspace.settings().zone);
    // What is a record of its own is checked as one.
    const bool own = workspace.with_index(
        [&](index::Index& index) { return index.by_id(occurrence.id.str()).has_value(); });
    if (!time || own || time->to <= workspace.now()) continue;
    auto clashes = find_clashes(workspace, occurrence, schema, roots);
    if (!clashes.empty()) out.push_back({days[i], *time, std::move(clashes)});
  }
  workspace.progress("", days.size(), days.size());
  return out;
}

InTheWay in_the_way(Workspace& workspace, const core::Record& appointment, const core::Schema& schema) {
  InTheWay out;
  const std::string zone = zone_of_record(workspace, appointment);
  if (!core::read_series(appointment, schema)) {
    out.clashes = find_clashes(workspace, appointment, schema);
    out.lines = clash_lines(workspace, out.clashes, zone);
    return out;
  }
  for (const auto& day : find_series_clashes(workspace, appointment, schema)) {
    out.clashes.insert(out.clashes.end(), day.clashes.begin(), day.clashes.end());
    for (auto& line : day_clash_lines(workspace, day, zone))
      out.lines.push_back(std::move(line));
  }
  return out;
}

core::Value override_series_clashes(Workspace& workspace, const core::Record& series,
                                    const std::string& force, const Roots& besides) {
  const auto& schema = workspace.schemas().get(series.type);
  const auto found = find_series_clashes(workspace, series, schema, besides);
  if (found.empty()) return {};
  ClashReport all;
  for (const auto& day : found)
    all.clashes.insert(all.clashes.end(), day.clashes.begin(), day.clashes.end());
  if (!force.empty() && schema.find("forced") != nullptr) return forced_over(all, force);
  const std::string zone = zone_of_record(workspace, series);
  std::string message = fmt::format("{} of the series clash{} with what is booked already", found.size(),
                                    found.size() == 1 ? "es" : "");
  for (const auto& day : found)
    for (const auto& line : day_clash_lines(workspace, day, zone))
      message += "\n  " + line;
  throw Refusal(base::Kind::Clash, message,
                "book the others with --skip-clashes, or all of it with --force \"why\"",
                clash_details(all, zone));
}

core::Recurrence read_repetition(const Repetition& wanted, Moment& start) {
  constexpr std::chrono::days decade{3660};
  auto parsed = wanted.rrule.empty() ? core::parse_every(wanted.every)
                                     : core::parse_rrule(wanted.rrule, start.wall, start.zone);
  if (const auto* refusal = std::get_if<core::NotARule>(&parsed))
    throw base::Error(base::Kind::Usage,
                      (wanted.rrule.empty() ? "--every: " : "--rrule: ") + refusal->message, refusal->hint);
  auto rule = std::get<core::Recurrence>(std::move(parsed));
  if ((wanted.count && wanted.until) || ((wanted.count || wanted.until) && !rule.endless()))
    throw base::Error(base::Kind::Usage, "a series ends in one way: --until, --count, or its rule's own",
                      "leave one of them out");
  if (wanted.count) {
    if (*wanted.count < 1 || *wanted.count > core::most_occurrences)
      throw base::Error(base::Kind::Usage, fmt::format("--count is from 1 to {}", core::most_occurrences));
    rule.count = *wanted.count;
  }
  if (wanted.until) rule.until = *wanted.until;
  const auto day = std::chrono::floor<std::chrono::days>(start.wall.time);
  const auto first = core::recurring_days(rule, day, day, day + decade, 1);
  if (first.empty())
    throw base::Error(base::Kind::Usage,
                      "the rule gives no day from " + core::to_words(day) + " on: " + core::to_words(rule));
  if (first.front() != day) {
    start.wall.time += first.front() - day;
    start.wall.offset.reset();
  }
  return rule;
}

void skip_occurrences(Batch& batch, const core::Record& series, const std::vector<DayClashes>& skipped) {
  if (skipped.empty()) return;
  Workspace& workspace = batch.workspace();
  const auto& schema = workspace.schemas().get(series.type);
  const std::string state = freeing_state(schema), zone = zone_of_record(workspace, series);
  for (const auto& day : skipped) {
    core::Record occurrence = core::occurrence(series, schema, day.day);
    batch.take(occurrence);
    std::string why = "taken when the series was booked:";
    for (const auto& clash : day.clashes)
      why += " " + clash.key + " " + clock_words(clash.time, zone) +
             (clash.with_name.empty() ? "" : " " + clash.with_name) + ";";
    for (const auto& line : day_clash_lines(workspace, day, zone))
      workspace.warn("left out: " + line);
    why.pop_back();
    std::vector<core::Edit> edits{{schema.states->field, state}};
    constexpr std::size_t longest_reason = 500;
    if (schema.find("cancelled_because") != nullptr)
      edits.push_back({"cancelled_because", base::fit(why, longest_reason / 4)});
    batch.change(occurrence, edits);
  }
}

} // namespace crm::app
