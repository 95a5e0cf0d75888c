#include "app/outside_hours.hpp"

#include "app/availability.hpp"
#include "app/series.hpp"
#include "base/text.hpp"
#include "core/occurrence.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

constexpr std::chrono::days around{1}; ///< hours of another zone, and past midnight

std::string hours_of(const Claim& claim) {
  if (claim == the_house) return "opening hours";
  return claim.kind == "member" ? claim.key + "'s working hours" : "the hours of " + claim.key;
}

/// "Tue 24 Nov 2026: 08:00–12:00".
std::string hours_that_day(Workspace& workspace, const Availability& availability, const Claim& claim,
                           core::Instant at) {
  const std::string zone = zone_of(workspace, claim);
  const auto day = std::chrono::floor<std::chrono::days>(core::to_local(at, zone));
  const core::Interval whole{core::to_instant({core::LocalTime{day}, {}}, zone),
                             core::to_instant({core::LocalTime{day + std::chrono::days{1}}, {}}, zone)};
  std::vector<std::string> ranges;
  for (const auto& open : core::common(availability.hours(claim), {whole}))
    ranges.push_back(clock_words(open, zone));
  return core::to_words(day) + ": " + (ranges.empty() ? "none" : base::join(ranges, ", "));
}

struct Occurring {
  core::LocalDate day;
  core::Interval time;
};

/// Those that a check looks at: an appointment alone, or occurrences that are no records of their own.
std::vector<Occurring> looked_at(Workspace& workspace, const core::Record& appointment,
                                 const core::Schema& schema) {
  std::vector<Occurring> out;
  const std::string& zone = workspace.settings().zone;
  const auto series = core::read_series(appointment, schema);
  if (!series) {
    if (const auto time = stretch(appointment, schema, zone)) out.push_back({{}, *time});
    return out;
  }
  for (const auto day : checked_days(workspace, appointment, *series)) {
    const core::Record occurrence = core::occurrence(appointment, schema, day);
    const bool own = workspace.with_index(
        [&](index::Index& index) { return index.by_id(occurrence.id.str()).has_value(); });
    if (const auto time = stretch(occurrence, schema, zone); time && !own) out.push_back({day, *time});
  }
  return out;
}

} // namespace

void warn_outside_hours(Workspace& workspace, const core::Record& appointment, const core::Schema& schema) {
  if (frees_time(appointment, schema)) return;
  const auto all = looked_at(workspace, appointment, schema);
  if (all.empty()) return;
  const Availability availability(workspace, {all.front().time.from - around, all.back().time.to + around});
  struct Outside {
    Claim claim;
    Occurring first;
    std::size_t count;
  };
  std::vector<Outside> outside;
  for (const auto& each : all)
    for (const auto& claim : outside_hours(availability, claims(appointment, schema), each.time)) {
      const auto known = std::find_if(outside.begin(), outside.end(),
                                      [&](const Outside& other) { return other.claim == claim; });
      if (known != outside.end()) {
        ++known->count;
      } else {
        outside.push_back({claim, each, 1});
      }
    }
  for (const auto& each : outside)
    workspace.warn(
        each.count == all.size()
            ? fmt::format("that is outside {} ({})", hours_of(each.claim),
                          hours_that_day(workspace, availability, each.claim, each.first.time.from))
            : fmt::format("{} of them {} outside {}, the first {}", each.count,
                          each.count == 1 ? "is" : "are", hours_of(each.claim),
                          core::to_words(each.first.day)));
}

} // namespace crm::app
