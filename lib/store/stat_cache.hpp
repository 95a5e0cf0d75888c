// What git's index remembers of the working files, so that unchanged ones need not be read.
#pragma once

#include "store/repository.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace crm::store {

class StatCache {
 public:
  /// An index that cannot be read vouches for nothing.
  explicit StatCache(const std::string& git_dir);
  ~StatCache();
  StatCache(const StatCache&) = delete;
  StatCache& operator=(const StatCache&) = delete;

  /// True when the index says that this file had that content, and the file has not been touched since. A
  /// file as young as the index itself is not trusted: it may have been written once more within one tick of
  /// the clock (git's "racy" files).
  bool vouches_for(std::string_view path, const Oid& blob, const struct stat& now) const;
  /// True when git was told to leave the file out of the working tree (skip-worktree: sparse-checkout).
  bool leaves_out(std::string_view path) const;
  /// True when no file that the index names, and no folder that holds one, was touched since the index was
  /// written: a few system calls a file, and no folder is listed. Only then may a sweep be left out.
  bool untouched(const std::string& work_tree) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace crm::store
