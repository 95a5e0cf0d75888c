#include "store/folder_remote.hpp"

#include "store/git_handles.hpp"
#include "store/git_program.hpp"
#include "store/lock.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <linux/magic.h>
#include <string_view>
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

bool is_empty_file(const fs::directory_entry& entry) {
  std::error_code error;
  return entry.is_regular_file(error) && entry.file_size(error) == 0 && !error;
}

} // namespace

bool is_half_made(const std::string& folder) {
  constexpr std::array<std::string_view, 7> folders{"refs",    "refs/heads",   "refs/tags",   "branches",
                                                    "objects", "objects/info", "objects/pack"};
  constexpr std::array<std::string_view, 4> files{"HEAD", "HEAD.lock", "config", "config.lock"};
  const auto among = [](const auto& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  bool head = false, objects = false;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder, error); !error && at != end(at);
       at.increment(error)) {
    const auto name = at->path().lexically_relative(folder).string();
    const auto kind = at->symlink_status(error).type();
    if (error || !(kind == fs::file_type::directory ? among(folders, name)
                                                    : kind == fs::file_type::regular && among(files, name)))
      return false;
    head = head || (name == "HEAD" && !is_empty_file(*at));
    objects = objects || name == "objects";
  }
  return !error && !(head && objects);
}

void clear_half_made(const std::string& folder) {
  const fs::directory_entry head(folder + "/HEAD");
  std::error_code error;
  if (is_empty_file(head)) fs::remove(head.path(), error); // git would leave it as it is
  clear_dead_locks(folder, {"HEAD", "config"});
}

bool is_checked_out(const std::string& folder, const std::string& branch) {
  git::RepositoryHandle there;
  git::ReferenceHandle head;
  if (git::take(there, git_repository_open_ext, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) < 0 ||
      git_repository_is_bare(there.get()) != 0 ||
      git::take(head, git_reference_lookup, there.get(), "HEAD") < 0)
    return false;
  const char* target = git_reference_symbolic_target(head.get());
  return target != nullptr && target == "refs/heads/" + branch;
}

std::string checked_out_words(const std::string& place, const std::string& branch) {
  return place + " has working files, with the branch " + base::printable(branch) +
         " checked out, and git pushes nothing to such a place\n"
         "name an empty folder instead: the first `crm sync` makes a bare repository there, with which all "
         "devices can sync";
}

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
