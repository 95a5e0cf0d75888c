// Series and their occurrences. A series is one record with a rule (`rrule`); its occurrences are computed,
// and nothing is stored of them. One that was changed on its own is a record: it says of which `series` and
// for which `original` day, its id follows from the two, and it begins as a copy of the series with the
// provenance of the series. So two devices that change one occurrence make two versions of one record, which
// merge like any others.
//
// A series happens at most once a day: its occurrences are known by their day, and keep their identity when
// the series moves to another hour.
#pragma once

#include "base/id.hpp"
#include "core/record.hpp"
#include "core/recurrence.hpp"
#include "core/schema.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core {

/// Whether records of the type can be series: it takes time and has the fields `rrule`, `except`, `series`,
/// `original`.
bool may_recur(const Schema& schema);
bool is_series(const Record& record);
/// One that stands for an occurrence of a series.
bool is_override(const Record& record);

/// The series that an occurrence's identity counts from: a series that was split off another one names that
/// one.
base::Id root_of(const Record& series);

/// The id of the record that stands for the occurrence of `root` on a day: the last 12 characters are the
/// root's, and the first four are the day. Distinct for the days of 2,800 years.
base::Id occurrence_id(const base::Id& root, LocalDate day);
/// Whether an id could be of an occurrence of `root`, and of which day.
std::optional<LocalDate> day_of_occurrence(std::string_view id, const base::Id& root);
/// The id of the series that goes on from `day` when a series is split there.
base::Id continuation_id(const base::Id& series, LocalDate day, std::string_view why);

/// A copy of a series or an occurrence under another id, with its provenance; what waits for a decision stays
/// behind.
Record continued(const Record& record, base::Id id);

/// Rule, first day and days left out; nothing when the record is no sound series.
struct Series {
  Recurrence rule;
  WallTime start;
  LocalDate first;
  std::vector<LocalDate> except;
  std::vector<LocalDate> days(LocalDate from, LocalDate to, std::size_t most) const;
  bool holds(LocalDate day) const; ///< that it happens on that day
};
std::optional<Series> read_series(const Record& record, const Schema& schema);

/// What the clock shows on `day` at the hour of `start`; on days of clock changes the first time after a gap,
/// and of two the earlier one.
WallTime on_day(const WallTime& start, LocalDate day, const std::string& zone);

/// The occurrence on `day` as a record: as the series says, with the provenance of the series.
Record occurrence(const Record& series, const Schema& schema, LocalDate day);

} // namespace crm::core
