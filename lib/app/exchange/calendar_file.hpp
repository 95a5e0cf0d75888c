// One file of a calendar folder: an appointment, or a series with its occurrences, as other programs have
// left it and as the book has it.
#pragma once

#include "app/exchange/calendar_entry.hpp"
#include "app/exchange/cards.hpp"
#include "app/workspace.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crm::app {

/// One VEVENT.
struct CalendarItem {
  codec::Component component;
  core::Map fields; ///< of an appointment
  bool utc = false; ///< its start was given in UTC: the hour is right, the zone says nothing
};

struct CalendarFile {
  std::string uid;
  CalendarItem main;
  std::map<core::LocalDate, CalendarItem> occurrences; ///< that are not as the series says, by original day
  std::vector<core::LocalDate> except;                 ///< days left out of the series, at whatever hour
  bool is_series() const { return main.fields.contains("rrule"); }
  /// As the file has the occurrence on a day: its own entry, else the series' on that day.
  CalendarItem on(core::LocalDate day) const;
};

/// Throws Error(InvalidData) for what is no calendar of one appointment.
CalendarFile read_calendar_file(std::string_view text, const std::string& store_zone);

/// Of the appointments that a calendar shows.
struct CalendarView {
  std::string member; ///< whose: "" for everybody's
  bool shows(const core::Record& record, const core::Schema& schema) const;
};

class CalendarFiles {
 public:
  CalendarFiles(Workspace& workspace, CalendarView view);
  CalendarFiles(const CalendarFiles&) = delete; // its writer asks this one
  CalendarFiles& operator=(const CalendarFiles&) = delete;
  /// As the book has it; nothing for what the calendar does not show by itself. The same records give the
  /// same bytes.
  std::optional<std::string> text(const core::Record& record);
  /// Which record's file an appointment is in: its own, or its series'.
  std::string file_of(const core::Record& record);

 private:
  Workspace& m_workspace;
  CalendarView m_view;
  CalendarWriter m_writer;
};

/// `text` with what `theirs` has beside the fields of an appointment: reminders, and what programs note for
/// themselves.
std::string with_what_is_theirs(const std::string& text, const CalendarFile& theirs,
                                const std::string& store_zone);

/// "crm-7f3k2m9qxv0tbn4c.ics".
std::string calendar_file_name(std::string_view id);
/// The id in such a name; "" for other names.
std::string id_of_file_name(std::string_view name);

} // namespace crm::app
