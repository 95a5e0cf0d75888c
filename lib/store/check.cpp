// Checks that need the disk. One line for each finding.
#include "store/files.hpp"
#include "store/lock.hpp"
#include "store/objects.hpp"
#include "store/repository_impl.hpp"
#include "store/settled.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace crm::store {
namespace {

/// Reads every folder of the newest commit and asks for every file's object.
void check_objects(const Repository::Impl& repository, const Oid& head, std::vector<std::string>& out) {
  git::OdbHandle odb;
  if (git::take(odb, git_repository_odb, repository.get()) < 0) {
    out.emplace_back("the object database cannot be opened");
    return;
  }
  walk_tree(repository.get(), tree_of(repository.get(), head).get(), "", [&](const TreeFile& file) {
    const std::string path = base::printable(file.path);
    if (entry_kind(file.mode) != EntryKind::File)
      out.push_back(path + " is a symbolic link or a submodule in the last commit; crm does not read it");
    else if (git_odb_exists(odb.get(), file.id) == 0)
      out.push_back("the committed content of " + path + " is missing (object " + to_oid(*file.id) + ")");
  });
}

/// git may have brought the file along itself: `git pull` leaves nothing to be done.
bool is_behind(const Repository& repository, const std::string& path) {
  const auto committed = repository.read(repository.head_tree(), path);
  const Seen seen = WorkFiles(repository.root()).look(path);
  return committed ? seen.what != Seen::What::File || seen.content != *committed
                   : seen.what != Seen::What::Missing;
}

} // namespace

std::vector<std::string> Repository::check() const {
  std::vector<std::string> out;
  for (const auto& id : blanked_objects(m_impl->common_dir))
    out.push_back("the object file " + loose_path(m_impl->common_dir, id) +
                  " is empty, as a power loss leaves it");
  try {
    const Oid head = m_impl->head();
    const std::string branch = m_impl->branch();
    if (const auto standstill = m_impl->standstill())
      out.push_back(standstill->what + "; crm cannot write: " + standstill->advice);
    for (const auto& lock : GitLocks{m_impl->git_dir, m_impl->common_dir, m_impl->root, branch}.existing())
      out.push_back(lock + " exists: git is at work, or died (then remove it)");
    check_objects(*m_impl, head, out);
    const auto pending = unsettled(*m_impl, head);
    if (std::any_of(pending.begin(), pending.end(),
                    [&](const auto& each) { return is_behind(*this, each.first); }))
      out.emplace_back(
          "working files or git's index are behind the last commit; the next write brings them forward");
  } catch (const base::Error& error) {
    out.push_back(error.message);
  }
  return out;
}

} // namespace crm::store
