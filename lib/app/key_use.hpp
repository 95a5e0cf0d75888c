// Keys are how records name a member, a resource, a service; and how a member's devices are known.
#pragma once

#include "app/workspace.hpp"
#include "base/error.hpp"

#include <optional>

namespace crm::app {

/// Why the key that `before` has may not become the one of `after`, of the same record: what names it would
/// name nothing, and a member's devices would be nobody's. Nothing when it may, or is the same.
std::optional<base::Error> key_still_needed(Workspace& workspace, const core::Record& before,
                                            const core::Record& after, const core::Schema& schema);

} // namespace crm::app
