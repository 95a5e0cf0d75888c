#include "cmd/page/page.hpp"

#include "app/attachments.hpp"
#include "base/text.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>

namespace crm::cmd {

std::string clock_time(core::Instant at, const std::string& zone) {
  const auto local = core::to_local(at, zone);
  const auto past = local - std::chrono::floor<std::chrono::days>(local);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(past).count();
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::string name_of_key(app::Workspace& workspace, const std::string& kind, const std::string& key) {
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_key(kind, key); });
  return row && !row->name.empty() ? row->name : key;
}

std::string files_of(app::Workspace& workspace, const core::Record& record) {
  const auto found = app::files_at_hand(workspace, record);
  std::vector<std::string> out;
  for (const auto& each : found.files)
    out.push_back(fmt::format("{} ({})", each.name, size_in_words(each.bytes)));
  if (found.more > 0) out.push_back(fmt::format("{} more file{}", found.more, found.more == 1 ? "" : "s"));
  return base::join(out, ", ");
}

bool is_cancelled(const app::DayEntry& entry) {
  return !entry.held && entry.state != "no-show";
}

std::string page(app::Workspace& workspace, const app::Overview& overview) {
  const std::string& name = workspace.settings().name;
  const std::string day = core::to_words(overview.day.date);
  Markup out;
  out.verbatim("<!doctype html>\n");
  out.open("html", "lang=\"en\"").open("head");
  out.verbatim(
      "<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      // Whatever a record says, the browser fetches nothing and runs nothing.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n");
  out.element("title", "", name + ", " + day);
  out.verbatim("<style>\n").verbatim(style_sheet).verbatim("</style>\n").close();
  out.open("body").open("header", "class=\"top\"");
  out.element("p", "class=\"store\"", name);
  out.element("h1", "", day);
  const auto made = std::chrono::floor<std::chrono::days>(core::to_local(overview.now, overview.day.zone));
  out.element("p", "class=\"made\"",
              fmt::format("as of {} {}, {}, by {} on {}", core::to_words(made),
                          clock_time(overview.now, overview.day.zone), overview.day.zone, workspace.member(),
                          workspace.device()));
  out.verbatim("<nav><a href=\"#day\">Day</a> <a href=\"#week\">Week</a> <a href=\"#pipeline\">Pipeline</a> "
               "<a href=\"#tasks\">Tasks</a> <a href=\"#health\">Sync</a></nav>\n");
  out.close().open("main");
  write_health(out, workspace, overview);
  write_day(out, workspace, overview);
  write_week(out, workspace, overview);
  write_pipeline(out, workspace, overview);
  write_tasks(out, workspace, overview);
  return out.finish();
}

} // namespace crm::cmd
