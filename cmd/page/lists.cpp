// The week, the pipeline and what is due.
#include "base/text.hpp"
#include "cmd/page/page.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {

void write_week(Markup& out, app::Workspace&, const app::Overview& overview) {
  out.open("section", "id=\"week\"");
  out.element("h2", "", "Week");
  out.open("div", "class=\"week\"");
  for (const auto& day : overview.week) {
    const bool today = day.date == overview.day.date;
    out.open("div",
             fmt::format("class=\"each{}{}\"", today ? " today" : "", day.open.empty() ? " shut" : ""));
    out.element("h3", "", core::to_words(day.date).substr(0, core::to_words(day.date).rfind(' ')));
    for (const auto& off : day.off)
      out.element("p", "class=\"closed\"",
                  (off.claim == app::the_house ? "closed" : off.claim.key + " is off") +
                      (off.reason.empty() ? "" : ": " + off.reason));
    out.open("ol");
    for (const auto& entry : day.entries) {
      if (is_cancelled(entry)) continue;
      out.open("li",
               fmt::format("class=\"{}{}\"", escaped(entry.state), entry.clashes.empty() ? "" : " clash"));
      out.element("time", "", clock_time(entry.time.from, day.zone));
      out.element("span", "",
                  (entry.clashes.empty() ? "" : "! ") + (entry.contact.empty() ? "–" : entry.contact) +
                      (entry.who.empty() ? "" : ", " + base::join(entry.who, ", ")));
      out.close();
    }
    out.close().close();
  }
  out.close().close();
}

void write_pipeline(Markup& out, app::Workspace& workspace, const app::Overview& overview) {
  out.open("section", "id=\"pipeline\"");
  out.element("h2", "", "Pipeline");
  double most = 0;
  for (const auto& stage : overview.pipeline)
    for (const auto& [currency, sum] : stage.sums)
      most = std::max(most, sum);
  if (std::all_of(overview.pipeline.begin(), overview.pipeline.end(),
                  [](const app::Stage& stage) { return stage.count == 0; })) {
    out.element("p", "class=\"none\"", "no open deals");
    out.close();
    return;
  }
  out.open("div", "class=\"stages\"");
  for (const auto& stage : overview.pipeline) {
    out.open("div", "class=\"stage\"");
    out.element("h3", "", stage.state);
    std::vector<std::string> sums;
    for (const auto& [currency, sum] : stage.sums) {
      sums.push_back(money(sum, currency));
      if (most > 0)
        out.element("div",
                    fmt::format("class=\"bar\" style=\"--part:{:.1f}%\"", 100 * std::max(0.0, sum) / most),
                    "");
    }
    out.element("p", "class=\"sum\"",
                fmt::format("{} deal{}{}{}", stage.count, stage.count == 1 ? "" : "s",
                            sums.empty() ? "" : ", ", base::join(sums, " + ")));
    out.open("ol");
    for (const auto& deal : stage.records) {
      const auto& schema = workspace.schemas().get("deal");
      out.open("li").element("span", "", label(workspace, deal, schema));
      if (const auto files = files_of(workspace, deal); !files.empty()) out.element("span", "", files);
      out.element("b", "", cell(workspace, deal, schema, "value")).close();
    }
    out.close().close();
  }
  out.close().close();
}

void write_tasks(Markup& out, app::Workspace& workspace, const app::Overview& overview) {
  out.open("section", "id=\"tasks\"");
  out.element("h2", "", "Tasks due and overdue");
  if (overview.tasks.empty()) out.element("p", "class=\"none\"", "nothing is due");
  if (!overview.tasks.empty()) {
    const auto& schema = workspace.schemas().get("task");
    out.open("ol", "class=\"tasks\"");
    for (const auto& task : overview.tasks) {
      const std::string& due = task.text("due");
      const bool late = due.substr(0, 10) < core::to_text(overview.day.date);
      out.open("li", late ? "class=\"late\"" : "");
      out.element("time", "", (late ? "! " : "") + cell(workspace, task, schema, "due"));
      const std::string files = files_of(workspace, task);
      out.element("span", "", task.text("title") + (files.empty() ? "" : " · " + files));
      out.element("b", "", cell(workspace, task, schema, "assignee"));
      out.close();
    }
    out.close();
    if (overview.more_tasks > 0)
      out.element("p", "class=\"none\"",
                  fmt::format("and {} more: {}", overview.more_tasks, overview.day.tasks_command));
  }
  out.close();
}

} // namespace crm::cmd
