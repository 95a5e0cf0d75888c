// What an import did, for people and for scripts.
#pragma once

#include "app/exchange/incoming.hpp"
#include "cmd/context.hpp"

#include <string>

namespace crm::cmd {

/// schemas/output/import.json for scripts. `rejects` is the file of what was set aside, or "".
void report_import(Context& context, const app::ImportReport& report, const std::string& recognised,
                   const std::string& rejects);

/// all.
void add_import_archive(CLI::App& parent, Context& context);

} // namespace crm::cmd
