#include "app/sync.hpp"

#include "app/conflicts.hpp"
#include "app/held_back.hpp"
#include "app/keys.hpp"
#include "base/text.hpp"
#include "sync/authority.hpp"
#include "sync/journal.hpp"
#include "sync/merge_schemas.hpp"

#include <algorithm>

namespace crm::app {
namespace {

/// Files that are no records, and decide what records may be and who may write them.
bool is_told_of(const std::string& path) {
  return sync::is_schema_path(path) || path == "crm.yaml" || path == sync::policy_path;
}

} // namespace

void tell(RemoteOutcome& outcome, const store::Repository& repository, const sync::MergePlan& plan) {
  outcome.kind = plan.kind;
  outcome.arrived += plan.arrived;
  outcome.changed += plan.changed;
  outcome.deleted += plan.deleted;
  for (auto each : plan.joined) {
    each.decisions.insert(each.decisions.end(), each.outdone.begin(), each.outdone.end());
    outcome.joined.push_back(std::move(each));
  }
  for (const auto& change : plan.changes)
    if (is_told_of(change.path)) outcome.files.push_back(change.path);
  outcome.chosen.insert(outcome.chosen.end(), plan.chosen.begin(), plan.chosen.end());
  outcome.doubled.insert(outcome.doubled.end(), plan.doubled.begin(), plan.doubled.end());
  const auto by_others = sync::chosen_by_others(repository, plan);
  outcome.chosen.insert(outcome.chosen.end(), by_others.begin(), by_others.end());
}

RemoteOutcome test_remote(Workspace& workspace, const store::Remote& remote, std::chrono::seconds patience) {
  const auto probed = store::probe(workspace.repository(), remote, patience);
  RemoteOutcome out{.remote = remote};
  out.outcome = store::to_text(probed.trouble);
  out.detail = probed.said;
  if (auto other = other_branches(workspace.repository(), remote, probed.others)) {
    out.outcome = std::move(other->outcome);
    out.detail = std::move(other->detail);
  }
  return out;
}

SyncReport failed_report(Workspace& workspace, const std::vector<store::Remote>& remotes,
                         const base::Error& error) {
  SyncReport out;
  out.head = out.offered = workspace.repository().head();
  out.conflicts = count_disputed(workspace);
  const std::string why = error.kind == base::Kind::Busy                                    ? "busy"
                          : error.kind == base::Kind::Denied && identity(workspace).revoked ? "revoked"
                                                                                            : "failure";
  for (const auto& remote : remotes)
    out.remotes.push_back({.remote = remote,
                           .outcome = why,
                           .detail = error.message + (error.hint.empty() ? "" : "\n" + error.hint)});
  return out;
}

void note_attempts(const Workspace& workspace, const SyncReport& report, const store::Oid& before) {
  const auto& repository = workspace.repository();
  for (const auto& outcome : report.remotes) {
    // A hint in its lines may be the way on; what a server says has no end.
    constexpr std::size_t most_columns = 1000;
    std::string detail = outcome.detail;
    if (!outcome.problems.empty()) detail += "\n" + core::to_text(outcome.problems.front());
    sync::record(repository,
                 {workspace.env().now(), outcome.remote.name, outcome.outcome,
                  base::fit(base::printable(detail, base::Newlines::Keep), most_columns), repository.head(),
                  outcome.received, outcome.sent, before, sync::place_of(outcome.remote.url)});
  }
}

bool SyncReport::all_ok() const {
  return std::all_of(remotes.begin(), remotes.end(), [](const auto& each) { return each.ok(); });
}

bool SyncReport::any_ok() const {
  return std::any_of(remotes.begin(), remotes.end(), [](const auto& each) { return each.ok(); });
}

bool SyncReport::offline() const {
  return !remotes.empty() && std::all_of(remotes.begin(), remotes.end(),
                                         [](const auto& each) { return store::is_unreached(each.outcome); });
}

} // namespace crm::app
