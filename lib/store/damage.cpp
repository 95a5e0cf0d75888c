#include "store/damage.hpp"

#include "store/branch_move.hpp"
#include "store/git_error.hpp"
#include "store/objects.hpp"
#include "store/publish.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"

#include <set>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t most_reflog_entries = 1000;

class Mender {
 public:
  Mender(const Repository::Impl& repository, std::vector<Oid> lost)
      : m_repository(repository), m_lost(lost.begin(), lost.end()) {}

  void run(std::vector<std::string>& warnings) {
    const Oid head = m_repository.head_or_none();
    if (!head.empty() && !is_whole(head)) go_back(head, warnings);
    for (const auto& id : m_lost)
      ::unlink(loose_path(m_repository.common_dir, id).c_str());
    git::OdbHandle odb;
    check_git(git::take(odb, git_repository_odb, m_repository.get()), "open the object database");
    check_git(git_odb_refresh(odb.get()), "look at the object database again");
    ObjectWriter writer(m_repository.get(), m_repository.common_dir);
    for (const auto& content : m_remade)
      writer.blob(content);
    warnings.push_back(std::to_string(m_lost.size()) +
                       " empty object files, left by a power loss, were removed");
  }

 private:
  /// The commit and all that it added can be read or made again.
  bool is_whole(const Oid& id) {
    if (m_lost.contains(id)) return false;
    const git_oid oid = from_oid(id);
    git::CommitHandle commit, parent;
    check_git(git::take(commit, git_commit_lookup, m_repository.get(), &oid), "read the commit", id);
    if (m_lost.contains(to_oid(*git_commit_tree_id(commit.get())))) return false;
    const auto after = read_tree(m_repository.get(), *git_commit_tree_id(commit.get()));
    git::TreeHandle before;
    if (git_commit_parentcount(commit.get()) > 0 &&
        !m_lost.contains(to_oid(*git_commit_parent_id(commit.get(), 0))) &&
        git::take(parent, git_commit_parent, commit.get(), 0U) == 0 &&
        !m_lost.contains(to_oid(*git_commit_tree_id(parent.get()))))
      before = read_tree(m_repository.get(), *git_commit_tree_id(parent.get()));
    m_remade.clear();
    return folder_is_whole(before.get(), after.get(), "", 0);
  }

  bool folder_is_whole(const git_tree* before, const git_tree* after, const std::string& folder, int depth) {
    if (depth > deepest_tree) return false;
    for (std::size_t i = 0; i < git_tree_entrycount(after); ++i) {
      const auto* entry = git_tree_entry_byindex(after, i);
      const auto* old =
          before != nullptr ? git_tree_entry_byname(before, git_tree_entry_name(entry)) : nullptr;
      if (old != nullptr && git_oid_equal(git_tree_entry_id(old), git_tree_entry_id(entry))) continue;
      const Oid id = to_oid(*git_tree_entry_id(entry));
      const std::string path = folder + git_tree_entry_name(entry);
      const bool lost = m_lost.contains(id);
      if (entry_kind(git_tree_entry_filemode(entry)) != EntryKind::Folder) {
        if (lost && !remake(path, id)) return false;
        continue;
      }
      if (lost) return false;
      git::TreeHandle old_folder;
      if (old != nullptr && git_tree_entry_type(old) == GIT_OBJECT_TREE &&
          !m_lost.contains(to_oid(*git_tree_entry_id(old))))
        old_folder = read_tree(m_repository.get(), *git_tree_entry_id(old));
      if (!folder_is_whole(old_folder.get(), read_tree(m_repository.get(), *git_tree_entry_id(entry)).get(),
                           path + "/", depth + 1))
        return false;
    }
    return true;
  }

  bool remake(const std::string& path, const Oid& id) {
    auto seen = m_repository.files.look(path);
    if (seen_id(seen) != id) return false;
    m_remade.push_back(std::move(seen.content));
    return true;
  }

  void go_back(const Oid& head, std::vector<std::string>& warnings) {
    const std::string branch = m_repository.branch();
    const auto cannot = [&](const std::string& why) {
      return base::Error(base::Kind::Failure,
                         "the newest commit " + head + " was lost to a power loss, and " + why,
                         "restore .git/objects from another device or a backup");
    };
    if (branch.empty()) throw cannot("HEAD is on no branch");
    git::ReflogHandle log;
    check_git(git::take(log, git_reflog_read, m_repository.get(), ("refs/heads/" + branch).c_str()),
              "read the reflog of", branch);
    const std::size_t count = std::min(git_reflog_entrycount(log.get()), most_reflog_entries);
    for (std::size_t i = 0; i < count; ++i) {
      const Oid candidate = to_oid(*git_reflog_entry_id_new(git_reflog_entry_byindex(log.get(), i)));
      if (candidate == head || !is_present_and_whole(candidate)) continue;
      const Move move{branch,
                      head,
                      candidate,
                      "crm: the newest commit was lost to a power loss",
                      {"crm", "crm@localhost", {}}};
      const auto moved = move_branch(m_repository, move, std::chrono::steady_clock::now());
      if (moved.outcome != Outcome::Committed)
        throw cannot("the branch could not be moved back: " + moved.why);
      warnings.push_back("the newest commit " + head + " was lost to a power loss; the store is back at " +
                         candidate + ", and working files that are newer count as edits by hand");
      return;
    }
    throw cannot("no earlier one of the branch can be read");
  }

  bool is_present_and_whole(const Oid& id) {
    try {
      return is_whole(id);
    } catch (const base::Error&) {
      return false;
    }
  }

  const Repository::Impl& m_repository;
  std::set<Oid> m_lost;
  std::vector<std::string> m_remade; ///< contents of lost blobs, from their working files
};

} // namespace

void mend_damage(const Repository::Impl& repository, std::vector<std::string>& warnings) {
  auto lost = blanked_objects(repository.common_dir);
  if (!lost.empty()) Mender(repository, std::move(lost)).run(warnings);
}

} // namespace crm::store
