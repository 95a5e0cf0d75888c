// What can be done with a record of any type.
#pragma once

#include "app/batch.hpp"
#include "app/reach.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct AddRequest {
  std::string type;
  std::optional<std::string> name;      ///< for the schema's name field, or its key
  std::vector<std::string> assignments; ///< field=value
  Mode mode = Mode::Write;
};
Committed add(Workspace& workspace, const AddRequest& request);

struct SetRequest {
  std::string type;                 ///< "" for any
  std::vector<std::string> records; ///< as typed
  std::vector<std::string> assignments;
  std::string force; ///< reason, should the change clash
  Mode mode = Mode::Write;
  Reach reach = Reach::Unsaid; ///< of an occurrence or a series; rule and exceptions are always the series'
  std::vector<std::string> attach{}; ///< files
  bool skip_clashes = false;         ///< leave those as they are whose change clashes
};
/// Throws Refusal(Clash); of several records it names each that clashes.
Committed set(Workspace& workspace, const SetRequest& request);

/// Deletes by a mark. Records that refer to it are named in warnings; they keep the reference.
Committed remove(Workspace& workspace, const std::string& type, const std::vector<std::string>& records,
                 Mode mode, Reach reach = Reach::Unsaid);
/// Of a series, with those of its occurrences that were deleted with it. An occurrence that is cancelled is
/// restored to its first state.
Committed restore(Workspace& workspace, const std::string& type, const std::vector<std::string>& records,
                  const std::string& force, Mode mode);

/// Along the schema's state machine, by the state's name or one of the schema's verbs. Reopening checks for
/// clashes.
struct MoveRequest {
  std::string type;
  std::vector<std::string> records;
  std::string state;
  std::vector<std::string> assignments; ///< written in the same batch
  std::string force;
  Mode mode = Mode::Write;
  Reach reach = Reach::Unsaid;
};
Committed move_state(Workspace& workspace, const MoveRequest& request);

/// A record's file, as it is when a person begins to edit it.
struct EditorText {
  std::string text;      ///< what they get, with what is edited by hand and not committed
  std::string committed; ///< without that
};
EditorText text_for_editor(Workspace& workspace, const Found& found);
/// What was made of the text that they left. They had seen `before` and no more: what was written to the
/// record since stays, and where it was written to the same fields a person decides. Throws
/// Error(InvalidData).
Committed save_from_editor(Workspace& workspace, const Found& found, const EditorText& before,
                           const std::string& text, const std::string& force, Mode mode);

/// The schema's defaults and first state.
core::Map initial_fields(const core::Schema& schema);

} // namespace crm::app
