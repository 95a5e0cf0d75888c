// The formats of `crm export`; each file adds its own.
#pragma once

#include "cmd/command.hpp"

namespace crm::cmd {

void add_export_html(CLI::App& parent, Context& context);
void add_export_records(CLI::App& parent, Context& context); ///< json, ndjson, yaml

} // namespace crm::cmd
