#include "store/settled.hpp"

#include "store/files.hpp"
#include "store/git_error.hpp"
#include "store/graph.hpp"
#include "store/message.hpp"
#include "store/objects.hpp"
#include "store/paths.hpp"
#include "store/small_file.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace crm::store {
namespace {

/// More commits than that without a settled one in between are not a crash's doing.
constexpr int most_commits = 1000;

using RevwalkHandle = std::unique_ptr<git_revwalk, git::Freed<git_revwalk_free>>;

const Oid no_commit(GIT_OID_HEXSZ, '0');

struct BranchStep {
  Oid from, to;
};

/// Lines that a crash cut off, or that are none, are left out.
std::vector<BranchStep> read_moves(const std::string& private_dir) {
  std::vector<BranchStep> out;
  const auto text = read_small_file(private_dir + "/" + std::string(moves_file));
  if (!text) return out;
  const auto is_id = [](std::string_view id) {
    return id.size() == GIT_OID_HEXSZ && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  for (const auto line : base::split(*text, '\n')) {
    const auto from = line.substr(0, std::min<std::size_t>(line.size(), GIT_OID_HEXSZ));
    if (line.size() != 2 * GIT_OID_HEXSZ + 1 || line[GIT_OID_HEXSZ] != ' ' || !is_id(from) ||
        !is_id(line.substr(GIT_OID_HEXSZ + 1)))
      continue;
    out.push_back({from == no_commit ? Oid() : Oid(from), Oid(line.substr(GIT_OID_HEXSZ + 1))});
  }
  return out;
}

bool reaches(const Repository::Impl& repository, const Oid& head, const Oid& commit) {
  try {
    return descends(repository, head, commit);
  } catch (const base::Error&) {
    return false; // gone: it was never moved to, or has been pruned since
  }
}

bool made_by_crm(const git_commit* commit) {
  for (const auto& [key, value] : parse_trailers(git_commit_message(commit)))
    if (key == "Crm-Batch" || key == "Crm-Merge") return true;
  return false;
}

void add_changes(git_repository* repository, const git_commit* commit, Pending& out) {
  const unsigned parents = git_commit_parentcount(commit);
  for (unsigned i = 0; i < std::max(parents, 1U); ++i) {
    const Oid before = parents > 0 ? to_oid(*git_commit_parent_id(commit, i)) : Oid();
    for (auto& difference : diff_trees(repository, before, to_oid(*git_commit_tree_id(commit))))
      out[difference.path].insert(difference.before);
  }
}

} // namespace

Oid read_settled(const std::string& private_dir) {
  const auto text = read_small_file(private_dir + "/" + std::string(settled_file), 64);
  if (!text || text->size() != GIT_OID_HEXSZ + 1 ||
      text->find_first_not_of("0123456789abcdef") != GIT_OID_HEXSZ)
    return "";
  return text->substr(0, GIT_OID_HEXSZ);
}

void write_settled(const std::string& private_dir, const Oid& commit) {
  const std::string path = private_dir + "/" + std::string(settled_file);
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file) fail_system(errno, "write", path);
  // Always of one length and by one call, so that it is the old one or the new one. No fsync: an old one only
  // means that the next write looks again.
  const std::string text = commit + "\n";
  const ssize_t written = ::pwrite(file.get(), text.data(), text.size(), 0);
  if (written != static_cast<ssize_t>(text.size())) fail_system(written < 0 ? errno : ENOSPC, "write", path);
}

Pending pending_commits(const Repository::Impl& repository, const Oid& settled, const Oid& head) {
  if (head.empty() || settled == head) return {};
  const git_oid tip = from_oid(head);
  Pending out;
  RevwalkHandle walk;
  check_git(git::take(walk, git_revwalk_new, repository.get()), "read the history");
  check_git(git_revwalk_push(walk.get(), &tip), "read the history");
  bool connected = settled.empty();
  const git_oid stop = settled.empty() ? git_oid{} : from_oid(settled);
  if (!settled.empty() && git_revwalk_hide(walk.get(), &stop) < 0)
    return {}; // gone: pruned, or of another store
  git_oid id;
  for (int count = 0; count < (settled.empty() ? 1 : most_commits) && git_revwalk_next(&id, walk.get()) == 0;
       ++count) {
    git::CommitHandle commit;
    check_git(git::take(commit, git_commit_lookup, repository.get(), &id), "read the commit", to_oid(id));
    for (unsigned i = 0; i < git_commit_parentcount(commit.get()); ++i)
      connected = connected || git_oid_equal(git_commit_parent_id(commit.get(), i), &stop);
    if (made_by_crm(commit.get())) add_changes(repository.get(), commit.get(), out);
  }
  return connected ? out : Pending();
}

void note_move(const std::string& private_dir, const Oid& from, const Oid& to) {
  const std::string path = private_dir + "/" + std::string(moves_file);
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file) fail_system(errno, "write", path);
  write_all(file.get(), (from.empty() ? no_commit : from) + " " + to + "\n", path);
  sync_descriptor(file.get(), path);
  const Descriptor folder(::open(private_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) fail_system(errno, "write to the disk", private_dir);
}

void forget_moves(const std::string& private_dir) noexcept {
  ::unlink((private_dir + "/" + std::string(moves_file)).c_str());
}

Pending unsettled(const Repository::Impl& repository, const Oid& head) {
  Oid at = read_settled(repository.private_dir);
  if (head.empty() || at == head) return {};
  Pending out;
  const auto add = [&](Pending&& more) {
    for (auto& [path, blobs] : more)
      out[path].merge(blobs);
  };
  for (const auto& [from, to] : read_moves(repository.private_dir)) {
    if (!reaches(repository, head, to)) continue; // killed before the branch moved
    add(pending_commits(repository, at, from));
    for (auto& difference : diff_trees(repository.get(), from, to))
      out[difference.path].insert(difference.before);
    at = to;
  }
  add(pending_commits(repository, at, head));
  return out;
}

bool LateFiles::contain(std::string_view path, const Oid& blob) {
  if (!m_pending) m_pending = unsettled(m_repository, m_head);
  const auto found = m_pending->find(path);
  return found != m_pending->end() && found->second.contains(blob);
}

} // namespace crm::store
