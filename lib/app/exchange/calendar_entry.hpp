// One VEVENT, VTODO or VJOURNAL as the record that it becomes.
#pragma once

#include "app/exchange/calendar_moment.hpp"
#include "app/exchange/incoming.hpp"
#include "codec/content_lines.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct CalendarEntry {
  Incoming row;
  std::optional<CalendarMoment> occurrence; ///< RECURRENCE-ID: which one of a series it is
  std::vector<CalendarMoment> besides;      ///< of a series: occurrences that its rule does not have
  std::vector<core::LocalDate> except_else; ///< of a series: days left out at an hour that it does not have
  bool utc = false;                         ///< its start was given in UTC
};

/// Throws Error(InvalidData) for one without a sound time, without anything to say, or that repeats in a way
/// that the book does not. What a record cannot hold is in `extra`, or named in `lost`.
CalendarEntry incoming_entry(codec::Component& entry, const CalendarZones& zones, const std::string& member);

} // namespace crm::app
