// What a power loss can do to the newest commit, and the way back.
#pragma once

#include "store/repository_impl.hpp"

#include <string>
#include <vector>

namespace crm::store {

/// Removes blanked objects. A blob is made again from its working file; if HEAD's commit or its newest
/// folders are lost, the branch goes back to the last commit in its reflog that can be read, and a warning
/// says so. Objects that merely could not be read now (an input error, say) are no reason to go back.
void mend_damage(const Repository::Impl& repository, std::vector<std::string>& warnings);

} // namespace crm::store
