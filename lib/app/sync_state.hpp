// How this device stands with its remotes and with the other devices, from what it knows without asking.
#pragma once

#include "app/workspace.hpp"
#include "core/stamp.hpp"
#include "store/transport.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

using core::StampTime;

/// By name; all for none, and of a store without remotes the bundle that it has synced by. Throws
/// Error(NotFound) for one that there is not.
std::vector<store::Remote> remotes_named(const Workspace& workspace, const std::vector<std::string>& names);
/// With all that was known of it; nothing there is touched. Throws Error(NotFound).
void remove_remote(Workspace& workspace, const std::string& name);

/// More batches than that are not counted: a long history that somebody lacks is not walked for each look.
inline constexpr std::size_t most_counted = 1000;

struct RemoteState {
  store::Remote remote;
  std::optional<StampTime> success, failure;
  std::string failure_outcome, failure_detail;
  bool failing = false;    ///< the last attempt was a failure
  std::size_t waiting = 0; ///< batches that the remote has not been given, at most `most_counted`
  std::optional<StampTime> waiting_since; ///< nothing also where they are more than were counted
};
std::vector<RemoteState> remote_states(Workspace& workspace, const std::vector<store::Remote>& remotes);

/// Another device of the store, by the newest sign of life that was fetched from these remotes.
struct DeviceState {
  std::string device, member;
  StampTime seen{};     ///< by that device's own clock
  std::string remote;   ///< where
  bool has_all = false; ///< of what this device knew at its own last sync or write
  std::size_t lacks =
      0;                ///< batches that it had not got, at most `most_counted`; 0 also when `known` is false
  bool known = false;   ///< its head is a commit that we have
  bool revoked = false; ///< what this member writes there does not count any more
};
std::vector<DeviceState> device_states(Workspace& workspace, const std::vector<store::Remote>& remotes);
/// A sentence where other devices' clocks, as they showed them there, are far ahead of this one's; else "".
std::string clocks_ahead(Workspace& workspace, const std::vector<store::Remote>& remotes);

/// A moment at which this device held all that its remotes held, and they held all of its own.
struct Checkpoint {
  std::string name; ///< as given; may be ""
  StampTime at{};
  store::Oid head;
};
/// Oldest first.
std::vector<Checkpoint> checkpoints(const Workspace& workspace);
/// `at` is the moment of the proof that it rests on.
void record_checkpoint(Workspace& workspace, const std::string& name, StampTime at);
/// The newest moment at which every remote was in step and since which nothing was written here, and nothing
/// was heard of a remote that speaks against it: one that cannot be reached does not. Nothing when there is
/// none.
std::optional<StampTime> in_step_since(Workspace& workspace);

/// A branch of one's own reaches nobody: the others look at the one that a remote was first synced with.
/// Throws Error(Usage) when the store is on another, and Error(Failure) when it cannot be written.
void check_branch(const store::Repository& repository, const std::vector<store::Remote>& remotes);

/// A random name of this clone, made at the first call.
std::string clone_id(Workspace& workspace);

} // namespace crm::app
