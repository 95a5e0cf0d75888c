// Keeps a store in step for as long as it runs.
#pragma once

#include "app/sync.hpp"
#include "base/error.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace crm::app {

struct WatchRequest {
  std::string root; ///< of the store
  SyncRequest sync;
  std::chrono::seconds every{30}; ///< between two looks at the remotes
  /// Hears why the store could not be read in a round, of the first of several such rounds.
  std::function<void(const base::Error&)> unread{};
};
using Told = std::function<bool(Workspace&, const SyncReport&)>;

/// Syncs at once, after each local batch, when a folder that is a remote changed, when the network came back
/// or the machine woke up, and every so often; more and more seldom while no remote can be reached. `told`
/// hears of each round; the watch ends when it says false, or by SIGINT, SIGTERM or SIGHUP while it waits.
/// What stops a whole round is told as the outcome of each remote. A store that cannot be read at the first
/// round ends it; at a later one it is looked at again.
void watch(base::Environment& env, const WatchRequest& request, const Told& told);

} // namespace crm::app
