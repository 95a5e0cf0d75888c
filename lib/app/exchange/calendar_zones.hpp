// The zones of calendars (RFC 5545 section 3.6.5): which zone of this machine is meant, or what the clock
// showed.
#pragma once

#include "codec/content_lines.hpp"
#include "core/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace crm::app {

/// "Europe/Berlin" for "W. Europe Standard Time"; "" for an unknown name.
std::string windows_zone(std::string_view name);

/// The IANA zone that a TZID means: it is one, ends in one ("/example.org/2007/Europe/London"), or is
/// Windows'. "" when nobody knows.
std::string zone_of_tzid(std::string_view tzid);
/// The same, also by what the VTIMEZONE says of itself (X-LIC-LOCATION).
std::string zone_of_definition(const codec::Component& definition);

/// The offset from UTC that a VTIMEZONE gives a local time: by the latest of its STANDARD and DAYLIGHT parts
/// to begin before it. Understands no rule, RDATE, and FREQ=YEARLY with BYMONTH, BYDAY, BYMONTHDAY, UNTIL and
/// COUNT. Nothing when it says nothing of that time.
std::optional<std::chrono::seconds> offset_by_definition(const codec::Component& definition,
                                                         core::LocalTime time);

/// "20261124T140000" or "20261124"; a time with a Z is without it. Nothing for what is no time.
std::optional<core::LocalTime> calendar_time(std::string_view text);
/// RFC 5545 section 3.3.6, with a sign.
std::optional<std::chrono::seconds> calendar_duration(std::string_view text);

/// What a local time of a calendar means in a zone: in the hour that the clocks leave out, by the offset
/// before it (RFC 5545 section 3.3.5), and in the one that comes twice, the first.
core::WallTime calendar_wall(core::LocalTime local, const std::string& zone);

/// The VTIMEZONE of a zone, with all its changes from 1970 to 2050.
std::string zone_definition(const std::string& zone);

} // namespace crm::app
