// Undo and rollback: batches' own changes taken back, field by field, as one new batch.
#pragma once

#include "app/batch.hpp"
#include "app/revert.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crm::app {

struct UndoRequest {
  /// Batch id, commit id or a unique beginning of either, of 4 characters or more; "" for this device's last
  /// batch that nobody has undone and that is no undo itself; a rollback is one.
  std::string batch;
  Later later = Later::Refuse;
  Mode mode = Mode::Write;
};

/// What was taken back: a batch, or a commit that git itself made.
struct TakenBack {
  std::string batch; ///< or the commit's id
  std::string summary, member, device;
  std::optional<core::StampTime> at;
  bool only_says = false;  ///< it wrote no record: what it says of other batches is what is taken back
  std::size_t dropped = 0; ///< batches that it dropped of what was put aside: they wait again
};

struct Undone {
  Committed committed;
  std::vector<TakenBack> batches; ///< newest first
  std::vector<std::string> kept;  ///< sentences: what later writes changed and was left
};
/// Throws Error(NotFound) when there is no such batch, Error(Ambiguous) when several begin so, Error(Usage)
/// for a commit that holds no changes of its own, and Error(Conflicts) when later writes are in the way.
Undone undo(Workspace& workspace, const UndoRequest& request);

/// Those named, and those that all the given filters choose.
struct RollbackRequest {
  std::vector<std::string> batches;
  std::string member, device;           ///< "" for any
  std::optional<core::StampTime> since; ///< by the writing device's clock
  std::size_t sync = 0;                 ///< what the so-and-so-many-last sync brought; 0: whichever
  std::set<std::string> agreed{};       ///< as TakenBack names them: these and no others
  Later later = Later::Keep;
  Mode mode = Mode::Write;
};
/// As undo. Can itself be rolled back. Works on what has been synced: it is a batch like any other.
Undone rollback(Workspace& workspace, const RollbackRequest& request);

} // namespace crm::app
