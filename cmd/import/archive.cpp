// A store from what `crm export all` wrote.
#include "app/exchange/archive.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/import/report.hpp"
#include "cmd/render/export_format.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

core::Map to_json(const app::RestoredStore& restored, app::Mode mode) {
  core::Map document;
  document.set("schema", "crm.import-all/1");
  document.set("root", restored.root.empty() ? core::Value{} : core::Value{restored.root});
  document.set("name", restored.name);
  document.set("member", restored.member.empty() ? core::Value{} : core::Value{restored.member});
  document.set("device", restored.device);
  document.set("fingerprint",
               restored.fingerprint.empty() ? core::Value{} : core::Value{restored.fingerprint});
  document.set("approving", core::List(restored.believed.begin(), restored.believed.end()));
  document.set("commit", restored.manifest.commit);
  document.set("records", static_cast<std::int64_t>(restored.manifest.record_count()));
  document.set("attachments", static_cast<std::int64_t>(restored.manifest.attachment_count()));
  document.set("dry_run", mode == app::Mode::DryRun);
  document.set("warnings", core::List(restored.warnings.begin(), restored.warnings.end()));
  return document;
}

void run_import_archive(Context& context, app::RestoreRequest request) {
  if (request.folder.empty()) request.folder = ".";
  const auto restored = app::restore_archive(context.env(), request, export_line);
  if (!context.for_people()) return context.print_json(to_json(restored, request.mode));
  const auto& manifest = restored.manifest;
  const std::string what =
      fmt::format("{}, {}, the history up to {}", base::count_of(manifest.record_count(), "record"),
                  base::count_of(manifest.attachment_count(), "attachment"), manifest.commit.substr(0, 10));
  if (request.mode == app::Mode::DryRun) {
    context.print(fmt::format("{} is whole: {}\n", base::printable(request.file), what));
  } else {
    context.print(fmt::format("Restored {} in {}: {}\n", base::printable(restored.name),
                              base::printable(restored.root), what));
    context.print(fmt::format("  you are {}, this device is {}\n", restored.member, restored.device));
    if (!restored.fingerprint.empty())
      context.print(fmt::format("  your key here is {}\n", restored.fingerprint));
  }
  for (const auto& warning : restored.warnings)
    context.say("crm: note: " + base::printable(warning, base::Newlines::Keep));
}

} // namespace

void add_import_archive(CLI::App& parent, Context& context) {
  auto request = std::make_shared<app::RestoreRequest>();
  auto* command = add_command(parent, "all", "a store with its history, from what `crm export all` wrote",
                              "  crm import all practice.tar --dry-run  # is it whole?\n"
                              "  crm import all practice.tar restored --member alice --device new-desk");
  complete(context, command->add_option("file", request->file, "the archive")->required()->type_name("FILE"),
           Completes::Folder);
  complete(context,
           command->add_option("folder", request->folder, "where to: empty, or not there yet (default: here)")
               ->type_name("DIR"),
           Completes::Folder);
  command->add_option("--member", request->member, "who writes here (default: your login name)")
      ->type_name("KEY");
  command->add_option("--device", request->device, "this clone (default: the host's name)")
      ->type_name("NAME");
  add_dry_run(*command, request->mode);
  command->footer(
      command->get_footer() +
      "\n\nEvery file is compared with the manifest, the history is checked as one that is joined, and the "
      "store that\nit makes is compared again. What is damaged is named, the exit code is 11, and nothing "
      "is left behind.\nThe store is a device of its own: it takes a name that none has had.");
  command->callback([&context, request] { run_import_archive(context, *request); });
}

} // namespace crm::cmd
