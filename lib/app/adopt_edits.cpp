// Edits by hand that were looked at become batches: by `crm commit`, or in passing by whatever is written
// next.
#include "app/hand_edits.hpp"
#include "app/keys.hpp"
#include "store/paths.hpp"
#include "sync/authority.hpp"

#include <fmt/format.h>

namespace crm::app {

std::string adopt(Workspace& workspace, store::Transaction& transaction, Adoption& plan) {
  if (plan.changes.empty()) return {};
  if (!plan.stamp)
    plan.stamp =
        core::Stamp{core::next_stamp_time(workspace.env().now(), newest_seen(workspace.repository())),
                    workspace.device(), workspace.member()};
  const std::string batch = base::Id::random(workspace.env()).str();
  const std::string what =
      plan.changes.size() == 1 ? plan.changes.front().path : fmt::format("{} files", plan.changes.size());
  store::Message message{"Take in edits by hand: " + what, "",
                         standard_trailers(workspace, "commit", batch, *plan.stamp)};
  for (const auto& record : plan.records)
    message.trailers.emplace_back("Crm-Record", record.record.type + " " + record.record.id.str());
  const auto commit = transaction.adopt(plan.changes, message, signature(workspace, *plan.stamp));
  after_commit(workspace, transaction, plan.records);
  return commit;
}

namespace {

std::vector<store::HandEdit> edits_in_passing(Workspace& workspace) {
  const bool small = workspace.with_index([](index::Index& index) {
    return index.count({.limit = small_store + 1});
  }) <= static_cast<std::int64_t>(small_store);
  if (small) {
    if (workspace.repository().untouched()) return {};
    return workspace.repository().hand_edits();
  }
  std::vector<std::string> paths{"crm.yaml", std::string(sync::policy_path)};
  for (const auto& type : workspace.schemas().types())
    paths.push_back(schema_path(type));
  return workspace.repository().hand_edits(paths);
}

} // namespace

void adopt_in_passing(Workspace& workspace, store::Transaction& transaction) {
  const auto edits = edits_in_passing(workspace);
  if (edits.empty()) return;
  auto plan = plan_adoption(workspace, edits);
  for (const auto& problem : plan.problems)
    workspace.warn("an edit by hand was left as it is: " + core::to_text(problem));
  adopt(workspace, transaction, plan);
}

std::size_t batches_in_passing(Workspace& workspace) {
  const auto edits = edits_in_passing(workspace);
  return edits.empty() || plan_adoption(workspace, edits).changes.empty() ? 0 : 1;
}

std::size_t count_hand_edits(Workspace& workspace) {
  const auto edits = workspace.repository().hand_edits();
  return edits.empty() ? 0 : edits.size() - plan_adoption(workspace, edits).foreign.size();
}

HandCommit commit_hand_edits(Workspace& workspace, Mode mode) {
  auto transaction = begin_writing(workspace);
  workspace.moved();
  auto plan = plan_adoption(workspace, workspace.repository().hand_edits());
  HandCommit out;
  out.problems = plan.problems;
  out.foreign = plan.foreign;
  out.denied = plan.denied;
  out.committed.mode = mode;
  out.committed.records = plan.records;
  for (const auto& change : plan.changes)
    if (!store::parse_record_path(change.path)) out.committed.files.push_back(change.path);
  if (mode == Mode::Write && !plan.changes.empty()) {
    out.committed.commit = adopt(workspace, transaction, plan);
    const auto commit = workspace.repository().commit(out.committed.commit);
    out.committed.batch = commit.trailer("Crm-Batch");
    out.committed.summary = commit.summary;
    workspace.with_index([](index::Index&) { return 0; });
  }
  return out;
}

} // namespace crm::app
