// What the next hand-made commit would change.
#pragma once

#include <string>
#include <vector>

namespace crm::store {

struct StagedFile {
  std::string path;
  std::string blob; ///< "" when the commit removes the path
};

/// Differences between git's index and HEAD, by the `git` program, which knows the index of a commit in
/// progress (GIT_INDEX_FILE). Throws Error(Failure) when git cannot be run.
std::vector<StagedFile> staged_files(const std::string& root);

/// The tree that the next commit by hand would have, by `git write-tree`. Throws Error(Failure) when git
/// cannot be run, and while files wait for somebody to merge them.
std::string staged_tree(const std::string& root);

} // namespace crm::store
