// Two devices of one name would take each other's writes for their own. A clone that was copied, or restored
// from a backup, finds that out from what a remote holds, and takes another name.
#pragma once

#include "app/workspace.hpp"

namespace crm::app {

/// After a fetch from `remote`, whose branch is at `tip`: where another clone writes under this device's name,
/// this one goes by a new one from now on, and warns of it. Its new key is vouched for by the one it had,
/// where that may do so. The branch must not be locked by the caller.
void keep_names_apart(Workspace& workspace, const std::string& remote, const store::Oid& tip);

} // namespace crm::app
