// Two devices of one name would take each other's writes for their own. A clone that was copied, or restored
// from a backup, finds that out from what a remote holds, and takes another name.
#pragma once

#include "app/workspace.hpp"

#include <optional>
#include <string>

namespace crm::app {

/// After a fetch from `remote`, and before its branch, which is at `tip`, is taken in: the name that this
/// clone should go by, where another one writes under the name that it has.
std::optional<std::string> other_name(Workspace& workspace, const std::string& remote, const store::Oid& tip);

/// Before what is at `theirs` is merged: what this clone has written into records that the other one has too
/// is by `name` from now on, so that the two do not pass for having seen each other's.
void keep_apart(Workspace& workspace, store::Transaction& transaction, const std::string& name,
                const store::Oid& theirs);

/// Goes by that name from now on, and warns of it. The new key is vouched for by the one there was, where
/// that may do so: what the others wrote must have been taken in, as two writers of one name do not see each
/// other.
void take_name(Workspace& workspace, const std::string& name);

} // namespace crm::app
