// What repeats, as calendars say it (RRULE, RDATE, EXDATE, RECURRENCE-ID) and as a book does: a rule by days,
// and records for the occurrences that are not as the rule says.
#pragma once

#include "app/exchange/calendar_moment.hpp"
#include "app/workspace.hpp"
#include "core/recurrence.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace crm::app {

/// Whether the entry is a series, or an occurrence of one.
bool repeats(const codec::Component& entry);

struct CalendarRule {
  std::string rrule;                        ///< canonical
  std::vector<core::LocalDate> except;      ///< sorted
  std::vector<core::LocalDate> except_else; ///< excepted at an hour that the series does not have
  std::vector<CalendarMoment> besides;      ///< that the rule does not have, in the zone of the start
};

/// Of an entry with RRULE or RDATE that begins at `start`. What has no effect is named in `lost`. Throws
/// Error(InvalidData) with the part that a book cannot have: more than one a day, a second rule, EXRULE.
CalendarRule read_calendar_rule(const codec::Component& entry, const CalendarMoment& start,
                                const CalendarZones& zones, std::vector<std::string>& lost);

/// Of which occurrence the entry is. Throws Error(InvalidData) for RANGE, which means all later ones too.
std::optional<CalendarMoment> read_recurrence_id(const codec::Component& entry, const CalendarZones& zones,
                                                 std::vector<std::string>& lost);
core::LocalDate day_in_zone(const CalendarMoment& moment, const std::string& zone);

enum class DayLength { Timed, Whole };
/// Whether an occurrence with a record of its own is in the calendar, or left out like one that never was.
using ShowsOccurrence = std::function<bool(const core::Record&)>;

/// The series as it is written now that an occurrence with a record of its own belongs to: of those of its
/// root the last to begin before its day. Nothing when they are gone.
std::optional<core::Record> series_of_override(Workspace& workspace, const core::Record& override_record);
/// RRULE, EXDATE and RDATE of a series, X-CRM-SERIES of one that another goes on in.
std::string series_lines(Workspace& workspace, const core::Record& series, DayLength length,
                         const ShowsOccurrence& shows);
/// RECURRENCE-ID of an occurrence.
std::string recurrence_id_line(const core::Record& series, const core::Record& override_record,
                               DayLength length);

/// "2026-11-24T14:00" → "20261124T140000"; the offset of a time that the clock shows twice goes.
std::string basic_time(const std::string& text);

} // namespace crm::app
