#include "cmd/sync/report_json.hpp"

#include "app/conflicts.hpp"
#include "cmd/shape.hpp"
#include "cmd/sync/words.hpp"

namespace crm::cmd {
namespace {

core::Map outcome_json(app::Workspace& workspace, const app::RemoteOutcome& outcome) {
  core::Map out;
  core::List problems, joined, newest, chosen, put_aside, doubled;
  for (const auto& each : outcome.put_aside) {
    core::Map entry;
    entry.set("commit", each.commit);
    entry.set("member", each.member);
    entry.set("device", each.device);
    entry.set("reason", each.reason);
    entry.set("detail", each.detail);
    put_aside.emplace_back(std::move(entry));
  }
  for (const auto& problem : outcome.problems)
    problems.emplace_back(core::to_text(problem));
  for (const auto& each : outcome.joined) {
    core::Map entry;
    core::List decisions;
    for (const auto& decision : each.decisions) {
      core::Map one;
      one.set("unit", decision.unit);
      one.set("rule", std::string(core::to_text(decision.rule)));
      one.set("conflict", decision.conflict);
      decisions.emplace_back(std::move(one));
    }
    entry.set("type", each.type);
    entry.set("id", each.id);
    entry.set("name", name_of(workspace, each));
    entry.set("decisions", std::move(decisions));
    joined.emplace_back(std::move(entry));
  }
  for (const auto& each : outcome.chosen) {
    core::Map entry;
    entry.set("file", each.path);
    entry.set("without", or_null(each.commit));
    entry.set("member", or_null(each.member));
    entry.set("device", or_null(each.device));
    chosen.emplace_back(std::move(entry));
    newest.emplace_back(each.path);
  }
  for (const auto& each : outcome.doubled) {
    core::Map entry;
    core::List records;
    for (const auto& record : each.records)
      records.emplace_back(id_in(record));
    entry.set("device", each.device);
    entry.set("records", std::move(records));
    doubled.emplace_back(std::move(entry));
  }
  out.set("remote", outcome.remote.name);
  out.set("url", outcome.remote.url);
  out.set("outcome", outcome.outcome);
  out.set("detail", or_null(outcome.detail));
  out.set("received", static_cast<std::int64_t>(outcome.received));
  out.set("sent", static_cast<std::int64_t>(outcome.sent));
  out.set("pushed", outcome.pushed);
  out.set("records_new", static_cast<std::int64_t>(outcome.arrived));
  out.set("records_changed", static_cast<std::int64_t>(outcome.changed));
  out.set("records_deleted", static_cast<std::int64_t>(outcome.deleted));
  out.set("merged", std::move(joined));
  out.set("files_changed", core::List(outcome.files.begin(), outcome.files.end()));
  out.set("newest_taken", std::move(newest));
  out.set("chosen", std::move(chosen));
  out.set("put_aside", std::move(put_aside));
  out.set("doubled", std::move(doubled));
  out.set("problems", std::move(problems));
  return out;
}

} // namespace

std::string name_of(app::Workspace& workspace, const sync::Joined& joined) {
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(joined.id); });
  const std::string name =
      row ? label(workspace, app::to_record(*row), workspace.schemas().get(row->type)) : std::string();
  return name.empty() ? joined.name : name;
}

std::string id_in(const std::string& record) {
  return record.substr(record.find(' ') + 1);
}

core::Map report_json(const app::SyncReport& report, const app::SyncRequest& request,
                      app::Workspace& workspace) {
  core::Map out;
  core::List remotes;
  for (const auto& outcome : report.remotes)
    remotes.emplace_back(outcome_json(workspace, outcome));
  out.set("schema", "crm.sync/1");
  out.set("dry_run", request.mode == app::Mode::DryRun);
  out.set("head", report.head);
  out.set("remotes", std::move(remotes));
  set_rules(out, report.rules, workspace);
  out.set("conflicts", static_cast<std::int64_t>(report.conflicts));
  return out;
}

} // namespace crm::cmd
