#include "cmd/calendar/report.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

using What = app::CalendarFileOutcome::What;

core::Map report_json(const app::CalendarFolderReport& report) {
  core::Map out;
  core::List files, unreadable;
  for (const auto& each : report.files) {
    core::Map file;
    file.set("file", base::printable(each.file));
    file.set("outcome", std::string(to_text(each.what)));
    file.set("appointment", or_null(each.id));
    file.set("reason", or_null(each.reason));
    file.set("hint", or_null(each.hint));
    file.set("batch", or_null(report.mode == app::Mode::DryRun ? "" : each.batch));
    files.emplace_back(std::move(file));
  }
  for (const auto& problem : report.unreadable)
    unreadable.emplace_back(problem);
  out.set("schema", "crm.calendar-folder/1");
  out.set("folder", report.folder);
  out.set("dry_run", report.mode == app::Mode::DryRun);
  out.set("same", static_cast<std::int64_t>(report.same));
  out.set("files", std::move(files));
  out.set("unreadable", std::move(unreadable));
  return out;
}

std::string called(Context& context, const app::CalendarFileOutcome& each) {
  auto& workspace = context.workspace();
  const auto row = each.id.empty()
                       ? std::nullopt
                       : workspace.with_index([&](index::Index& index) { return index.by_id(each.id); });
  if (!row) return base::printable(each.file);
  const core::Record record = app::to_record(*row);
  const auto& schema = workspace.schemas().get(row->type);
  return app::short_id(workspace, each.id) + "  " + base::printable(label(workspace, record, schema)) + ", " +
         cell(workspace, record, schema, "start");
}

void print_file(Context& context, const app::CalendarFileOutcome& each) {
  const bool bad = each.what == What::Clash || each.what == What::Refused;
  const Role role = bad                                                      ? Role::Bad
                    : each.what == What::Conflict || each.what == What::Kept ? Role::Warn
                                                                             : Role::Good;
  context.print(context.style().paint(role, fmt::format("{:<9}", to_text(each.what))) + "  " +
                called(context, each) + "\n");
  const std::string reason = base::printable(each.reason, base::Newlines::Keep),
                    hint = base::printable(each.hint, base::Newlines::Keep);
  if (bad && !each.id.empty()) context.print("           in " + base::printable(each.file) + "\n");
  for (const auto* text : {&reason, &hint})
    for (const auto line : base::split(*text, '\n'))
      if (!line.empty()) context.print("           " + std::string(line) + "\n");
}

} // namespace

void report_calendar(Context& context, const app::CalendarFolderReport& report) {
  context.workspace().moved();
  if (report.count(What::Refused) > 0) context.exit_code = exit_code(base::Kind::SyncIncomplete);
  if (!report.unreadable.empty()) context.exit_code = exit_code(base::Kind::InvalidData);
  if (report.count(What::Clash) > 0) context.exit_code = exit_code(base::Kind::Clash);
  if (!context.for_people()) return context.print_json(report_json(report));
  const bool quiet = context.shared().quiet && report.mode != app::Mode::DryRun;
  for (const auto& each : report.files) {
    const bool bad = each.what == What::Clash || each.what == What::Refused;
    if (bad || (!quiet && each.what != What::Written && each.what != What::Removed))
      print_file(context, each);
  }
  if (quiet) return;
  context.print(fmt::format("{}{} written, {} removed, {} as they were\n",
                            report.mode == app::Mode::DryRun ? "would be: " : "", report.count(What::Written),
                            report.count(What::Removed), report.same));
  if (!report.unreadable.empty())
    context.say("crm: not valid, and so not in the calendar; `crm doctor` says more:\n  " +
                base::join(report.unreadable, "\n  "));
}

} // namespace crm::cmd
