#include "app/conflicts.hpp"
#include "app/health.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/shape.hpp"
#include "cmd/sync/words.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

std::string_view name_of(store::HandEdit::Kind kind) {
  switch (kind) {
  case store::HandEdit::Kind::Modified:
    return "modified";
  case store::HandEdit::Kind::Added:
    return "added";
  case store::HandEdit::Kind::Removed:
    return "removed";
  }
  return "";
}

core::Map status_json(app::Workspace& workspace, const app::Status& status) {
  core::Map document, records;
  core::List edits, problems;
  for (const auto& [type, count] : status.records)
    records.set(type, count);
  for (const auto& edit : status.edits) {
    core::Map entry;
    entry.set("path", edit.path);
    entry.set("kind", std::string(name_of(edit.kind)));
    core::List own;
    for (const auto& problem : status.problems)
      if (problem.file == edit.path) own.emplace_back(core::to_text(problem));
    entry.set("problems", std::move(own));
    edits.emplace_back(std::move(entry));
  }
  for (const auto& problem : status.problems)
    problems.emplace_back(core::to_text(problem));
  document.set("schema", "crm.status/1");
  document.set("store", workspace.settings().store);
  document.set("name", workspace.settings().name);
  document.set("root", workspace.repository().root());
  document.set("zone", workspace.settings().zone);
  document.set("device", workspace.device());
  document.set("member", workspace.member());
  document.set("branch", status.branch);
  document.set("standstill", status.standstill ? core::Value{status.standstill->what} : core::Value{});
  document.set("head", status.head);
  document.set("records", std::move(records));
  document.set("hand_edits", std::move(edits));
  set_remotes(document, workspace);
  document.set("conflicts", static_cast<std::int64_t>(app::count_disputed(workspace)));
  document.set("problems", std::move(problems));
  set_rules(document, app::all_rules(workspace), workspace);
  set_asked(document, workspace);
  return document;
}

void run_status(Context& context) {
  auto& workspace = context.workspace();
  const auto status = app::status(workspace);
  if (!context.for_people()) return context.print_json(status_json(workspace, status));
  const Style style = context.style();
  const auto line = [&](const char* label, const std::string& text) {
    context.print(fmt::format("{}  {}\n", style.paint(Role::Dim, base::pad(label, 8)),
                              base::printable(text, base::Newlines::Keep)));
  };
  line("store", workspace.settings().name + "  " + workspace.repository().root());
  line("you", workspace.member() + " on " + workspace.device());
  line("last", fmt::format("{}, {}{}{}", status.last_summary,
                           past(std::chrono::floor<std::chrono::seconds>(status.last_time), workspace.now()),
                           status.last_actor.empty() ? "" : " by " + status.last_actor,
                           status.last_device.empty() ? "" : " on " + status.last_device));
  std::vector<std::string> counts;
  for (const auto& [type, count] : status.records)
    if (count > 0) counts.push_back(base::count_of(static_cast<std::size_t>(count), type));
  const auto lines = base::wrap(counts.empty() ? "no records yet" : base::join(counts, ", "),
                                static_cast<std::size_t>(context.terminal().width) - 12);
  for (const auto& each : lines)
    line(&each == &lines.front() ? "records" : "", each);
  if (status.standstill)
    context.print(fmt::format(
        "\n{}\n  {}\n", style.paint(Role::Bad, "Nothing can be written or sent: " + status.standstill->what),
        status.standstill->advice));
  if (!app::remotes_named(workspace, {}).empty()) context.print("\n");
  print_remotes(context);
  if (const auto count = app::count_disputed(workspace); count > 0)
    context.print("\n" +
                  style.paint(Role::Warn, fmt::format("{} record{} wait{} for a decision: `crm conflicts`",
                                                      count, count == 1 ? "" : "s", count == 1 ? "s" : "")) +
                  "\n");
  const auto [clashes, broken] = app::count_rules(workspace);
  std::vector<std::string> rules;
  if (clashes > 0) rules.push_back(base::count_of(clashes, "clash"));
  if (broken > 0) rules.push_back(base::count_of(broken, "broken rule"));
  if (!rules.empty())
    context.print("\n" + style.paint(Role::Warn, base::join(rules, ", ") + ": `crm conflicts`") + "\n");
  print_asked(context);
  if (status.edits.size() > status.foreign.size()) {
    context.print(fmt::format(
        "\n{}\n",
        style.paint(Role::Warn, "Edits by hand that are not committed (`crm commit` takes them in):")));
    for (const auto& edit : status.edits)
      if (std::find(status.foreign.begin(), status.foreign.end(), edit.path) == status.foreign.end())
        context.print(
            fmt::format("  {}  {}\n", base::pad(name_of(edit.kind), 8), base::printable(edit.path)));
  }
  if (!status.problems.empty())
    context.print("\n" + style.paint(Role::Bad, "Not valid, and so left as they are:") + "\n");
  for (const auto& problem : status.problems)
    context.print("  " + base::printable(core::to_text(problem)) + "\n");
  if (!status.foreign.empty())
    context.print("\n" + style.paint(Role::Dim, "Not part of a store, and left alone: ") +
                  base::printable(base::join(status.foreign, ", ")) + "\n");
}

} // namespace

void add_status(CLI::App& root, Context& context) {
  auto* command = add_command(root, "status", "the store, who you are, what is not committed",
                              "  crm status\n  crm status --json");
  command->callback([&context] {
    context.want_document();
    run_status(context);
  });
}

} // namespace crm::cmd
