// Lock files of the git program and of libgit2: whose they are, and when they may be removed.
#include "store/lock.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <filesystem>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace crm::store {
namespace {

using Clock = std::chrono::steady_clock;

bool earlier(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

timespec boot_time() {
  timespec now{}, up{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  ::clock_gettime(CLOCK_BOOTTIME, &up);
  return {now.tv_sec - up.tv_sec, 0};
}

std::string link_target(const std::string& path) {
  char buffer[4096];
  const ssize_t length = ::readlink(path.c_str(), buffer, sizeof buffer);
  return length > 0 ? std::string(buffer, static_cast<std::size_t>(length)) : std::string();
}

bool below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

/// Whether a git program is at work in one of these folders. Only asked before a lock file is removed.
bool git_runs_in(const std::vector<std::string>& folders) {
  DIR* processes = ::opendir("/proc");
  if (processes == nullptr) return true; // cannot tell: leave the lock alone
  bool found = false;
  while (const dirent* entry = found ? nullptr : ::readdir(processes)) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    const std::string process = std::string("/proc/") + entry->d_name;
    const auto program = link_target(process + "/exe");
    const auto name = program.substr(program.rfind('/') + 1);
    if (name != "git" && !name.starts_with("git-")) continue;
    const auto at = link_target(process + "/cwd");
    found = std::any_of(folders.begin(), folders.end(),
                        [&](const std::string& folder) { return below(at, folder); });
  }
  ::closedir(processes);
  return found;
}

std::optional<std::chrono::seconds> age_of(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  return std::chrono::seconds(::time(nullptr) - info.st_mtim.tv_sec);
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

} // namespace

std::vector<std::string> GitLocks::existing() const {
  std::vector<std::string> out{branch_lock(), git_dir + "/HEAD.lock", common_dir + "/packed-refs.lock",
                               git_dir + "/index.lock"};
  std::erase_if(out, [](const std::string& path) { return !exists(path); });
  return out;
}

void GitLocks::clear(const std::optional<timespec>& died_since, Clock::time_point deadline) const {
  for (std::chrono::milliseconds pause(5);; pause = std::min(pause * 2, std::chrono::milliseconds(50))) {
    const auto locks = existing();
    if (locks.empty()) return;
    std::optional<bool> git_alive;
    std::string in_the_way;
    for (const auto& lock : locks) {
      struct stat info {};
      if (::lstat(lock.c_str(), &info) != 0) continue;
      // Made while a crm that died was writing, or before the machine started.
      const bool orphan =
          (died_since && !earlier(info.st_mtim, *died_since)) || earlier(info.st_mtim, boot_time());
      if (orphan && !git_alive) git_alive = git_runs_in({work_tree, git_dir, common_dir});
      if (orphan && !*git_alive && (::unlink(lock.c_str()) == 0 || !exists(lock))) continue;
      // We take neither packed-refs.lock (refs are written loose) nor, before the commit, index.lock.
      if (lock == branch_lock() || lock == git_dir + "/HEAD.lock") in_the_way = lock;
    }
    if (in_the_way.empty()) return;
    if (Clock::now() >= deadline) fail_git_lock(in_the_way);
    std::this_thread::sleep_for(std::min<Clock::duration>(pause, deadline - Clock::now()));
  }
}

void outwait(const std::vector<std::string>& locks, const std::vector<std::string>& folders,
             std::chrono::seconds aged) {
  constexpr std::chrono::milliseconds pause(20);
  const auto end = [&] { // of the wait for all of them to be old, and a second
    std::chrono::seconds left(0);
    for (const auto& lock : locks)
      if (const auto age = age_of(lock)) left = std::clamp(aged - *age, left, aged);
    return Clock::now() + left + std::chrono::seconds(1);
  }();
  const auto is_in_the_way = [&](const std::string& lock) {
    const auto age = age_of(lock);
    return age && (*age < aged || git_runs_in(folders) || (::unlink(lock.c_str()) != 0 && exists(lock)));
  };
  // All of them, that each is removed.
  while (std::count_if(locks.begin(), locks.end(), is_in_the_way) > 0 && Clock::now() < end)
    std::this_thread::sleep_for(pause);
}

std::vector<std::string> locks_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".lock") out.push_back(entry.path().string());
  return out;
}

void fail_git_lock(const std::string& file) {
  throw base::Error(base::Kind::Busy, "git is at work in this store: " + file + " exists",
                    "nothing was changed; run the command again when git has finished, and remove that file "
                    "only if no git program is running");
}

} // namespace crm::store
