#include "app/undo.hpp"
#include "app/audit/authors.hpp"
#include "app/input.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/shape.hpp"
#include "core/when.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

constexpr std::size_t most_shown = 20; ///< batches, and records

struct Flags {
  bool keep = false, overwrite = false, yes = false;
  app::Later later(app::Later otherwise) const {
    return keep ? app::Later::Keep : overwrite ? app::Later::Overwrite : otherwise;
  }
};

void add_flags(CLI::App& command, Flags& flags) {
  command.add_flag("--keep", flags.keep, "leave what later writes have changed, take the rest back");
  command.add_flag("--overwrite", flags.overwrite, "take back also what later writes have changed")
      ->excludes("--keep");
}

core::Map undone_json(Context& context, const app::Undone& undone) {
  core::Map document = batch_json(context.workspace(), undone.committed, context.take_warnings());
  core::List kept, batches;
  for (const auto& each : undone.kept)
    kept.emplace_back(each);
  for (const auto& each : undone.batches) {
    core::Map entry;
    entry.set("batch", each.batch);
    entry.set("summary", each.summary);
    entry.set("member", each.member);
    entry.set("device", each.device);
    entry.set("at", each.at ? core::Value(core::to_text(*each.at)) : core::Value{});
    batches.emplace_back(std::move(entry));
  }
  document.set("undoes", undone.batches.front().batch);
  document.set("rolled_back", std::move(batches));
  document.set("kept", std::move(kept));
  return document;
}

void print_kept(Context& context, const app::Undone& undone) {
  for (const auto& each : undone.kept)
    context.print("Left alone: " + base::printable(each) + "\n");
}

std::string counted_records(const app::Committed& committed) {
  return base::count_of(committed.records.size() + committed.files.size(), "record");
}

/// No record and no file changes, and none of the batches is one that says something of others.
bool is_nothing(const app::Undone& undone) {
  return undone.committed.records.empty() && undone.committed.files.empty() &&
         std::none_of(undone.batches.begin(), undone.batches.end(),
                      [](const auto& each) { return each.only_says; });
}

/// Where the records are too many to name, how many there are is said above.
void print_records(Context& context, const app::Committed& committed) {
  if (committed.records.size() <= most_shown) answer(context, committed, "");
}

void run_undo(Context& context, app::UndoRequest request, const Flags& flags) {
  request.later = flags.later(app::Later::Refuse);
  const auto undone = app::undo(context.workspace(), request);
  if (!context.for_people()) return context.print_json(undone_json(context, undone));
  const auto& taken = undone.batches.front();
  const std::string dropped = taken.dropped == 0 ? ""
                                                 : ": " + base::count_of(taken.dropped, "batch") +
                                                       (taken.dropped == 1 ? " waits" : " wait") +
                                                       " again for a decision (`crm audit quarantine`)";
  if (is_nothing(undone)) {
    // As where a decision was for what was shown already. Noted all the same, so that the next goes further.
    context.print(fmt::format("Nothing to take back of \"{}\" ({}){}{}\n", base::printable(taken.summary),
                              taken.batch.substr(0, 8),
                              undone.kept.empty() ? ": what is there now was there before" : "",
                              undone.committed.commit.empty() ? "" : "; it counts as undone"));
    return print_kept(context, undone);
  }
  const bool many = undone.committed.records.size() > most_shown;
  context.print(fmt::format("{} \"{}\" ({}){}\n", request.mode == app::Mode::DryRun ? "Would undo" : "Undid",
                            base::printable(taken.summary), taken.batch.substr(0, 8),
                            many ? ", " + counted_records(undone.committed) : dropped));
  if (!undone.committed.records.empty() || !undone.committed.files.empty())
    print_records(context, undone.committed);
  print_kept(context, undone);
}

