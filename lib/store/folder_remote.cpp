#include "store/folder_remote.hpp"

#include "store/git_program.hpp"
#include "store/lock.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <linux/magic.h>
#include <sys/vfs.h>

namespace crm::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes dead{10};
// git's own threshold is some 6,700 objects, told from one of 256 folders.
constexpr auto too_many_in_one = 27;

/// A file system whose programs all run on this machine.
bool is_on_own_disk(const std::string& folder) {
  constexpr std::array<std::uint32_t, 8> own{EXT4_SUPER_MAGIC,  XFS_SUPER_MAGIC,      BTRFS_SUPER_MAGIC,
                                             TMPFS_MAGIC,       F2FS_SUPER_MAGIC,     MSDOS_SUPER_MAGIC,
                                             EXFAT_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC};
  struct statfs info {};
  return ::statfs(folder.c_str(), &info) == 0 &&
         std::find(own.begin(), own.end(), static_cast<std::uint32_t>(info.f_type)) != own.end();
}

} // namespace

void clear_dead_locks(const std::string& folder, const std::vector<std::string>& refs) {
  std::vector<std::string> locks;
  for (const char* git : {"/", "/.git/"})
    for (const auto& ref : refs) {
      const auto lock = folder + git + ref + ".lock";
      std::error_code error;
      const auto written = fs::last_write_time(lock, error);
      if (error) continue;
      if (written + dead < fs::file_time_type::clock::now()) fs::remove(lock, error);
      locks.push_back(lock);
    }
  if (!locks.empty() && is_on_own_disk(folder)) outwait(locks, {folder});
}

void pack_sometimes(const std::string& folder) noexcept {
  try {
    std::error_code error;
    const auto begin = fs::directory_iterator(folder + "/objects/17", error);
    if (error || std::distance(begin, fs::directory_iterator()) <= too_many_in_one) return;
    run_git_watched({.root = folder,
                     .words = {"-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c",
                               "gc.autoDetach=false", "gc", "--auto", "--quiet"},
                     .environment = {},
                     .patience = std::chrono::minutes{10}});
  } catch (...) {
    // Packed or not, the batches are there.
  }
}

} // namespace crm::store
