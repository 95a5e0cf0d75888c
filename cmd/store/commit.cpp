#include "app/hand_edits.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/shape.hpp"
#include "store/paths.hpp"

namespace crm::cmd {
namespace {

void run_commit(Context& context, app::Mode mode) {
  auto done = app::commit_hand_edits(context.workspace(), mode);
  if (!done.problems.empty())
    context.exit_code =
        exit_code(done.denied == done.problems.size() ? base::Kind::Denied : base::Kind::InvalidData);
  if (!context.for_people()) {
    core::Map document = batch_json(context.workspace(), done.committed, context.take_warnings());
    core::List problems, foreign;
    for (const auto& problem : done.problems)
      problems.emplace_back(core::to_text(problem));
    for (const auto& path : done.foreign)
      foreign.emplace_back(path);
    document.set("problems", std::move(problems));
    document.set("foreign", std::move(foreign));
    context.print_json(document);
  } else {
    if (!done.committed.records.empty() || !done.committed.files.empty() || done.problems.empty())
      answer(context, done.committed, "");
    for (const auto& path : done.foreign)
      context.say("crm: note: " + base::printable(path) + " is not part of a store, and was left alone");
  }
  if (done.problems.empty()) return;
  std::vector<std::string> lines;
  for (const auto& problem : done.problems)
    lines.push_back(core::to_text(problem));
  const char* why = done.denied == 0                      ? "not valid"
                    : done.denied == done.problems.size() ? "not allowed"
                                                          : "not valid or not allowed";
  context.say(std::string("crm: ") + why + ", and so not committed:\n  " + base::join(lines, "\n  ") +
              (done.denied == 0
                   ? ""
                   : "\n" + store::taking_back("FILE") + " takes such an edit back; delete what is new"));
}

} // namespace

void add_commit(CLI::App& root, Context& context) {
  auto mode = std::make_shared<app::Mode>(app::Mode::Write);
  auto* command = add_command(root, "commit", "take in what was changed with an editor",
                              "  crm commit --dry-run\n  crm commit");
  add_dry_run(*command, *mode);
  command->callback([&context, mode] { run_commit(context, *mode); });
}

} // namespace crm::cmd
