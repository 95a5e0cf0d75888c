#include "cmd/export/export.hpp"
#include "base/error.hpp"

namespace crm::cmd {

void add_export(CLI::App& root, Context& context) {
  auto* command = add_command(root, "export", "take everything, or a part, elsewhere",
                              "  crm export html -o day.html\n  crm export ndjson -o everything.ndjson\n"
                              "  crm export csv contact tag:vip -o vips.csv");
  command->callback([command] {
    if (command->get_subcommands().empty())
      throw base::Error(base::Kind::Usage, "crm export wants a format: html, json, ndjson, yaml or csv",
                        "crm export html -o day.html");
  });
  add_export_html(*command, context);
  add_export_records(*command, context);
}

} // namespace crm::cmd
