// Notes and tasks: what was said, and what follows from it.
#pragma once

#include "app/batch.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct NoteRequest {
  std::string contact; ///< as typed; "" for a note about nothing but `about`
  std::string text;
  std::string kind, outcome;
  std::string about;  ///< any record, as typed
  std::string next;   ///< title of a follow-up task, made in the same batch
  std::string due;    ///< its phrase
  std::string member; ///< who follows up; "" for the writer
  std::vector<std::string> assignments;
  Mode mode = Mode::Write;
  std::vector<std::string> attach{}; ///< files
};
/// The note comes first in the result, then the task.
Committed take_note(Workspace& workspace, const NoteRequest& request);

struct TaskRequest {
  std::string title, due, member, about, contact, priority;
  std::vector<std::string> assignments;
  Mode mode = Mode::Write;
};
Committed add_task(Workspace& workspace, const TaskRequest& request);

struct DealRequest {
  std::string contact, title, value, stage, owner, expected;
  std::vector<std::string> assignments;
  Mode mode = Mode::Write;
};
Committed add_deal(Workspace& workspace, const DealRequest& request);

} // namespace crm::app
