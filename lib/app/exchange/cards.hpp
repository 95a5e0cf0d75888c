// Records as vCards and calendar entries.
#pragma once

#include "app/exchange/calendar_series.hpp"
#include "app/workspace.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace crm::app {

/// 4.0 is RFC 6350; 3.0 is RFC 2426, which older phones want.
enum class CardVersion { V3, V4 };
std::string to_card(const core::Record& contact, CardVersion version);

/// What other programs know it by: the id that its maker gave it, or ours.
std::string calendar_uid(const core::Record& record);

/// Fields that iCalendar has no property for go into X-CRM- ones, which other programs pass over.
class CalendarWriter {
 public:
  /// Occurrences that `shows` does not want are left out of their series.
  explicit CalendarWriter(
      Workspace& workspace, ShowsOccurrence shows = [](const core::Record&) { return true; })
      : m_workspace(workspace), m_shows(std::move(shows)) {}
  std::string head() const;
  /// An appointment or a task, behind the definition of its zone where that is needed for the first time.
  std::string entry(const core::Record& record);
  static std::string foot() { return "END:VCALENDAR\r\n"; }
  /// The next entry is of another file, with definitions of its own.
  void begin_file() { m_zones.clear(); }

 private:
  std::string event(const core::Record& record);
  std::string to_do(const core::Record& record);
  std::string common(const core::Record& record);
  std::string zone(const std::string& name);

  Workspace& m_workspace;
  ShowsOccurrence m_shows;
  std::set<std::string> m_zones;                    ///< that are defined already
  std::map<std::string, std::string> m_definitions; ///< of zones
};

} // namespace crm::app
