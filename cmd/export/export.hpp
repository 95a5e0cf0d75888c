// The formats of `crm export`; each file adds its own.
#pragma once

#include "app/exchange/outgoing.hpp"
#include "cmd/command.hpp"

namespace crm::cmd {

void add_export_html(CLI::App& parent, Context& context);
void add_export_records(CLI::App& parent, Context& context); ///< json, ndjson, yaml
void add_export_archive(CLI::App& parent, Context& context); ///< all
void add_export_cards(CLI::App& parent, Context& context);   ///< vcf, ics
void add_export_vdir(CLI::App& parent, Context& context);    ///< in cmd/calendar

/// What all of them share: types and filters; no --json; what was written, and what could not be read.
void add_export_words(CLI::App& command, Context& context, app::ExportRequest& request);
void refuse_other_formats(const Context& context, const std::string& format);
void tell_exported(Context& context, std::size_t count, const std::string& where,
                   const std::vector<std::string>& unreadable);

} // namespace crm::cmd
