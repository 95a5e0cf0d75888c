// When could it be? Free slots for what is wanted, within everybody's hours, buffers, capacity and time off.
#pragma once

#include "app/workspace.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct FreeRequest {
  std::optional<core::Duration> length; ///< else the service's, else half an hour
  std::string service;                  ///< as typed
  std::vector<std::string> members;     ///< as typed: any of these; "any" for all who offer the service
  std::vector<std::string> resources;   ///< as typed, all of these; a kind ("room") is any one of it
  core::Interval within;                ///< the past is left out
  std::string zone;                     ///< of the grid of starts; "" is the store's
  std::chrono::seconds step{std::chrono::minutes{15}};
  bool overlapping = false; ///< also slots that overlap those listed before
  std::size_t most = 10;
};

struct FreeSlot {
  core::Interval time;                                     ///< without buffers
  std::string member;                                      ///< key, "" when none was asked for
  std::vector<std::string> resources;                      ///< keys
  std::vector<std::string> other_members, other_resources; ///< who and what could be had instead
  int scraps = 0; ///< pieces of free time left that are too short for another one
};

struct Free {
  std::string zone;
  std::chrono::seconds length{0};
  core::Interval within;
  std::string service;
  std::vector<FreeSlot> slots; ///< best first, see core/slots.hpp
};

/// Asks the index for what is taken in `within`, of those who are wanted. Throws Error(Usage) for more than a
/// year, Error(NotFound) for somebody or something that is not there.
Free find_free(Workspace& workspace, const FreeRequest& request);

/// Keys of those who may do it: whom the service (null for none) names, else all who book appointments.
std::vector<std::string> members_for(Workspace& workspace, const core::Record* service);

/// "mon..fri", "tomorrow", "tomorrow 14:00..fri 12:00": from the first moment to the last one, both days
/// included. "" is the fortnight that begins now. Throws Error(Usage).
core::Interval parse_between(Workspace& workspace, const std::string& phrase, const std::string& zone);

} // namespace crm::app
