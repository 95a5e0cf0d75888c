// Records as vCards and calendar entries.
#pragma once

#include "app/workspace.hpp"

#include <set>
#include <string>

namespace crm::app {

/// 4.0 is RFC 6350; 3.0 is RFC 2426, which older phones want.
enum class CardVersion { V3, V4 };
std::string to_card(const core::Record& contact, CardVersion version);

/// Fields that iCalendar has no property for go into X-CRM- ones, which other programs pass over.
class CalendarWriter {
 public:
  explicit CalendarWriter(Workspace& workspace) : m_workspace(workspace) {}
  std::string head() const;
  /// An appointment or a task, behind the definition of its zone where that is needed for the first time.
  std::string entry(const core::Record& record);
  static std::string foot() { return "END:VCALENDAR\r\n"; }

 private:
  std::string event(const core::Record& record);
  std::string to_do(const core::Record& record);
  std::string common(const core::Record& record);
  std::string zone(const std::string& name);

  Workspace& m_workspace;
  std::set<std::string> m_zones; ///< that are defined already
};

} // namespace crm::app
