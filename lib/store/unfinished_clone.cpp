#include "store/unfinished_clone.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/repository.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>

namespace crm::store {
namespace {

namespace fs = std::filesystem;

fs::path mark_in(const std::string& folder) {
  return fs::path(folder) / ".git" / private_folder / joining_file;
}

bool has_only(const fs::path& folder, std::string_view name) {
  std::error_code error;
  const fs::directory_iterator entries(folder, error);
  return !error && std::all_of(begin(entries), end(entries),
                               [&](const auto& entry) { return entry.path().filename() == name; });
}

} // namespace

UnfinishedClone::UnfinishedClone(const std::string& folder) : m_file(mark_in(folder).string()) {
  std::error_code error;
  fs::create_directories(mark_in(folder).parent_path(), error);
  m_held = Descriptor(::open(m_file.c_str(), O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!m_held || ::flock(m_held.get(), LOCK_EX | LOCK_NB) != 0)
    throw base::Error(base::Kind::Failure, "cannot make a store in " + base::printable(folder),
                      "name another folder");
}

void UnfinishedClone::finished() {
  std::error_code ignored;
  fs::remove(m_file, ignored);
}

bool UnfinishedClone::is_left(const std::string& folder) {
  const auto file = mark_in(folder);
  const Descriptor held(::open(file.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!held) return false;
  if (::flock(held.get(), LOCK_EX | LOCK_NB) != 0)
    throw base::Error(base::Kind::Busy, "another process is making a store in " + base::printable(folder),
                      "wait for it, or name another folder");
  if (has_only(folder, ".git")) return true;
  try {
    const auto edits = Repository::open(folder).hand_edits();
    return std::all_of(edits.begin(), edits.end(),
                       [](const HandEdit& edit) { return edit.kind == HandEdit::Kind::Removed; });
  } catch (const base::Error&) { // it has no commit yet: what is there is somebody's own
    return false;
  }
}

bool UnfinishedClone::is_fresh(const std::string& folder) {
  const auto file = mark_in(folder);
  std::error_code error;
  return fs::exists(file, error) && has_only(folder, ".git") &&
         has_only(fs::path(folder) / ".git", private_folder) && has_only(file.parent_path(), joining_file);
}

} // namespace crm::store
