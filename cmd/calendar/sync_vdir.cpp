// `crm sync --vdir`: a calendar folder, both ways.
#include "cmd/calendar/sync_vdir.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "cmd/acting.hpp"
#include "cmd/calendar/report.hpp"

namespace crm::cmd {

CLI::Option* add_sync_vdir(CLI::App& command, Context& context, CalendarOptions& options) {
  auto* folder = command.add_option("--vdir", options.request.folder,
                                    "a folder of calendar files, both ways, instead of remotes");
  complete(context, folder->type_name("DIR"), Completes::Folder);
  auto* with = command.add_option("--with,--member", options.request.member,
                                  "whose calendar the folder is: their appointments, and batches by them");
  complete(context, with->type_name("MEMBER")->needs(folder), Completes::Record, "member");
  command.add_option("--past", options.past, "days that the folder goes back, or all (default 90)")
      ->type_name("DAYS")
      ->needs(folder);
  command.add_option("--force", options.request.force, "book over a clash; the reason is kept in the record")
      ->type_name("WHY")
      ->needs(folder);
  return folder;
}

void run_sync_vdir(Context& context, CalendarOptions options) {
  auto& request = options.request;
  if (options.past == "all") {
    request.past.reset();
  } else if (!options.past.empty()) {
    constexpr int longest = 36'600;
    const bool number =
        options.past.find_first_not_of("0123456789") == std::string::npos && options.past.size() < 6;
    const int days = number ? std::stoi(options.past) : -1;
    if (days < 0 || days > longest)
      throw base::Error(base::Kind::Usage, "--past is a number of days, or all",
                        "crm sync --vdir DIR --past 365");
    request.past = std::chrono::days{days};
  }
  auto& workspace = context.workspace();
  if (!request.member.empty()) request.member = app::resolve(workspace, "member", request.member).key;
  if (request.member.empty() || request.member == workspace.member())
    return report_calendar(context, app::sync_calendar_folder(workspace, request));
  // As `crm as MEMBER` would: with their key, by what they may.
  ActingEnvironment acting(context.env(), request.member);
  auto theirs = app::Workspace::open(acting, workspace.repository().root());
  const auto report = app::sync_calendar_folder(theirs, request);
  for (auto& warning : theirs.take_warnings())
    workspace.warn(std::move(warning));
  report_calendar(context, report);
}

} // namespace crm::cmd
