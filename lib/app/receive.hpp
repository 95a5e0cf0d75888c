// What came is judged before it is merged, and so is what this device has and the other side has not: a batch
// may have become one that does not count, by a device's being revoked.
#pragma once

#include "app/workspace.hpp"
#include "sync/judge.hpp"

#include <string>
#include <vector>

namespace crm::app {

struct Judged {
  store::Oid theirs;      ///< what is to be merged: what came, or that without what was put aside
  store::Oid ours_before; ///< HEAD, when it was judged
  store::Oid ours;        ///< what it is to be merged with: HEAD, or that without what was put aside
  std::vector<sync::Refused> put_aside; ///< now, of either side
  /// Of theirs: nothing that came may be taken in.
  std::vector<sync::Refused> unproved;
  std::vector<store::Oid> asides; ///< commits that put something aside, new to this device
};
/// Moves nothing. Throws Error(InvalidData) where the put-aside commits cannot be made.
Judged judge_received(Workspace& workspace, const store::Oid& tip);

/// From here on the put-aside commits are known here.
void remember_asides(store::Repository& repository, const std::vector<store::Oid>& asides);

/// Of what this device would send, the batches that no other would take in: nobody vouched for the key yet,
/// or somebody committed by hand without one.
std::vector<sync::Refused> not_to_be_sent(Workspace& workspace, const store::Oid& head,
                                          const store::Oid& seen);

/// Puts aside what stands against HEAD since `known`, a commit before all of it. Returns what that was.
std::vector<sync::Refused> put_aside_here(Workspace& workspace, store::Transaction& transaction,
                                          const store::Oid& known);

/// "3f2a… of bob on tablet-2: it is not signed" for people.
std::string refusal_text(const sync::Refused& refused);

} // namespace crm::app
