// Reading commits.
#include "store/git_error.hpp"
#include "store/message.hpp"
#include "store/objects.hpp"
#include "store/repository_impl.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t shortest_prefix = 4;
/// Anybody can write any number into a commit. libgit2 writes 32 bits of it (until 2106), and a merge, whose
/// date comes from others', must be the same to whoever computes it.
constexpr git_time_t latest_time = 0xffff'ffff;

Signature signature_of(const git_signature* signature) {
  if (signature == nullptr) return {};
  return {signature->name, signature->email,
          std::chrono::sys_seconds(
              std::chrono::seconds(std::clamp<git_time_t>(signature->when.time, 0, latest_time)))};
}

} // namespace

Commit describe(const git_commit* commit) {
  Commit out;
  out.id = to_oid(*git_commit_id(commit));
  out.tree = to_oid(*git_commit_tree_id(commit));
  for (unsigned i = 0; i < git_commit_parentcount(commit); ++i)
    out.parents.push_back(to_oid(*git_commit_parent_id(commit, i)));
  out.author = signature_of(git_commit_author(commit));
  out.committer = signature_of(git_commit_committer(commit));
  const char* message = git_commit_message(commit);
  if (message == nullptr) return out;
  out.summary = parse_summary(message);
  out.trailers = parse_trailers(message);
  return out;
}

std::string Commit::trailer(std::string_view name) const {
  for (auto it = trailers.rbegin(); it != trailers.rend(); ++it)
    if (it->first == name) return it->second;
  return "";
}

Commit Repository::commit(const Oid& id) const {
  git_oid oid;
  git::CommitHandle commit;
  const bool is_prefix = id.size() >= shortest_prefix && id.size() <= GIT_OID_HEXSZ;
  if (!is_prefix || git_oid_fromstrn(&oid, id.data(), id.size()) < 0)
    throw base::Error(base::Kind::NotFound,
                      "\"" + base::printable(id) + "\" is not a commit's id (4 to 40 of 0-9 a-f)");
  const int code = git::take(commit, git_commit_lookup_prefix, m_impl->get(), &oid, id.size());
  if (code == GIT_ENOTFOUND)
    throw base::Error(base::Kind::NotFound, "the store has no commit " + id, "see `crm git log --oneline`");
  if (code == GIT_EAMBIGUOUS)
    throw base::Error(base::Kind::Ambiguous, "more than one commit begins with " + id, "give more of its id");
  check_git(code, "read the commit", id);
  return describe(commit.get());
}

std::string Repository::raw_commit(const Oid& id) const {
  const git_oid oid = from_oid(id);
  git::OdbHandle odb;
  check_git(git::take(odb, git_repository_odb, m_impl->get()), "open the object database");
  git::OdbObjectHandle object;
  const int code = git::take(object, git_odb_read, odb.get(), &oid);
  if (code == GIT_ENOTFOUND || (code == 0 && git_odb_object_type(object.get()) != GIT_OBJECT_COMMIT))
    throw base::Error(base::Kind::NotFound, "the store has no commit " + id, "see `crm git log --oneline`");
  check_git(code, "read the commit", id);
  return {static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get())};
}

bool Repository::Impl::is_shallow() const {
  return ::access((common_dir + "/shallow").c_str(), F_OK) == 0;
}

void Repository::history(const Oid& from, const std::function<bool(const Commit&)>& visit) const {
  for (git_oid id = from_oid(from);;) {
    git::CommitHandle commit;
    const int code = git::take(commit, git_commit_lookup, m_impl->get(), &id);
    // A shallow clone's history ends where its commits do.
    if (code == GIT_ENOTFOUND && to_oid(id) != from && m_impl->is_shallow()) return;
    check_git(code, "read the commit", to_oid(id));
    if (!visit(describe(commit.get())) || git_commit_parentcount(commit.get()) == 0) return;
    id = *git_commit_parent_id(commit.get(), 0);
  }
}

} // namespace crm::store
