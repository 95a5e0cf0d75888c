// Git's own index file, kept in step with what crm commits, so that `git status` is clean and a hand-made
// `git commit` cannot take back what crm wrote.
#pragma once

#include <string>
#include <vector>

namespace crm::store {

struct Staged {
  std::string path;
  std::string blob; ///< 40 hex digits; "" removes the path
};

/// Takes `<git_dir>/index.lock` itself; stat data comes from the working files. Throws Error(Busy) when a live git
/// holds the lock, Error(Failure) when the index cannot be read or written: it can always be made again from HEAD.
void stage(const std::string& git_dir, const std::string& work_tree, const std::vector<Staged>& changes);

} // namespace crm::store
