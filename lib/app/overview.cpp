#include "app/overview.hpp"

#include "app/conflicts.hpp"
#include "app/resolve.hpp"

#include <algorithm>

namespace crm::app {
namespace {

constexpr std::size_t most_due = 100;

} // namespace

Overview overview(Workspace& workspace, const DayRequest& request) {
  constexpr int days_of_week = 7;
  constexpr std::size_t shown_deals = 5;
  Overview out;
  out.now = workspace.now();
  out.day = day(workspace, request);
  DayRequest first = request;
  first.date = week_of(workspace, request.date);
  out.week = days(workspace, first, days_of_week);
  if (workspace.schemas().has("deal")) {
    const auto& deals = workspace.schemas().get("deal");
    if (deals.states && deals.find("value") != nullptr)
      for (auto& stage : board(workspace, "deal", "value", shown_deals))
        if (deals.is_open(stage.state)) out.pipeline.push_back(std::move(stage));
  }
  out.tasks = std::move(out.day.tasks);
  if (out.tasks.size() > most_due) {
    out.more_tasks = out.tasks.size() - most_due;
    out.tasks.erase(out.tasks.begin() + most_due, out.tasks.end());
  }
  const auto remotes = remotes_named(workspace, {});
  out.remotes = remote_states(workspace, remotes);
  out.devices = device_states(workspace, remotes);
  out.in_step = in_step_since(workspace);
  out.conflicts = count_disputed(workspace);
  return out;
}

} // namespace crm::app
