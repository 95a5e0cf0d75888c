// A folder with one calendar file for each appointment (the vdir format of vdirsyncer and khal): written from
// the book, and kept in step with it both ways.
#pragma once

#include "app/batch.hpp"
#include "app/exchange/outgoing.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace crm::app {

/// What came of one file, or of an appointment that has none.
struct CalendarFileOutcome {
  enum class What {
    Written,   ///< the file, from the book
    Removed,   ///< the file: the calendar does not show it any more
    Taken,     ///< the change of another program, into the book
    Booked,    ///< a new appointment
    Cancelled, ///< the file was deleted elsewhere
    Conflict,  ///< taken, and somebody has to choose between two values
    Kept,      ///< deleted elsewhere, and changed here meanwhile: it is back
    Clash,     ///< not taken: somebody or something is taken
    Refused    ///< not taken, and the file left as it is
  };
  What what = What::Written;
  std::string file;
  std::string id;     ///< of the appointment or series; "" when there is none
  std::string reason; ///< of the last three; units of a conflict
  std::string hint;
  std::string batch; ///< that wrote it into the book
};
std::string_view to_text(CalendarFileOutcome::What what);

struct CalendarFolderReport {
  std::string folder; ///< absolute
  Mode mode = Mode::Write;
  std::vector<CalendarFileOutcome> files; ///< but those that are as they were
  std::size_t same = 0;
  std::vector<std::string> unreadable; ///< records
  std::size_t count(CalendarFileOutcome::What what) const;
};

/// Files of what the request matches are made, changed where they differ, and removed where nothing matches
/// any more. Files by other names are nobody's business. Throws Error(Usage) for a folder in the store.
CalendarFolderReport export_calendar_folder(Workspace& workspace, const ExportRequest& request,
                                            const std::string& folder, Mode mode);

/// Throws Error(Usage) for a folder in the store, whether it is there or not: to be asked before it is made.
void refuse_folder_in_store(const Workspace& workspace, const std::string& path);

struct CalendarSyncRequest {
  std::string folder;
  std::string member;                        ///< whose calendar, by key; "" for everybody's
  std::optional<std::chrono::days> past{90}; ///< what ended longer ago is not in the folder; nothing: all
  std::string force;                         ///< reason, should something clash
  bool allow_deletions = false;              ///< even of a large part
  Mode mode = Mode::Write;
};

/// Both ways. A change in the folder is a batch of its own for each file; what differs on both sides is
/// merged by field. What the folder held when both sides last agreed is remembered in the store's private
/// folder. Throws Error(InvalidData) when a large part of the files has gone, and nothing is done.
CalendarFolderReport sync_calendar_folder(Workspace& workspace, const CalendarSyncRequest& request);

} // namespace crm::app
