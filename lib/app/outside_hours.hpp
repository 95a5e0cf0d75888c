// A booking outside the hours of those it is with: not in the way, but worth a word.
#pragma once

#include "app/workspace.hpp"

namespace crm::app {

/// Warns where an appointment, or an occurrence of a series as far ahead as clashes are looked for, is
/// outside somebody's hours; never of what gives its time back.
void warn_outside_hours(Workspace& workspace, const core::Record& appointment, const core::Schema& schema);

} // namespace crm::app
