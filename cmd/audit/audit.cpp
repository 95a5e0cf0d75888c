// audit: who did what, and can it be trusted.
#include "cmd/audit/audit.hpp"

#include "cmd/shape.hpp"
#include "core/time.hpp"
#include "core/when.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

core::LocalTime local_second(const app::Workspace& workspace, core::StampTime time) {
  return core::to_local(std::chrono::floor<std::chrono::seconds>(time), workspace.settings().zone);
}

} // namespace

core::Value stamp_or_null(const std::optional<core::StampTime>& time) {
  return time ? core::Value{core::to_text(*time)} : core::Value{};
}

core::Map entry_json(const app::AuditEntry& entry, Format format) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? core::Value{} : core::Value{text};
  };
  core::Map out;
  core::List records;
  for (const auto& [type, id] : entry.records) {
    core::Map each;
    each.set("type", type);
    each.set("id", id);
    const bool flat = format == Format::Csv || format == Format::Tsv;
    records.emplace_back(flat ? core::Value{type + " " + id} : core::Value{std::move(each)});
  }
  out.set("commit", entry.commit);
  out.set("batch", or_null(entry.batch));
  out.set("operation", entry.operation);
  out.set("member", or_null(entry.member));
  out.set("device", or_null(entry.device));
  out.set("written", core::to_text(entry.written));
  out.set("arrived", stamp_or_null(entry.arrived));
  out.set("offline_since", stamp_or_null(entry.offline_since));
  out.set("summary", entry.summary);
  out.set("records", std::move(records));
  return out;
}

std::string long_moment(app::Workspace& workspace, core::StampTime time) {
  const auto local = local_second(workspace, time);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::hh_mm_ss clock{local - day};
  return fmt::format("{}, {:02}:{:02}:{:02} ({})", core::to_words(core::LocalDate{day}),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     workspace.settings().zone);
}

std::string span_words(std::chrono::milliseconds span) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(span).count();
  if (minutes < 1) return "at once";
  if (minutes < 60) return fmt::format("{} min", minutes);
  return minutes < 48 * 60 ? fmt::format("{} h", minutes / 60) : fmt::format("{} days", minutes / (24 * 60));
}

std::string author_of(const app::AuditEntry& entry) {
  if (entry.member.empty()) return entry.is_merge() ? "crm" : "";
  return entry.device.empty() ? entry.member : entry.member + "@" + entry.device;
}

void add_audit(CLI::App& root, Context& context) {
  auto* noun = add_command(root, "audit", "who did what, on which device, and can it be trusted",
                           "  crm audit  # the last batches\n"
                           "  crm audit --by bob --since mon  # what bob has written since Monday\n"
                           "  crm audit show 8w2c  # one batch, field by field\n"
                           "  crm audit blame ada  # who wrote each field of Ada's record\n"
                           "  crm audit verify  # is all of it signed by whom it names?");
  noun->require_subcommand(0, 1);
  auto run = add_audit_log_options(*noun, context);
  add_audit_log(*noun, context);
  add_audit_show(*noun, context);
  add_audit_blame(*noun, context);
  add_audit_verify(*noun, context);
  add_audit_quarantine(*noun, context);
  add_audit_reads(*noun, context);
  noun->callback([noun, run] {
    if (noun->get_subcommands().empty()) run();
  });
}

} // namespace crm::cmd
