// Occurrences of series wherever appointments are asked for: computed for the stretch of time in question, so
// that a series without an end costs no more than one with.
#pragma once

#include "app/project.hpp"
#include "app/workspace.hpp"
#include "core/occurrence.hpp"
#include "core/schema.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

/// How far ahead a question without an end looks at series: without one there would be no last answer.
inline constexpr std::chrono::days looked_ahead{92};
/// How far, and at how many occurrences at most, a series is checked for clashes.
inline constexpr std::chrono::days checked_ahead{366};
inline constexpr std::size_t checked_occurrences = 500;

/// As `index::Index::list`, with occurrences in the place of series. Those of a series that have a record of
/// their own come as that record. Where the query has no `to`, series are looked at for `ahead` from now, or
/// from its `from`.
std::vector<index::Row> rows(Workspace& workspace, const index::Query& query,
                             std::chrono::days ahead = looked_ahead);

/// The same one by one until `visit` says false; where there are no series, one row at a time is in memory.
/// `visit` may ask the index; where it thereby meets damage (index::Stale passes through it), the row comes
/// to it once more.
void each_row(Workspace& workspace, const index::Query& query,
              const std::function<bool(const index::Row&)>& visit, std::chrono::days ahead = looked_ahead);

/// As `index::Index::taken`, with what occurrences take.
std::vector<index::Taken> taken(Workspace& workspace, const std::string& kind, const std::string& key,
                                const core::Interval& time);

/// The occurrences of one series in a stretch of time, those that have a record of their own left out.
std::vector<index::Row> rows_of_series(Workspace& workspace, const index::Row& series,
                                       const core::Interval& time, std::size_t most);

/// A record by its id, or an occurrence that this command has come across.
std::optional<index::Row> row_by_id(Workspace& workspace, std::string_view id);

/// The occurrence that "SERIES@DAY" names: its record, or what the series says of it. Nothing without an "@".
/// Throws Error(NotFound) when there is no such series, or none of it on that day, naming the next ones.
std::optional<Found> named_occurrence(Workspace& workspace, std::string_view type, std::string_view word);
/// By the whole id of an occurrence that is no record.
std::optional<Found> occurrence_by_id(Workspace& workspace, std::string_view type, std::string_view id);

/// As a record would be, of an occurrence that is none.
core::Record derived_occurrence(Workspace& workspace, const Workspace::OccurrenceOf& of);

/// All series of one root: the first one and those split off it, deleted ones left out, by their first day.
std::vector<index::Row> family(Workspace& workspace, const std::string& type, const base::Id& root);
/// Records of occurrences of a root, by their original day.
std::vector<index::Row> overrides(Workspace& workspace, const std::string& type, const base::Id& root);

} // namespace crm::app
