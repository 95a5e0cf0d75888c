// The id that a tree would have with some files changed: computed, and nothing is written.
#pragma once

#include "store/git_handles.hpp"
#include "store/tree_build.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace crm::store {

/// What is done with a folder's bytes (gitformat-tree); says its id.
using FolderSink = std::function<git_oid(std::string_view bytes)>;

/// As build_tree(), each changed folder given to `sink`, those within it first.
git_oid fold_tree(git_repository* repository, const git_tree* base, const std::vector<NewFile>& files,
                  const FolderSink& sink);

/// As build_tree(), file for file: `files` are sorted by path.
git_oid hash_tree(git_repository* repository, const git_tree* base, const std::vector<NewFile>& files);

} // namespace crm::store
