// Who is there when: working hours and time off, from the records of the types `hours` and `absence` where a
// store has them, and from the hours of crm.yaml where no record says otherwise.
#pragma once

#include "app/workspace.hpp"
#include "core/problem.hpp"
#include "core/spans.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crm::app {

/// The claim that stands for everybody and everything: {"house", ""}.
inline const Claim the_house{"house", ""};

/// One stretch of time off.
struct Off {
  std::string id;      ///< of the absence
  Claim claim;         ///< whose: a member, a resource, or the house
  core::Interval time; ///< [from, to); whole days in the zone of whom it is about
  std::string reason;  ///< "" when none is given
};

/// What an absence says about time, in `zone` unless it names one; nothing when it says nothing sensible.
std::optional<core::Interval> time_off(const core::Record& absence, const std::string& zone);

/// Absences that overlap `range`, by time. Asks the index for that range alone.
std::vector<Off> absences(Workspace& workspace, const core::Interval& range);

/// What schemas cannot say of hours and absences: an end before its beginning. Empty for other types.
std::vector<core::Problem> time_problems(const core::Record& record);

class Availability {
 public:
  /// Reads what there is for `range`; everything below is cut to it.
  Availability(Workspace& workspace, const core::Interval& range);

  /// Of a member, a resource or the house: its own records, else the house's, else crm.yaml's. Where nobody
  /// says any hours at all, always.
  const core::Spans& hours(const Claim& claim) const;
  /// True when records say so, rather than the hours of all.
  bool has_own_hours(const Claim& claim) const;
  /// Of the claim and of the house.
  std::vector<Off> off(const Claim& claim) const;
  /// Hours without time off.
  core::Spans open(const Claim& claim) const;

  const std::vector<Off>& all_off() const { return m_off; }
  /// Those with hours of their own, by kind and key.
  std::vector<Claim> known() const;

 private:
  struct Weekly {
    std::string zone;
    std::optional<core::LocalDate> from, until;
    core::Hours hours; ///< may go past 24:00
  };
  core::Spans spans(const std::vector<Weekly>& records) const;
  core::Spans usual() const;

  Workspace* m_workspace;
  core::Interval m_range;
  std::vector<Off> m_off;
  std::map<std::pair<std::string, std::string>, std::vector<Weekly>> m_weekly;
  mutable std::map<std::pair<std::string, std::string>, core::Spans> m_hours; ///< worked out once
};

/// "14:00", and of a time that the clock shows twice which of the two it is: "01:30 BST".
std::string clock_words(core::Instant at, const std::string& zone);
/// "14:00–14:45".
std::string clock_words(const core::Interval& time, const std::string& zone);
/// "14:00–17:00", "Tue 24 Nov 2026" and "Tue 24 Nov 2026 – Fri 27 Nov 2026" for whole days.
std::string off_words(const core::Interval& time, const std::string& zone);

/// Those of these claims (of the house, when there are none) within whose hours `time` is not: the house for
/// those who have none of their own. Nobody works for days on end: nothing for a time of a day or longer.
std::vector<Claim> outside_hours(const Availability& availability, const std::vector<Claim>& claims,
                                 const core::Interval& time);

/// The zone for the times of a new record: that of the member or resource whose hours or absence it is.
std::string home_zone(Workspace& workspace, const core::Schema& schema, const core::Map& fields);

/// The zone that a member or resource names, else the store's.
std::string zone_of(Workspace& workspace, const Claim& claim);

} // namespace crm::app
