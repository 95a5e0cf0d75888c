// What the verbs of `crm audit` share.
#pragma once

#include "app/audit/log.hpp"
#include "cmd/command.hpp"

#include <optional>
#include <string>

namespace crm::cmd {

void add_audit_log(CLI::App& noun, Context& context);
/// The options of `log`, on the bare noun too; what runs it.
std::function<void()> add_audit_log_options(CLI::App& command, Context& context);
void add_audit_show(CLI::App& noun, Context& context);
void add_audit_blame(CLI::App& noun, Context& context);
void add_audit_verify(CLI::App& noun, Context& context);
void add_audit_quarantine(CLI::App& noun, Context& context);
void add_audit_reads(CLI::App& noun, Context& context);

/// schemas/output/audit-log.json, one batch. Csv and tsv have the records as texts.
core::Map entry_json(const app::AuditEntry& entry, Format format = Format::Json);
core::Value stamp_or_null(const std::optional<core::StampTime>& time);

/// How many rows a terminal is shown where nobody says.
inline constexpr std::size_t on_a_screen = 40;

/// "Mon 23 Nov 2026, 09:00:12 (Europe/London)".
std::string long_moment(app::Workspace& workspace, core::StampTime time);
/// "25 min", "3 h", "2 days"; "at once" below a minute.
std::string span_words(std::chrono::milliseconds span);
/// "bob@tablet"; "crm" for a merge.
std::string author_of(const app::AuditEntry& entry);

} // namespace crm::cmd
