// One HTML file that needs nothing else: no network, no script. For a screen, a phone and paper.
#pragma once

#include "app/overview.hpp"
#include "cmd/page/markup.hpp"

#include <string>

namespace crm::cmd {

/// The whole document. Deterministic for the same store and moment.
std::string page(app::Workspace& workspace, const app::Overview& overview);

/// How fresh all of it is, printed large; then each remote and each other device.
void write_health(Markup& out, app::Workspace& workspace, const app::Overview& overview);
/// The day as a board with a column for each member, and the same as a list for phones and paper.
void write_day(Markup& out, app::Workspace& workspace, const app::Overview& overview);
void write_week(Markup& out, app::Workspace& workspace, const app::Overview& overview);
void write_pipeline(Markup& out, app::Workspace& workspace, const app::Overview& overview);
void write_tasks(Markup& out, app::Workspace& workspace, const app::Overview& overview);

/// "14:00" at the place of `zone`.
std::string clock_time(core::Instant at, const std::string& zone);
/// The name of a member or resource, or its key.
std::string name_of_key(app::Workspace& workspace, const std::string& kind, const std::string& key);
/// "form.pdf (12 KiB), 2 more files": what is attached to it and to the notes about its contact. "" for
/// nothing.
std::string files_of(app::Workspace& workspace, const core::Record& record);
/// Lets go of its time without having been missed: not part of the day any more.
bool is_cancelled(const app::DayEntry& entry);

extern const char* const style_sheet;

} // namespace crm::cmd
