#include "app/hand_edits.hpp"
#include "app/sync.hpp"
#include "app/sync_state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/shape.hpp"
#include "cmd/sync/words.hpp"
#include "core/time.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

void set_checkpoint(core::Map& out, const app::Checkpoint& point) {
  out.set("name", point.name);
  out.set("at", core::to_text(std::chrono::floor<std::chrono::seconds>(point.at))); // as it is recorded
  out.set("head", point.head);
}

void list_checkpoints(Context& context) {
  const auto all = app::checkpoints(context.workspace());
  if (!context.for_people()) {
    core::Map document;
    std::vector<core::Map> rows;
    for (const auto& point : all)
      set_checkpoint(rows.emplace_back(), point);
    if (context.is_tabular()) return context.print_rows({"name", "at", "head"}, rows);
    document.set("schema", "crm.checkpoints/1");
    document.set("checkpoints", core::List(rows.begin(), rows.end()));
    return context.print_json(document);
  }
  auto& workspace = context.workspace();
  for (const auto& point : all)
    context.print(fmt::format("{}  {}  {}\n", short_moment(workspace, point.at), point.head.substr(0, 10),
                              base::printable(point.name)));
  if (all.empty()) context.say("no checkpoint yet: `crm checkpoint \"before dispatch\"` makes one");
}

struct Proof {
  bool reached = false; ///< by asking the remotes just now
  core::StampTime since{};
};

/// What is only in a file that somebody changed, no remote has.
void refuse_hand_edits(app::Workspace& workspace) {
  const auto count = app::count_hand_edits(workspace);
  if (count == 0) return;
  throw base::Error(
      base::Kind::SyncIncomplete,
      fmt::format("{} by hand {} here, and no remote has {}", base::count_of(count, "edit"),
                  count == 1 ? "waits" : "wait", count == 1 ? "it" : "them"),
      "`crm status` shows what, `crm commit` takes in what is valid; no checkpoint was recorded");
}

/// That this device and its remotes hold the same. Throws what stands against it.
Proof prove(Context& context, const std::optional<core::Duration>& max_age, std::chrono::seconds patience) {
  auto& workspace = context.workspace();
  const auto now = workspace.env().now();
  if (max_age && app::count_hand_edits(workspace) == 0)
    if (const auto since = app::in_step_since(workspace);
        since && *since <= now && now - *since <= max_age->days + max_age->time)
      return {false, *since};
  const auto report = app::sync(workspace, {.patience = patience});
  if (context.for_people()) print_outcomes(context, report, false);
  if (report.all_ok()) refuse_hand_edits(workspace);
  if (report.all_ok() && app::in_step_since(workspace)) return {true, now};
  std::vector<std::string> names;
  for (const auto& outcome : report.remotes)
    if (!outcome.ok())
      names.push_back(
          fmt::format("{} ({})", base::printable(outcome.remote.name), in_words(outcome.outcome)));
  throw base::Error(report.offline() ? base::Kind::Offline : base::Kind::SyncIncomplete,
                    names.empty() ? "something was written while the remotes were asked"
                                  : "not in step with " + base::join(names, ", "),
                    names.empty() ? "run the command again" : "no checkpoint was recorded; nothing is lost");
}

} // namespace

void add_checkpoint(CLI::App& root, Context& context) {
  struct Options {
    std::string name, max_age;
    long patience = 30;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(root, "checkpoint", "prove that this device and its remotes hold the same, and record it",
                  "  crm checkpoint \"before dispatch\"\n  crm checkpoint --max-age 15m && ./print-routes\n"
                  "  crm checkpoint  # lists them\n"
                  "Exits 0 only when every remote holds all that is here and this device all that they hold; "
                  "9 when none can be reached, 10 when one is not in step, and otherwise as any command does "
                  "(crm help exit-codes).\n"
                  "A proof stands as long as nothing was written here and no later sync has found a remote "
                  "out of step; that a remote could not be reached says nothing against it.");
  auto* name = command->add_option("name", options->name, "what for")->type_name("NAME");
  auto* age =
      command->add_option("--max-age", options->max_age,
                          "a proof that still stands and is no older will do, and nobody is asked (15m, 2h)");
  age->type_name("DURATION");
  command->add_option("--timeout", options->patience, "seconds without progress before a remote is given up")
      ->type_name("SECONDS")
      ->check(CLI::Range(1L, 3600L));
  command->callback([&context, options, name, age] {
    if (name->count() > 0 && base::trim(options->name).empty())
      throw base::Error(
          base::Kind::Usage, "a checkpoint needs a name",
          "like `crm checkpoint \"before dispatch\"`; without any word `crm checkpoint` lists them");
    if (name->count() == 0 && age->count() == 0) return list_checkpoints(context);
    context.want_document();
    std::optional<core::Duration> max_age;
    if (age->count() > 0) {
      max_age = core::parse_duration_phrase(options->max_age);
      if (!max_age)
        throw base::Error(base::Kind::Usage, "\"" + base::printable(options->max_age) + "\" is no duration",
                          "like 15m, 2h or 1d");
    }
    auto& workspace = context.workspace();
    const auto proof = prove(context, max_age, std::chrono::seconds{options->patience});
    if (!options->name.empty()) app::record_checkpoint(workspace, options->name, proof.since);
    const auto head = workspace.repository().head();
    if (!context.for_people()) {
      core::Map document;
      document.set("schema", "crm.checkpoint/1");
      set_checkpoint(document, {options->name, proof.since, head});
      document.set("asked", proof.reached);
      document.set("device", workspace.device());
      return context.print_json(document);
    }
    const std::string as_of =
        proof.reached ? "now" : ago(std::chrono::floor<std::chrono::seconds>(proof.since), workspace.now());
    const std::string recorded =
        options->name.empty() ? "" : "; recorded as \"" + base::printable(options->name) + "\"";
    context.print(
        fmt::format("{}  {}\n", context.style().paint(Role::Good, "ok"),
                    on_lines(fmt::format("{}: this device and every remote hold the same, as of {}{}",
                                         head.substr(0, 10), as_of, recorded),
                             context.terminal(), 4)));
  });
}

} // namespace crm::cmd
