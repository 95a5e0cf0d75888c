// The sign of life that a device leaves at each remote: when it was there last, and what it had then. A
// commit without files below refs/crm/devices/, which is in no history and so merges with nothing.
#pragma once

#include "core/stamp.hpp"
#include "store/repository.hpp"

#include <string>
#include <vector>

namespace crm::sync {

struct Heartbeat {
  std::string device, member;
  core::StampTime at{}; ///< by the device's own clock, whole seconds
  store::Oid head;      ///< of the device, when it left the sign
  std::string clone;    ///< tells two clones apart that were given one name
  /// "bob ssh-ed25519 AAAA…": keys of the device that nobody has approved yet. As it says: to be checked.
  std::vector<std::string> offers = {};
  store::Oid commit = {}; ///< of one that was read
};

/// Signed as batches are: who may push could else leave one in the name of any device.
store::Oid write_heartbeat(store::Repository& repository, const Heartbeat& beat);

/// Those of a remote as last fetched, by device. What is not one is left out; whose key signed it is not
/// looked at.
std::vector<Heartbeat> heartbeats(const store::Repository& repository, const std::string& remote);

} // namespace crm::sync
