// What came of a calendar folder, to people and to scripts.
#pragma once

#include "app/exchange/calendar_folder.hpp"
#include "cmd/context.hpp"

namespace crm::cmd {

/// Prints it, and sets the exit code: 6 when a clash kept something out, 10 when something else did.
void report_calendar(Context& context, const app::CalendarFolderReport& report);

} // namespace crm::cmd
