#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/shape.hpp"
#include "cmd/sync/conflicts.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>
#include <vector>

namespace crm::cmd {
namespace {

/// A way to decide it; nothing where it is left alone. What is no answer is asked again.
std::optional<app::Choice> ask_for_one(Context& context, const app::Disputed& each, std::size_t index,
                                       bool& ends) {
  using Side = app::Choice::Side;
  const std::size_t values = each.conflicts[index].values.size();
  const bool base = takes_base(each, index), both = can_hold_both(context, each, each.conflicts[index]);
  for (;;) {
    const auto answer =
        context.ask(fmt::format("  1-{} chooses, {}{}s skips, q ends: ", values,
                                base ? "b takes what was, " : "", both ? "+ takes all of them, " : ""));
    ends = !answer || *answer == "q";
    if (ends || *answer == "s" || answer->empty()) return std::nullopt;
    app::Choice choice;
    choice.side = base && *answer == "b" ? Side::Base : both && *answer == "+" ? Side::Both : Side::Pick;
    if (choice.side != Side::Pick) return choice;
    const bool is_number = answer->size() < 4 && std::all_of(answer->begin(), answer->end(), base::is_digit);
    choice.pick = is_number ? std::stoul(*answer) : 0;
    if (choice.pick > 0 && choice.pick <= values) return choice;
    context.say(fmt::format("there is no value {}: they are 1 to {}", base::printable(*answer), values));
  }
}

/// Two texts that fit may be too long one below the other.
std::optional<app::Committed> resolve(app::Workspace& workspace, const app::ResolveRequest& request) {
  try {
    return app::resolve_conflict(workspace, request);
  } catch (base::Error& error) {
    if (request.choice.side == app::Choice::Side::Both && error.kind == base::Kind::InvalidData)
      error.hint = "there is no room for both: choose one with --pick N, or say both shorter with --value V";
    throw;
  }
}

/// Says what was decided, or would be. False where there was another conflict by then than was shown.
bool decide(Context& context, const app::ResolveRequest& request) {
  auto& workspace = context.workspace();
  const auto decided = resolve(workspace, request);
  if (!decided) return false;
  const auto& done = *decided;
  answer(context, done, "Resolved");
  if (!context.for_people() || done.records.empty()) return true;
  const auto& record = done.records.front().record;
  const auto& schema = workspace.schemas().get(record.type);
  const auto left = core::conflicts(record, schema);
  for (const auto& conflict : core::conflicts(request.found.record, schema)) {
    const bool open =
        std::any_of(left.begin(), left.end(), [&](const auto& each) { return each.unit == conflict.unit; });
    if (open) continue;
    const bool is_value = conflict.unit != core::Conflict::deletion;
    const std::string what = is_value ? conflict.unit + ": " : "";
    context.print("  " + what);
    print_value(context, 2 + base::width(what),
                is_value ? value_text(context, {request.found, {}, {}, {}}, conflict, record.fields)
                : core::is_deleted(record, schema) ? "it is deleted"
                                                   : "it is kept");
  }
  return true;
}

/// The conflict as it is by now; nothing where somebody has decided it.
std::optional<app::Disputed> as_it_is(Context& context, const app::Disputed& asked, const std::string& unit) {
  auto all = app::disputed(context.workspace(), asked.found.record.type);
  for (auto& each : all) {
    if (each.found.path != asked.found.path) continue;
    std::erase_if(each.conflicts, [&](const auto& conflict) { return conflict.unit != unit; });
    std::vector<app::Disputed> one;
    if (!each.conflicts.empty()) one.push_back(std::move(each));
    app::find_bases(context.workspace(), one);
    return one.empty() ? std::nullopt : std::optional(std::move(one.front()));
  }
  return std::nullopt;
}

/// About its first conflict, until the answer is to what was there when it was given. False when the person
/// ends it.
bool ask_until_decided(Context& context, app::Disputed asked, app::Mode mode) {
  while (true) {
    const auto& conflict = asked.conflicts.front();
    print_conflict(context, asked, 0);
    context.flush();
    bool ends = false;
    const auto choice = ask_for_one(context, asked, 0, ends);
    if (ends) return false;
    if (!choice || decide(context, {asked.found, conflict.unit, *choice, mode, conflict})) return true;
    auto now = as_it_is(context, asked, conflict.unit);
    context.say(now ? "others have written it meanwhile, and nothing was decided yet: choose again"
                    : "it was decided elsewhere meanwhile");
    if (!now) return true;
    asked = *std::move(now);
  }
}

/// One question for each conflict.
void ask_through(Context& context, std::vector<app::Disputed> all, app::Mode mode) {
  app::find_bases(context.workspace(), all);
  for (const auto& each : all)
    for (std::size_t n = 0; n < each.conflicts.size(); ++n) {
      // What was decided before may be part of what the next is about.
      const auto asked = n == 0 ? std::optional(each) : as_it_is(context, each, each.conflicts[n].unit);
      if (asked && !ask_until_decided(context, *asked, mode)) return;
      context.flush();
    }
}
} // namespace

void add_resolve(CLI::App& root, Context& context) {
  struct Options {
    std::string record, field, value;
    app::Mode mode = app::Mode::Write;
    bool ours = false, theirs = false, base = false, both = false;
    std::size_t pick = 0;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(root, "resolve", "decide a conflict",
                  "  crm resolve  # asks, one after the other\n"
                  "  crm resolve ada --pick 2\n  crm resolve whitening --field stage --theirs\n"
                  "  crm resolve ada --field name --value \"Ada King\"\n"
                  "A decision is a batch: it syncs, and `crm undo` brings back what was shown before.");
  complete(context,
           command->add_option("record", options->record, "by its name or id (default: asks)")
               ->type_name("RECORD"),
           Completes::Disputed);
  command->add_option("--field", options->field, "which, when the record has several conflicts")
      ->type_name("FIELD");
  auto* pick =
      command->add_option("--pick", options->pick, "by its number in `crm conflicts`")->type_name("N");
  const std::vector<const CLI::Option*> ways{
      command->add_flag("--ours", options->ours, "what this device wrote"),
      command->add_flag("--theirs", options->theirs, "the newest of another device"),
      command->add_flag("--base", options->base, "as it was before"),
      command->add_flag("--both", options->both, "both texts, one below the other"),
      pick,
      command->add_option("--value", options->value, "another value")->type_name("V")};
  add_dry_run(*command, options->mode);
  command->callback([&context, options, ways, pick] {
    context.want_document();
    auto& workspace = context.workspace();
    using Side = app::Choice::Side;
    app::Choice choice;
    const auto chosen =
        std::count_if(ways.begin(), ways.end(), [](const CLI::Option* way) { return way->count() > 0; });
    if (chosen > 1)
      throw base::Error(base::Kind::Usage, "a conflict is decided in one way",
                        "say one of --ours, --theirs, --base, --pick N, --value V and --both");
    if (options->record.empty() || chosen == 0) {
      auto all = app::disputed(workspace);
      if (!options->record.empty()) {
        const auto wanted = app::resolve(workspace, "", options->record, app::Scope::Stored);
        std::erase_if(all, [&](const auto& each) { return each.found.path != wanted.path; });
      }
      if (all.empty() && options->record.empty()) {
        context.say("nothing waits for a decision");
        if (!context.for_people())
          answer(context, {"", "", "Nothing waits for a decision", options->mode, {}, {}}, "");
        return;
      }
      if (all.empty()) // which is said as in any other way to decide it
        return void(decide(context, {app::resolve(workspace, "", options->record, app::Scope::Stored),
                                     options->field, choice, app::Mode::DryRun}));
      if (!context.wants_prompt())
        throw base::Error(
            base::Kind::Usage, "which value should it be?",
            "say --ours, --theirs, --base, --pick N, --value V or --both; `crm conflicts` shows them");
      return ask_through(context, std::move(all), options->mode);
    }
    choice.side = options->ours       ? Side::Ours
                  : options->theirs   ? Side::Theirs
                  : options->base     ? Side::Base
                  : options->both     ? Side::Both
                  : pick->count() > 0 ? Side::Pick
                                      : Side::Value;
    choice.pick = options->pick;
    choice.value = options->value;
    const auto found = app::resolve(workspace, "", options->record, app::Scope::Stored);
    decide(context, {found, options->field, choice, options->mode});
  });
}

} // namespace crm::cmd
