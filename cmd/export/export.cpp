#include "cmd/export/export.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/exit_codes.hpp"

#include <fmt/format.h>

namespace crm::cmd {

void add_export_words(CLI::App& command, Context& context, app::ExportRequest& request) {
  complete(
      context,
      command
          .add_option("what", request.words, "types, then filters: `crm help filters` (default: everything)")
          ->type_name("TYPES FILTERS"),
      Completes::Type);
  complete(context,
           command
               .add_option("--between", request.between,
                           "whose time is in these days: 2026-11, mon..fri, \"last month\"")
               ->type_name("DAYS"),
           Completes::Day);
  complete(
      context,
      command.add_option("--with", request.with, "that name this member in any field")->type_name("MEMBER"),
      Completes::Record, "member");
  complete(context,
           command.add_option("--by", request.by, "that this member made, or was the last to change")
               ->type_name("KEY"),
           Completes::Record, "member");
}

void refuse_other_formats(const Context& context, const std::string& format) {
  if (!context.for_people())
    throw base::Error(base::Kind::Usage,
                      "crm export " + format + " has its own format: not with --json or --format",
                      "crm export " + format + " -o FILE");
}

void tell_exported(Context& context, std::size_t count, const std::string& where,
                   const std::vector<std::string>& unreadable) {
  if (!where.empty() && where != "-")
    context.say(
        fmt::format("Exported {} record{} to {}", count, count == 1 ? "" : "s", base::printable(where)));
  if (unreadable.empty()) return;
  context.exit_code = exit_code(base::Kind::InvalidData);
  context.complain("crm: not valid, and so not exported; `crm doctor` says more:\n  " +
                   base::join(unreadable, "\n  "));
}

void add_export(CLI::App& root, Context& context) {
  auto* command =
      add_command(root, "export", "take everything, or a part, elsewhere",
                  "  crm export html -o day.html\n  crm export ndjson -o everything.ndjson\n"
                  "  crm export csv contact tag:vip -o vips.csv\n  crm export all -o practice.tar");
  command->callback([command] {
    if (command->get_subcommands().empty())
      throw base::Error(base::Kind::Usage,
                        "crm export wants a format: html, json, ndjson, yaml, csv, vcf, ics, vdir or all",
                        "crm export html -o day.html");
  });
  add_export_html(*command, context);
  add_export_records(*command, context);
  add_export_cards(*command, context);
  add_export_vdir(*command, context);
  add_export_archive(*command, context);
}

} // namespace crm::cmd
