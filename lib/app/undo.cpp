#include "app/undo.hpp"

#include "app/audit/log.hpp"
#include "app/held_back.hpp"
#include "app/quarantine.hpp"
#include "app/refusal.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "sync/journal.hpp"
#include "sync/judge.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

constexpr const char* rollback_operation = "rollback";
constexpr const char* undoes = "Crm-Undoes"; ///< as name_of() has it; of several with spaces between

std::string batch_of(const store::Commit& commit) {
  return commit.trailer("Crm-Batch");
}

/// What an undo calls it: a commit that git itself made has no batch.
std::string name_of(const store::Commit& commit) {
  auto batch = batch_of(commit);
  return batch.empty() ? commit.id : batch;
}

bool is_put_aside(const store::Commit& commit) {
  return batch_of(commit).empty() && !commit.trailer(sync::quarantine_trailer).empty();
}

/// Whether it holds changes of somebody's: a batch, or a commit that git itself made. The first commit is the
/// store itself.
bool has_own_changes(const store::Commit& commit) {
  return commit.parents.size() == 1 && !is_put_aside(commit);
}

void check_own_changes(const store::Commit& commit) {
  if (has_own_changes(commit)) return;
  if (commit.parents.empty())
    throw base::Error(base::Kind::Usage, "the first commit made the store and cannot be undone");
  const auto shown = commit.id.substr(0, 8) + " \"" + base::printable(commit.summary) + "\"";
  if (is_put_aside(commit))
    throw base::Error(base::Kind::Usage, shown + " puts aside what does not count, and is no batch",
                      "`crm audit quarantine` shows what it took out, and decides about it");
  throw base::Error(base::Kind::Usage, shown + " is a merge: it holds nothing but what its sides have",
                    "`crm audit` lists their batches, which can be undone");
}

[[noreturn]] void no_such(const std::string& wanted) {
  throw base::Error(base::Kind::NotFound,
                    "no batch \"" + base::printable(wanted) + "\" in this store's history",
                    "`crm audit` lists the batches");
}

[[noreturn]] void ambiguous(const std::string& wanted, const std::vector<store::Commit>& commits) {
  constexpr std::size_t most = 8;
  std::string message =
      fmt::format("\"{}\" could be any of {} batches:", base::printable(wanted), commits.size());
  core::List candidates;
  for (const auto& commit : commits) {
    if (candidates.size() < most)
      message += fmt::format("\n  {}  {}", name_of(commit), base::printable(commit.summary));
    core::Map candidate;
    candidate.set("id", name_of(commit));
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
                      "`crm audit` lists the batches");
  std::vector<store::Commit> found;
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    const auto batch = batch_of(commit);
    const bool whole = batch == wanted || commit.id == wanted;
    if (whole) found.clear();
    if (whole || batch.starts_with(wanted) ||
        (wanted.size() >= shortest_commit && commit.id.starts_with(wanted)))
      found.push_back(commit);
    return !whole;
  });
  if (found.empty()) no_such(wanted);
  if (found.size() > 1) ambiguous(wanted, found);
  check_own_changes(found.front());
  return found.front();
}

/// Git's own commit by an author that is no member on a device: it may be of here, and to go past it in
/// silence would take back something else than the last.
[[noreturn]] void fail_unknown_device(const AuditEntry& entry) {
  const auto shown = entry.commit.substr(0, 8);
  throw base::Error(
      base::Kind::Usage,
      fmt::format("{} \"{}\" was committed by git, later than the last batch of this device, and "
                  "does not say on which device",
                  shown, base::printable(entry.summary)),
      fmt::format("name what is to be undone: `crm undo {}`, or a batch of `crm audit`", shown));
}

