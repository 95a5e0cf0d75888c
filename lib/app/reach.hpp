// How far a change of one of a series reaches, and what it leaves alone.
#pragma once

#include "app/batch.hpp"
#include "core/recurrence.hpp"

#include <optional>
#include <vector>

namespace crm::app {

/// Unsaid is This for an occurrence, and refused for a series, of which it does not say which one is meant.
enum class Reach { Unsaid, This, Future, All };

/// A record that a change is made to.
struct Reached {
  core::Record record;
  std::optional<core::Record>
      series_says; ///< of an occurrence with a record of its own: how it would be without
};

/// The records that a change reaches, ready to be changed in the batch. Future splits the series before the
/// occurrence that is named: what it is from there on becomes a record of its own, of the same root, with an
/// id that two devices arrive at alike. Records of occurrences that are deleted, or over and done with, are
/// left out. Throws Error(Usage) where the reach makes no sense.
enum class Over { Left, Included }; ///< what is done, or was called off on its own
std::vector<Reached> reach_of(Batch& batch, const Found& found, Reach reach, Over over = Over::Left);

/// Those of the edits that are the record's to take: a change of a series leaves alone what an occurrence was
/// given on its own, and the rule is the series' alone.
std::vector<core::Edit> edits_for(const Reached& reached, const core::Schema& schema,
                                  const std::vector<core::Edit>& edits);

/// A new record with an id that follows from others: where it has been before, it is brought back.
void put_or_revive(Batch& batch, const core::Record& record);

/// Moves what is reached by whole days to `start`. The series goes on under an id of its own, and so do those
/// of its occurrences that have records, but for those that are over: they stay on their day. Returns the new
/// series.
std::vector<core::Record> move_days(Batch& batch, const Found& found, Reach reach,
                                    const core::WallTime& start, const std::string& zone);

/// "7f3k@2026-12-01" for the next occurrence, for hints; "" when there is none.
std::string next_occurrence(Workspace& workspace, const core::Record& series);

} // namespace crm::app