void print_rollback(Context& context, const app::Undone& undone) {
  const Style style = context.style();
  const bool dry = undone.committed.mode == app::Mode::DryRun;
  context.print(fmt::format("{} {}, {}\n", dry ? "Would roll back" : "Rolled back",
                            base::count_of(undone.batches.size(), "batch"),
                            counted_records(undone.committed)));
  for (std::size_t i = 0; i < std::min(most_shown, undone.batches.size()); ++i) {
    const auto& each = undone.batches[i];
    const auto when =
        each.at ? past(std::chrono::floor<std::chrono::seconds>(*each.at), context.workspace().now()) : "";
    context.print(fmt::format(
        "  {}  {}  {}\n", style.paint(Role::Id, each.batch.substr(0, 8)), base::printable(each.summary),
        style.paint(Role::Dim,
                    base::printable(fmt::format("{} on {}, {}", each.member, each.device, when)))));
  }
  if (undone.batches.size() > most_shown)
    context.print(style.paint(Role::Dim, fmt::format("  and {} more\n", undone.batches.size() - most_shown)));
  print_records(context, undone.committed);
  print_kept(context, undone);
  if (!undone.committed.commit.empty())
    context.print(fmt::format("Taken back again with `crm undo {}`\n", undone.committed.batch.substr(0, 8)));
}

void run_rollback(Context& context, app::RollbackRequest request, const Flags& flags) {
  request.later = flags.later(app::Later::Keep);
  auto& workspace = context.workspace();
  if (request.mode == app::Mode::Write && context.wants_prompt() && context.for_people() && !flags.yes) {
    auto plan = request;
    plan.mode = app::Mode::DryRun;
    const auto shown = app::rollback(workspace, plan);
    print_rollback(context, shown);
    if (is_nothing(shown)) return;
    context.flush();
    const auto said = context.ask("Roll this back? [y/N] ");
    if (!said || (*said != "y" && *said != "yes")) return context.say("nothing was changed");
    request = {.later = request.later, .mode = request.mode};
    for (const auto& each : shown.batches) // and not what a sync has brought meanwhile
      request.agreed.insert(each.batch);
  }
  const auto undone = app::rollback(workspace, request);
  if (!context.for_people()) return context.print_json(undone_json(context, undone));
  print_rollback(context, undone);
}

} // namespace

void add_undo(CLI::App& root, Context& context) {
  struct Options : Flags {
    app::UndoRequest request;
  };
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      root, "undo", "take the last batch back, or a named one",
      "  crm undo\n  crm undo --dry-run\n  crm undo 8w2c  # as `crm audit` shows it\n"
      "An undo is a batch itself: `crm undo` of it brings back what it took. `crm rollback` takes "
      "several back.");
  complete(context,
           command
               ->add_option("batch", options->request.batch,
                            "batch or commit, or a unique beginning of one (default: this device's last that "
                            "is not undone, or its last rollback; one that git made here counts too)")
               ->type_name("BATCH"),
           Completes::Batch);
  add_flags(*command, *options);
  add_dry_run(*command, options->request.mode);
  command->callback([&context, options] { run_undo(context, options->request, *options); });
}

void add_rollback(CLI::App& root, Context& context) {
  struct Options : Flags {
    app::RollbackRequest request;
    std::string since;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(root, "rollback", "take several batches back, as one",
                  "  crm rollback 8w2c 9d7x --dry-run\n  crm rollback --by bob --since \"today 9:00\"\n"
                  "  crm rollback --device tablet-2  # all that the lost tablet has written\n"
                  "  crm rollback --sync 1  # what the last sync brought\n"
                  "Field by field: what others have changed since is listed and left, unless --overwrite "
                  "says otherwise. A "
                  "rollback is a batch:\nit syncs, and `crm undo` takes it back.");
  complete(context,
           command
               ->add_option("batches", options->request.batches,
                            "batches or commits, or unique beginnings of them")
               ->type_name("BATCH"),
           Completes::Batch);
  complete(context,
           command->add_option("--by", options->request.member, "what this member has written")
               ->type_name("MEMBER"),
           Completes::Record, "member");
  complete(context,
           command->add_option("--device", options->request.device, "what was written on this device")
               ->type_name("DEVICE"),
           Completes::Device);
  command->add_option("--since", options->since, "what was written since then")->type_name("WHEN");
  command
      ->add_option("--sync", options->request.sync, "what the last (1), the one before (2), … sync brought")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  add_flags(*command, *options);
  command->add_flag("-y,--yes", options->yes, "do not ask, on a terminal");
  add_dry_run(*command, options->request.mode);
  command->callback([&context, options] {
    auto& request = options->request;
    if (!request.member.empty()) request.member = app::author_named(context.workspace(), request.member);
    if (!request.device.empty()) app::require_device(context.workspace(), request.device);
    request.since = app::parse_past(context.workspace(), options->since, "").since;
    run_rollback(context, request, *options);
  });
}

} // namespace crm::cmd
