// A remote that is a folder, a stick or a share: nobody but us keeps house there.
#pragma once

#include <string>

namespace crm::store {

/// Removes the branch's lock when it is so old (ten minutes) that whoever made it must have died: git holds
/// one for milliseconds, and a stick that was pulled out would refuse every push for ever.
void clear_dead_lock(const std::string& folder, const std::string& branch);

/// Lets git pack the folder's objects when there are as many loose ones as git itself thinks too many. Waits
/// for it: a stick may be pulled out as soon as we have answered. Never fails.
void pack_sometimes(const std::string& folder) noexcept;

} // namespace crm::store
