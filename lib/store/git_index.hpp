// Git's own index file, kept in step with what crm commits, so that `git status` is clean and a hand-made
// `git commit` cannot take back what crm wrote.
//
// Rewriting the whole file costs in proportion to the store (860 ms at 500,000 files with libgit2). So a
// small index is written whole, and a large one is split as git itself can split it (gitformat-index(5)):
// most entries stay in `sharedindex.<sha1>`, and each batch rewrites only a small file that says what
// differs.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace crm::store {

struct IndexEntry;

struct Staged {
  std::string path;
  std::string blob; ///< 40 hex digits; "" removes the path
};

struct IndexLimits {
  std::size_t whole = 256 * 1024; ///< bytes up to which the index is written whole
  std::size_t apart = 2000;       ///< entries that may differ from the shared index before a new one is made
};

/// Takes `<git_dir>/index.lock` itself. Stat data comes from the working files, where they hold that blob. An
/// index that is damaged is made again from HEAD, one of a kind that only git knows is changed by the `git`
/// program. Throws Error(Busy) when a live git holds the lock, Error(Failure) when files cannot be read or
/// written; the index is unchanged then.
void stage(const std::string& git_dir, const std::string& work_tree, const std::vector<Staged>& changes,
           const IndexLimits& limits = {});

/// Every entry in path order, the shared ones included. False when there is no index, or none that can be
/// read.
bool read_entries(const std::string& git_dir, const std::function<void(const IndexEntry&)>& visit);

} // namespace crm::store
