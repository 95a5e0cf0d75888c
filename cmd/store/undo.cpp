#include "app/undo.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {

void add_undo(CLI::App& root, Context& context) {
  struct Options {
    app::UndoRequest request;
    bool keep = false, overwrite = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(root, "undo", "take the last batch back, or a named one",
                  "  crm undo\n  crm undo --dry-run\n  crm undo 8w2c     (a Crm-Batch of `crm git log`)\n"
                  "An undo is a batch itself: `crm undo` of it brings back what it took.");
  command
      ->add_option("batch", options->request.batch,
                   "batch or commit, or the beginning of one (default: the last that is not undone)")
      ->type_name("BATCH");
  command->add_flag("--keep", options->keep, "leave what later writes have changed, undo the rest");
  command->add_flag("--overwrite", options->overwrite, "undo also what later writes have changed")
      ->excludes("--keep");
  add_dry_run(*command, options->request.mode);
  command->callback([&context, options] {
    if (options->keep) options->request.later = app::Later::Keep;
    if (options->overwrite) options->request.later = app::Later::Overwrite;
    const auto undone = app::undo(context.workspace(), options->request);
    if (!context.for_people()) {
      core::Map document = batch_json(context.workspace(), undone.committed, context.take_warnings());
      document.set("undoes", undone.batch);
      core::List kept;
      for (const auto& each : undone.kept)
        kept.emplace_back(each);
      document.set("kept", std::move(kept));
      return context.print_json(document);
    }
    context.print(fmt::format("{} \"{}\" ({})\n",
                              options->request.mode == app::Mode::DryRun ? "Would undo" : "Undid",
                              base::printable(undone.summary), undone.batch.substr(0, 8)));
    answer(context, undone.committed, "");
    for (const auto& each : undone.kept)
      context.print("Left alone: " + base::printable(each) + "\n");
  });
}

} // namespace crm::cmd
