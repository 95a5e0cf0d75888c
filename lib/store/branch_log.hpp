// Where a branch has been, by git's own log of it, which may end in what a power loss left.
#pragma once

#include "store/repository.hpp"

#include <string>
#include <vector>

namespace crm::store {

/// The commits that the log `file` says were moved to, newest first, each once. Lines that are none are left
/// out; empty when there is no log. Of a very long log only the end is read.
std::vector<Oid> logged_commits(const std::string& file);

} // namespace crm::store
