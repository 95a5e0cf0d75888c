// Several records that are one and the same: one of them counts, the others lead to it. Nothing that refers
// to them is rewritten; see lib/core/redirect.
#pragma once

#include "app/batch.hpp"

#include <string>
#include <utility>
#include <vector>

namespace crm::app {

struct MergeRequest {
  std::string type;
  std::string kept;                ///< the record that counts, as typed
  std::vector<std::string> others; ///< as typed; one that was merged already carries over what came since
  std::vector<std::pair<std::string, std::string>> takes; ///< a field, and the record that it is taken from
  std::vector<std::string> assignments;                   ///< field=value, after all that
  Mode mode = Mode::Write;
};

struct MergeField {
  enum class How {
    Same,   ///< nothing to choose
    Kept,   ///< the counting record's own, where others differ
    Filled, ///< it had none
    Joined, ///< of all
    Taken,  ///< from the one that was asked for
    Newer,  ///< written to a merged record by somebody who did not know of the merge
    Set     ///< as an assignment says
  };
  std::string field;
  std::vector<core::Value> values; ///< of the counting record, then of the others
  core::Value result;
  How how = How::Same;
};
std::string_view to_text(MergeField::How how); ///< "kept"

struct MergeReport {
  Committed committed;
  Found kept;
  std::vector<Found> others;
  std::vector<MergeField> fields;                             ///< that any of them has, in schema order
  std::vector<std::pair<std::string, std::size_t>> following; ///< how many of which type refer to the others
};

/// One batch: what the others know is written to the counting record (lists are united, gaps filled, long
/// texts put one below the other; where both have a value the counting record's stays, unless it is taken),
/// and each of the others gets its redirect. Throws Error(Usage) when they are one record, or the store's
/// schema has no place for a redirect. Notes who reads them, where their type wants that: the report tells
/// their fields.
MergeReport merge_records(Workspace& workspace, const MergeRequest& request);

} // namespace crm::app
