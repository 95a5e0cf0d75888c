// Undo: a batch's own changes taken back, field by field, as a new batch.
#pragma once

#include "app/batch.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// What to do with fields that later writes have changed.
enum class Later { Refuse, Keep, Overwrite };

struct UndoRequest {
  std::string
      batch; ///< batch id, commit id or a unique beginning of either; "" for the last batch not yet undone
  Later later = Later::Refuse;
  Mode mode = Mode::Write;
};

struct Undone {
  Committed committed;
  std::string batch, summary;    ///< what was undone
  std::vector<std::string> kept; ///< sentences: what later writes changed and was left
};
/// Throws Error(NotFound) when there is no such batch, Error(Conflicts) when later writes are in the way.
Undone undo(Workspace& workspace, const UndoRequest& request);

} // namespace crm::app
