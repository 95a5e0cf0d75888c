#include "app/undo.hpp"

#include "app/refusal.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "sync/journal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

constexpr const char* undoes = "Crm-Undoes"; ///< one batch, or several with spaces between

std::string batch_of(const store::Commit& commit) {
  return commit.trailer("Crm-Batch");
}

[[noreturn]] void no_such(const std::string& wanted) {
  throw base::Error(base::Kind::NotFound,
                    "no batch \"" + base::printable(wanted) + "\" in this store's history",
                    "`crm git log` shows the batches (Crm-Batch)");
}

[[noreturn]] void ambiguous(const std::string& wanted, const std::vector<store::Commit>& commits) {
  constexpr std::size_t most = 8;
  std::string message =
      fmt::format("\"{}\" could be any of {} batches:", base::printable(wanted), commits.size());
  core::List candidates;
  for (const auto& commit : commits) {
    if (candidates.size() < most)
      message += fmt::format("\n  {}  {}", batch_of(commit), base::printable(commit.summary));
    core::Map candidate;
    candidate.set("id", batch_of(commit));
    candidate.set("type", "batch");
    candidate.set("name", commit.summary);
    candidates.emplace_back(std::move(candidate));
  }
  if (commits.size() > most) message += fmt::format("\n  and {} more", commits.size() - most);
  core::Map details;
  details.set("candidates", std::move(candidates));
  throw Refusal(base::Kind::Ambiguous, message, "name it by more of its id", std::move(details));
}

store::Commit find_named(const store::Repository& repository, const std::string& wanted) {
  constexpr std::size_t shortest = 4, shortest_commit = 7;
  if (wanted.size() < shortest)
    throw base::Error(base::Kind::Usage,
                      fmt::format("\"{}\" is too short to name a batch: it takes at least {} characters",
                                  base::printable(wanted), shortest),
                      "`crm git log` shows the batches (Crm-Batch)");
  std::vector<store::Commit> found;
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    const auto batch = batch_of(commit);
    if (batch.empty()) return true;
    const bool whole = batch == wanted || commit.id == wanted;
    if (whole) found.clear();
    if (whole || batch.starts_with(wanted) ||
        (wanted.size() >= shortest_commit && commit.id.starts_with(wanted)))
      found.push_back(commit);
    return !whole;
  });
  if (found.empty()) no_such(wanted);
  if (found.size() > 1) ambiguous(wanted, found);
  if (found.front().parents.empty())
    throw base::Error(base::Kind::Usage, "the first commit made the store and cannot be undone");
  return found.front();
}

/// The last batch of this device that nobody has undone: what others wrote is theirs to take back, or is
/// named.
store::Commit find_last(const store::Repository& repository, const std::string& device) {
  std::optional<store::Commit> found;
  std::set<std::string> undone;
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    const auto batch = batch_of(commit);
    if (batch.empty() || undone.contains(batch)) return true;
    if (const std::string target = commit.trailer(undoes); !target.empty()) { // on whichever device
      for (const auto each : base::split(target, ' '))
        undone.emplace(each);
      return true;
    }
    if (commit.trailer("Crm-Device") != device) return true;
    if (!commit.parents.empty()) found = commit; // the first commit is the store itself
    return false;
  });
  if (!found)
    throw base::Error(base::Kind::NotFound, "there is nothing to undo",
                      "`crm git log` shows the batches (Crm-Batch)");
  return *found;
}

/// Our head before the sync that an attempt was part of; where the journal does not say so yet, the last one
/// that was another.
store::Oid head_before(const std::vector<sync::Attempt>& attempts, std::size_t at) {
  if (!attempts[at].before.empty()) return attempts[at].before;
  for (auto earlier = at; earlier-- > 0;)
    if (!attempts[earlier].head.empty() && attempts[earlier].head != attempts[at].head)
      return attempts[earlier].head;
  return "";
}

