#include "store/git_index.hpp"

#include "store/git_error.hpp"
#include "store/git_handles.hpp"

#include <sys/stat.h>

namespace crm::store {
namespace {

using IndexHandle = std::unique_ptr<git_index, git::Freed<git_index_free>>;

git_index_entry entry_of(const Staged& change, const std::string& work_tree) {
  git_index_entry entry{};
  entry.path = change.path.c_str();
  entry.mode = GIT_FILEMODE_BLOB;
  check_git(git_oid_fromstr(&entry.id, change.blob.c_str()), "read the id of", change.path);
  struct stat info {};
  if (::lstat((work_tree + "/" + change.path).c_str(), &info) != 0) return entry;
  entry.ctime = {static_cast<std::int32_t>(info.st_ctim.tv_sec), static_cast<std::uint32_t>(info.st_ctim.tv_nsec)};
  entry.mtime = {static_cast<std::int32_t>(info.st_mtim.tv_sec), static_cast<std::uint32_t>(info.st_mtim.tv_nsec)};
  entry.dev = static_cast<std::uint32_t>(info.st_dev);
  entry.ino = static_cast<std::uint32_t>(info.st_ino);
  entry.uid = info.st_uid;
  entry.gid = info.st_gid;
  entry.file_size = static_cast<std::uint32_t>(info.st_size);
  return entry;
}

} // namespace

void stage(const std::string& git_dir, const std::string& work_tree, const std::vector<Staged>& changes) {
  IndexHandle index;
  check_git(git::take(index, git_index_open, (git_dir + "/index").c_str()), "read", "git's index");
  for (const auto& change : changes) {
    if (change.blob.empty()) {
      if (const int code = git_index_remove(index.get(), change.path.c_str(), 0); code != GIT_ENOTFOUND) check_git(code, "unstage", change.path);
      continue;
    }
    const auto entry = entry_of(change, work_tree);
    check_git(git_index_add(index.get(), &entry), "stage", change.path);
  }
  check_git(git_index_write(index.get()), "write", "git's index");
}

} // namespace crm::store
