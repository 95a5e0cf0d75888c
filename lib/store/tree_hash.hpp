// The id that a tree would have with some files changed: computed, and nothing is written.
#pragma once

#include "store/git_handles.hpp"
#include "store/tree_build.hpp"

#include <vector>

namespace crm::store {

/// As build_tree(), file for file: `files` are sorted by path.
git_oid hash_tree(git_repository* repository, const git_tree* base, const std::vector<NewFile>& files);

} // namespace crm::store
