// This device's own batches that no other device would take in, and what can be done about them.
#pragma once

#include "app/receive.hpp"

#include <string>
#include <vector>

namespace crm::app {

struct HeldBack {
  std::string outcome; ///< RemoteOutcome's: "unapproved" where all only wait for their key, or "own-unproved"
  std::string detail;  ///< sentences for people
};

/// How a commit of this device's own is left out of what has not been sent: onto what the remote has the rest
/// is written anew. Crm's own merges need not be, as the next sync makes them again.
std::string leaving_out(const store::Oid& commit, const store::Oid& seen);

/// `unproved` is not empty, parents before children; `seen` is what the remote has, "" for nothing.
HeldBack held_back(Workspace& workspace, const std::vector<sync::Refused>& unproved, const store::Oid& seen);

} // namespace crm::app
