// What a program elsewhere changed in a file of a calendar folder, as edits of the book's records: three
// ways, by what the file was when both sides last agreed.
#pragma once

#include "app/batch.hpp"
#include "app/exchange/calendar_file.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// What was changed in one entry.
struct ItemChange {
  std::vector<core::Edit> edits; ///< null unsets
  std::vector<std::string> added_tags, removed_tags;
  bool empty() const { return edits.empty() && added_tags.empty() && removed_tags.empty(); }
};

/// From `before` to `after`. Fields that only a book knows are nobody's to change elsewhere; a zone that is
/// only written differently is none.
ItemChange change_of(const CalendarItem& before, const CalendarItem& after);

struct FileChange {
  CalendarFile base; ///< when both sides last agreed
  CalendarFile now;  ///< as the other program has left it
  CalendarFile ours; ///< as the book has it
};

/// Whether both say the same of what a book has fields for.
bool same_calendar(const CalendarFile& a, const CalendarFile& b);

struct AppliedChange {
  std::vector<std::string> changed;   ///< ids
  std::vector<std::string> conflicts; ///< units, of whatever record of the file
};

/// Writes into the batch what changed from `base` to `now`. Where the book has changed the same since,
/// `change_beside`. Clashes are checked unless `force` says why not. Throws Error(InvalidData) for what the
/// book cannot have, Refusal(Clash).
AppliedChange apply_calendar_change(Batch& batch, core::Record record, const FileChange& change,
                                    const std::string& force);

/// Brings the records of occurrences that `file` has to a series that the batch has just made.
void add_calendar_occurrences(Batch& batch, const core::Record& series, const CalendarFile& file,
                              const std::string& force);

} // namespace crm::app
