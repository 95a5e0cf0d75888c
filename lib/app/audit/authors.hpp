// Names of members and devices that somebody asks an audit or a rollback for: a slip in one is no quiet
// person.
#pragma once

#include "app/workspace.hpp"

#include <string>

namespace crm::app {

/// The key of the member who is meant, deleted ones too, or the name itself of somebody whom only the history
/// knows. Throws Error(NotFound | Ambiguous).
std::string author_named(Workspace& workspace, const std::string& word);

/// Throws Error(NotFound) for a device that nothing in the history was written on, and that no remote has
/// heard of.
void require_device(Workspace& workspace, const std::string& device);

} // namespace crm::app
