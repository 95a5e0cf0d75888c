// What keeps batches where they are, of this device or for it, and what can be done about that.
#pragma once

#include "app/receive.hpp"
#include "sync/merge.hpp"

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

/// The edits by hand of files that the plan would change, and what can be done with them; "" where none are.
std::string edits_in_the_way(const store::Repository& repository, const sync::MergePlan& plan);

} // namespace crm::app
