// Edits by hand that were looked at become batches: by `crm commit`, or in passing by whatever is written
// next.
#include "app/hand_edits.hpp"
#include "app/held_back.hpp"
#include "app/keys.hpp"
#include "base/text.hpp"
#include "store/paths.hpp"
#include "sync/authority.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <system_error>
#include <utility>

namespace crm::app {

std::string adopt(Workspace& workspace, store::Transaction& transaction, Adoption& plan) {
  if (plan.changes.empty()) return {};
  for (auto& note : std::exchange(plan.notes, {}))
    workspace.warn(std::move(note));
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

bool is_small(Workspace& workspace) {
  return workspace.with_index([](index::Index& index) { return index.count({.limit = small_store + 1}); }) <=
         static_cast<std::int64_t>(small_store);
}

namespace {

std::vector<store::HandEdit> edits_in_passing(Workspace& workspace) {
  if (is_small(workspace)) {
    if (workspace.repository().untouched()) return {};
    return workspace.repository().hand_edits();
  }
  std::vector<std::string> paths{"crm.yaml", std::string(sync::policy_path)};
  for (const auto& type : workspace.schemas().types())
    paths.push_back(schema_path(type));
  return workspace.repository().hand_edits(paths);
}

/// More than a sync would take in unasked.
bool deletes_many(Workspace& workspace, std::size_t removed) {
  sync::MergePlan plan;
  plan.deleted = removed;
  const auto live = workspace.with_index([](index::Index& index) { return index.count({}); });
  return removed > 0 && !deletions_refusal(plan, static_cast<std::size_t>(live)).empty();
}

bool has_folder(const Workspace& workspace, const std::string& path) {
  const auto end = path.find('/');
  std::error_code error;
  return end == std::string::npos ||
         std::filesystem::exists(workspace.repository().root() + "/" + path.substr(0, end), error);
}

/// Files that are gone, and more likely by accident.
void leave_vanished(Workspace& workspace, std::vector<store::HandEdit>& edits) {
  const auto is_removed = [](const store::HandEdit& edit) {
    return edit.kind == store::HandEdit::Kind::Removed &&
           (store::parse_record_path(edit.path) || edit.path.starts_with("schemas/"));
  };
  const bool all = deletes_many(
      workspace, static_cast<std::size_t>(std::count_if(edits.begin(), edits.end(), is_removed)));
  std::map<std::string, std::size_t> left; // by folder
  std::erase_if(edits, [&](const store::HandEdit& edit) {
    if (!is_removed(edit) || (!all && has_folder(workspace, edit.path))) return false;
    ++left[edit.path.substr(0, edit.path.find('/'))];
    return true;
  });
  for (const auto& [folder, count] : left)
    workspace.warn(fmt::format("{} of {} {} gone, and nothing was deleted: {} brings {} back, `crm commit` "
                               "deletes what was in {}",
                               base::count_of(count, "file"), folder, count == 1 ? "is" : "are",
                               store::taking_back(folder), count == 1 ? "it" : "them",
                               count == 1 ? "it" : "them"));
}

void tell_deletions(Workspace& workspace, const std::vector<Written>& records) {
  constexpr std::size_t most = 5;
  std::vector<std::string> names;
  std::size_t count = 0;
  for (const auto& each : records)
    if (each.action == Action::Deleted && ++count <= most)
      names.push_back(fmt::format("{} \"{}\"", each.record.type, base::printable(each.name)));
  if (count == 0) return;
  workspace.warn(fmt::format("deleted, as {} removed by hand: {}{}; `crm restore` brings {} back",
                             count == 1 ? "its file was" : "their files were", base::join(names, ", "),
                             count > most ? fmt::format(" and {} more", count - most) : "",
                             count == 1 ? "it" : "them"));
}

} // namespace

Adoption plan_in_passing(Workspace& workspace, std::vector<store::HandEdit> edits) {
  leave_vanished(workspace, edits);
  auto plan = plan_adoption(workspace, edits);
  for (const auto& problem : plan.problems)
    workspace.warn("an edit by hand was left as it is: " + core::to_text(problem));
  tell_deletions(workspace, plan.records);
  return plan;
}

void adopt_in_passing(Workspace& workspace, store::Transaction& transaction) {
  auto edits = edits_in_passing(workspace);
  if (edits.empty()) return;
  auto plan = plan_in_passing(workspace, std::move(edits));
  adopt(workspace, transaction, plan);
}

std::size_t batches_in_passing(Workspace& workspace) {
  auto edits = edits_in_passing(workspace);
  return edits.empty() || plan_in_passing(workspace, std::move(edits)).changes.empty() ? 0 : 1;
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
