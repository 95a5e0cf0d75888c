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

/// How old a lock file is by which it can be told that its holder died: git and libgit2 hold one for
/// milliseconds.
inline constexpr std::chrono::seconds long_held{10};

/// Waits for these lock files to go. One that is `aged` and in whose store (`folders`) no git program is at
/// work is a dead process's, and is removed. Gives up a second after the last one could have been.
void outwait(const std::vector<std::string>& locks, const std::vector<std::string>& folders,
             std::chrono::seconds aged = long_held);
/// The lock files in a folder; none when it is not there.
std::vector<std::string> locks_in(const std::string& folder);

[[noreturn]] void fail_git_lock(const std::string& file);

} // namespace crm::store
