// All that a page shows at one moment: the day, its week, the pipeline, what is due, and how fresh that is.
#pragma once

#include "app/sync_state.hpp"
#include "app/views.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace crm::app {

struct Overview {
  core::Instant now{};
  Day day;
  std::vector<Day> week;           ///< the seven days of the week that the day is in
  std::vector<Stage> pipeline;     ///< stages that are open; empty where the store has no deals
  std::vector<core::Record> tasks; ///< open and due by the end of the day, the oldest first
  std::size_t more_tasks = 0;      ///< due as well, and not among these
  std::vector<RemoteState> remotes;
  std::vector<DeviceState> devices;
  std::optional<StampTime> in_step; ///< see app::in_step_since
  std::size_t conflicts = 0;        ///< records that wait for a decision
};
Overview overview(Workspace& workspace, const DayRequest& request);

} // namespace crm::app
