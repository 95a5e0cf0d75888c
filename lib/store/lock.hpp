// The store's write lock: flock on <git dir>/crm/lock. Its content names the holder and is emptied when the
// lock is given back, so that a lock which is free and not empty tells that its holder died.
#pragma once

#include "store/files.hpp"

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace crm::store {

class WriteLock {
 public:
  /// Throws Error(Busy) naming the holder when `wait` is over.
  static WriteLock acquire(const std::string& private_dir, std::chrono::milliseconds wait);
  WriteLock(WriteLock&&) noexcept = default;
  ~WriteLock();

  /// Since when (by the file system's clock) holders have died, one after the other, if the last one did.
  const std::optional<timespec>& died_since() const { return m_died_since; }
  void release() noexcept;

 private:
  WriteLock(Descriptor fd, std::optional<timespec> died_since)
      : m_fd(std::move(fd)), m_died_since(died_since) {}
  Descriptor m_fd;
  std::optional<timespec> m_died_since;
};

/// Git's own lock files which stand in the way of a write. Those of dead processes are removed; for a live
/// one's it waits.
struct GitLocks {
  std::string git_dir;    ///< HEAD and index
  std::string common_dir; ///< refs and packed-refs
  std::string work_tree;
  std::string branch;

  /// Throws Error(Busy) that names the file when `deadline` is over. index.lock is not waited for: an open
  /// `git commit` editor must not stop the front desk.
  void clear(const std::optional<timespec>& died_since, std::chrono::steady_clock::time_point deadline) const;
  /// Full paths of those which exist now.
  std::vector<std::string> existing() const;
  std::string branch_lock() const { return common_dir + "/refs/heads/" + branch + ".lock"; }
};

[[noreturn]] void fail_git_lock(const std::string& file);

} // namespace crm::store
