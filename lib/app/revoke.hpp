// A device that was lost or stolen: its keys are not believed any more, but for what the store has of it.
#pragma once

#include "app/batch.hpp"
#include "sync/judge.hpp"

#include <string>
#include <vector>

namespace crm::app {

struct RevokeRequest {
  std::string member; ///< "" where only one member has a key on the device
  std::string device;
  /// The last commits that are still believed, with all before them; none: all that this store has now.
  /// Commits, not a time: a finder sets the clock back.
  std::vector<std::string> last;
  Mode mode = Mode::Write;
};
struct Revoked {
  std::string member, device;
  std::vector<std::string> fingerprints;
  std::vector<store::Oid> last;
  Committed committed;
  std::vector<sync::Refused> put_aside; ///< of what this store has already
};
/// Throws Error(NotFound | Ambiguous | Usage | Denied).
Revoked revoke(Workspace& workspace, const RevokeRequest& request);

} // namespace crm::app