/// The last batch of this device that nobody has undone, or what was committed by git here: what others wrote
/// is theirs to take back, or is named. A rollback is such a batch; an undo is none, so that another goes
/// further back.
store::Commit find_last(const store::Repository& repository, const std::string& device) {
  std::optional<store::Commit> found;
  std::set<std::string> undone;
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    if (!has_own_changes(commit) || undone.contains(name_of(commit))) return true;
    if (const std::string target = commit.trailer(undoes); !target.empty()) { // on whichever device
      for (const auto each : base::split(target, ' '))
        undone.emplace(each);
      if (commit.trailer("Crm-Op") != rollback_operation) return true;
    }
    const auto entry = audit_entry(commit);
    if (entry.batch.empty() && entry.device.empty()) fail_unknown_device(entry);
    if (entry.device != device) return true;
    found = commit;
    return false;
  });
  if (!found)
    throw base::Error(base::Kind::NotFound, "there is nothing to undo", "`crm audit` lists the batches");
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
    // Stays empty where all of it was put aside, or an earlier version counted what it refused.
    std::set<store::Oid> out;
    repository.since(head, before, [&](const store::Commit& commit) {
      if (has_own_changes(commit) && audit_entry(commit).device != workspace.device()) out.insert(commit.id);
      return true;
    });
    if (!out.empty() && ++seen == sync) return out;
  }
  throw base::Error(base::Kind::NotFound,
                    seen == 0 ? "no sync of this device has brought anything yet"
                              : fmt::format("only {} sync{} of this device {} brought something", seen,
                                            seen == 1 ? "" : "s", seen == 1 ? "has" : "have"),
                    "`crm audit` shows how long after they were written batches came here");
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
  if (named.empty() && !by_filter && request.agreed.empty())
    throw base::Error(base::Kind::Usage, "roll what back?",
                      "name batches, or choose by --by MEMBER, --device D, --since WHEN, --sync N");
  std::vector<store::Commit> out;
  repository.since(repository.head(), "", [&](const store::Commit& commit) {
    if (!has_own_changes(commit)) return true;
    if (request.agreed.contains(name_of(commit))) out.push_back(commit);
    if (!request.agreed.empty()) return true;
    const auto entry = audit_entry(commit);
    const bool chosen = by_filter && (request.member.empty() || entry.member == request.member) &&
                        (request.device.empty() || entry.device == request.device) &&
                        (!request.since || entry.written >= *request.since) &&
                        (request.sync == 0 || arrived.contains(commit.id));
    if (named.contains(commit.id) || chosen) out.push_back(commit);
    return true;
  });
  if (out.empty())
    throw base::Error(base::Kind::NotFound, "no batch is chosen by that", "`crm audit` lists the batches");
  return out;
}

/// Records whose files a commit of git's took away. Their removal is not an edit, and others may refuse it,
/// so that it is not for a batch to answer.
std::vector<std::string> removed_by(Workspace& workspace, const store::Commit& commit) {
  std::vector<std::string> out;
  if (!batch_of(commit).empty()) return out;
  const auto& repository = workspace.repository();
  for (const auto& each : repository.diff(repository.commit(commit.parents.front()).tree, commit.tree))
    if (each.after.empty() && workspace.home_of(each.path) &&
        !repository.blob_id(workspace.tree(), each.path))
      out.push_back(each.path);
  return out;
}

void look_at_removals(Workspace& workspace, const store::Commit& commit, Later later, Undone& out) {
  const auto removed = removed_by(workspace, commit);
  if (!removed.empty() && later == Later::Refuse)
    throw base::Error(base::Kind::Conflicts,
                      fmt::format("{} \"{}\" was committed by git and took away files of records, which no "
                                  "undo brings back:\n  {}",
                                  commit.id.substr(0, 8), base::printable(commit.summary),
                                  base::join(removed, "\n  ")),
                      leaving_out(commit.id, "") + "; --keep undoes the rest");
  for (const auto& path : removed)
    out.kept.push_back(path + " was taken away by a commit by hand");
}

Undone take_back(Workspace& workspace, Batch& batch, const std::vector<store::Commit>& commits, Later later) {
  Revert revert(batch, later);
  Undone out;
  std::vector<std::string> ids;
  for (const auto& commit : commits) {
    workspace.progress("taking batches back", out.batches.size(), commits.size());
    look_at_removals(workspace, commit, later, out);
    revert.take_back(commit);
    ids.push_back(name_of(commit));
    const auto entry = audit_entry(commit);
    const auto dropped = std::count_if(commit.trailers.begin(), commit.trailers.end(),
                                       [](const auto& each) { return each.first == drops_trailer; });
    const bool only_says = dropped > 0 || (entry.records.empty() && !commit.trailer(undoes).empty());
    if (only_says) batch.commit_even_if_empty();
    out.batches.push_back({ids.back(), commit.summary, entry.member, entry.device, entry.written, only_says,
                           static_cast<std::size_t>(dropped)});
  }
  for (auto& each : revert.apply())
    out.kept.push_back(std::move(each));
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
  Batch batch(workspace, rollback_operation, request.mode);
  return take_back(workspace, batch, choose(workspace, request), request.later);
}

} // namespace crm::app
