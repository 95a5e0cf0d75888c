// Moments as calendars write them: with a zone, in UTC, floating, or a whole day.
#pragma once

#include "codec/content_lines.hpp"
#include "core/time.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// Where the times of a calendar are.
struct CalendarZones {
  std::string store;                                          ///< for floating times, and for instants in UTC
  const std::vector<codec::Component>* definitions = nullptr; ///< its VTIMEZONEs
};

struct CalendarMoment {
  core::WallTime wall;
  std::string zone;
  bool date_only = false;
  bool utc = false; ///< it was given in UTC; `wall` is what the clocks of `zone` show then
};

/// True when all zones that the entry names are known without the calendar's own definitions, or these are
/// there.
bool zones_are_known(const codec::Component& entry, const CalendarZones& zones);

/// The first one of a list. What is not as the calendar says is named in `lost`. Throws Error(InvalidData).
CalendarMoment calendar_moment(const codec::Property& property, const CalendarZones& zones,
                               std::vector<std::string>& lost);
/// Throws the Error(InvalidData) for what is no time, or no duration.
[[noreturn]] void no_time(const codec::Property& property);

core::Instant instant_of(const CalendarMoment& moment);

} // namespace crm::app
