// Everything in one file, with its history.
#include "app/exchange/archive.hpp"
#include "app/hand_edits.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/export/export.hpp"
#include "cmd/render/export_format.hpp"
#include "cmd/render/output_file.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

void run_archive(Context& context) {
  store::Repository::keep_nothing(); // before anything is read
  auto& workspace = context.workspace();
  const std::string where = context.take_output();
  if ((where.empty() || where == "-") && context.terminal().tty_out)
    throw base::Error(base::Kind::Usage, "an archive is for a file, not for a terminal",
                      "crm export all -o practice.tar");
  if (const auto left = app::plan_adoption(workspace, workspace.repository().hand_edits()).edits.size();
      left > 0)
    context.say(fmt::format("crm: note: {} edit{} by hand {} not committed, and so not in it: `crm commit`",
                            left, left == 1 ? "" : "s", left == 1 ? "is" : "are"));
  OutputFile out(where);
  const auto manifest =
      app::write_archive(workspace, export_line, [&](std::string_view piece) { out.write(piece); });
  out.commit();
  if (where.empty() || where == "-") return;
  context.say(fmt::format("Exported {}, {} and the history up to {} to {} ({})",
                          base::count_of(manifest.record_count(), "record"),
                          base::count_of(manifest.attachment_count(), "attachment"),
                          manifest.commit.substr(0, 10), base::printable(where),
                          size_in_words(out.written())));
}

} // namespace

void add_export_archive(CLI::App& parent, Context& context) {
  auto* command =
      add_command(parent, "all", "records, attachments, schemas, settings and the history, in one file",
                  "  crm export all -o practice.tar\n  crm import all practice.tar restored\n"
                  "  crm export all | gzip > practice.tar.gz");
  command->footer(
      command->get_footer() +
      "\n\nA plain tar with a manifest and SHA-256 sums. `crm import all FILE --dry-run` restores it on "
      "trial; any\ntar, `sha256sum --check SHA256SUMS` and `git clone -b main history.bundle` read it "
      "without "
      "crm. The same\ncommit is always the same file. What is here and not committed is not in it.");
  command->callback([&context] {
    refuse_other_formats(context, "all");
    run_archive(context);
  });
}

} // namespace crm::cmd
