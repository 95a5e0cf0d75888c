// One VEVENT, VTODO or VJOURNAL as the record that it becomes.
#pragma once

#include "app/exchange/incoming.hpp"
#include "codec/content_lines.hpp"

#include <functional>
#include <string>
#include <vector>

namespace crm::app {

/// Where the times of a calendar are.
struct CalendarZones {
  std::string store;                                          ///< for floating times, and for instants in UTC
  const std::vector<codec::Component>* definitions = nullptr; ///< its VTIMEZONEs
};

/// True when all zones that the entry names are known without the calendar's own definitions, or these are
/// there.
bool zones_are_known(const codec::Component& entry, const CalendarZones& zones);

/// Throws Error(InvalidData) for one without a sound time, or without anything to say. What a record cannot
/// hold is in `extra`, or named in `lost`.
Incoming incoming_entry(codec::Component& entry, const CalendarZones& zones, const std::string& member);

} // namespace crm::app