/// What arrived with the so-and-so-many-last sync that brought something, from however many remotes: what its
/// head holds and the head before it did not, but for this device's own.
std::set<store::Oid> arrived_with(Workspace& workspace, std::size_t sync) {
  const auto& repository = workspace.repository();
  const auto attempts = sync::journal(repository);
  std::size_t seen = 0;
  std::optional<store::Oid> looked_at;
  for (auto at = attempts.size(); at-- > 0;) {
    const auto& head = attempts[at].head;
    if (attempts[at].received == 0 || head.empty()) continue;
    const auto before = head_before(attempts, at);
    if (looked_at == before) continue; // another remote of the same sync
    looked_at = before;
    std::set<store::Oid> out; // stays empty where all of it was put aside, or an earlier version counted what it refused
    repository.since(head, before, [&](const store::Commit& commit) {
      if (!batch_of(commit).empty() && commit.trailer("Crm-Device") != workspace.device())
        out.insert(commit.id);
      return true;
    });
    if (!out.empty() && ++seen == sync) return out;
  }
  throw base::Error(base::Kind::NotFound,
                    seen == 0 ? "no sync of this device has brought anything yet"
                              : fmt::format("only {} sync{} of this device {} brought something", seen,
                                            seen == 1 ? "" : "s", seen == 1 ? "has" : "have"),
                    "`crm sync --status` shows the last ones");
}

/// Newest first.
std::vector<store::Commit> choose(Workspace& workspace, const RollbackRequest& request) {
  const auto& repository = workspace.repository();
  std::set<store::Oid> named, arrived;
  for (const auto& wanted : request.batches)
    named.insert(find_named(repository, wanted).id);
  if (request.sync > 0) arrived = arrived_with(workspace, request.sync);
  const bool by_filter =
      !request.member.empty() || !request.device.empty() || request.since || request.sync > 0;
  if (named.empty() && !by_filter)
    throw base::Error(base::Kind::Usage, "roll what back?",
                      "name batches, or choose by --by MEMBER, --device D, --since WHEN, --sync N");
  std::vector<store::Commit> out;
  repository.since(repository.head(), "", [&](const store::Commit& commit) {
    if (batch_of(commit).empty() || commit.parents.size() != 1) return true;
    const auto clock = core::parse_stamp_time(commit.trailer("Crm-Clock"));
    const bool chosen = by_filter &&
                        (request.member.empty() || commit.trailer("Crm-Actor") == request.member) &&
                        (request.device.empty() || commit.trailer("Crm-Device") == request.device) &&
                        (!request.since || (clock && *clock >= *request.since)) &&
                        (request.sync == 0 || arrived.contains(commit.id));
    if (named.contains(commit.id) || chosen) out.push_back(commit);
    return true;
  });
  if (out.empty())
    throw base::Error(base::Kind::NotFound, "no batch is chosen by that", "`crm git log` shows the batches");
  return out;
}

Undone take_back(Workspace& workspace, Batch& batch, const std::vector<store::Commit>& commits, Later later) {
  Revert revert(batch, later);
  Undone out;
  std::vector<std::string> ids;
  for (const auto& commit : commits) {
    workspace.progress("taking batches back", out.batches.size(), commits.size());
    revert.take_back(commit);
    ids.push_back(batch_of(commit));
    out.batches.push_back({ids.back(), commit.summary, commit.trailer("Crm-Actor"),
                           commit.trailer("Crm-Device"),
                           core::parse_stamp_time(commit.trailer("Crm-Clock"))});
  }
  out.kept = revert.apply();
  if (later == Later::Refuse && !out.kept.empty())
    throw base::Error(base::Kind::Conflicts,
                      "later writes have changed what this would undo:\n  " + base::join(out.kept, "\n  "),
                      "--keep undoes the rest and leaves these; --overwrite undoes these too");
  batch.trailer(undoes, base::join(ids, " "));
  out.committed = batch.commit(commits.size() == 1 ? "Undo: " + commits.front().summary
                                                   : fmt::format("Roll back {} batches", commits.size()));
  return out;
}

} // namespace

Undone undo(Workspace& workspace, const UndoRequest& request) {
  Batch batch(workspace, "undo", request.mode);
  const auto& repository = workspace.repository();
  const auto commit = request.batch.empty() ? find_last(repository, workspace.device())
                                            : find_named(repository, request.batch);
  // Where nothing is left to take back, that it is undone is said all the same: the next goes further.
  if (request.batch.empty()) batch.commit_even_if_empty();
  return take_back(workspace, batch, {commit}, request.later);
}

Undone rollback(Workspace& workspace, const RollbackRequest& request) {
  Batch batch(workspace, "rollback", request.mode);
  return take_back(workspace, batch, choose(workspace, request), request.later);
}

} // namespace crm::app
