// Booking and changing series: rules as people give them, clashes of all occurrences, and what a change
// reaches.
#pragma once

#include "app/booking.hpp"
#include "core/occurrence.hpp"
#include "core/recurrence.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

/// What clashes on one day of a series.
struct DayClashes {
  core::LocalDate day;
  core::Interval time; ///< of the occurrence
  std::vector<Clash> clashes;
};

/// The days of a series that checks look at: see `find_series_clashes`.
std::vector<core::LocalDate> checked_days(Workspace& workspace, const core::Record& series,
                                          const core::Series& read);

/// Of every occurrence within `checked_ahead` of now, or of its first day when that is later, and of at most
/// `checked_occurrences`. Other occurrences of the same series are left out: they are what is being booked.
std::vector<DayClashes> find_series_clashes(Workspace& workspace, const core::Record& series,
                                            const core::Schema& schema, const Roots& besides = {});

/// What stands in the way of an appointment, or of the occurrences of a series, and a line for each.
struct InTheWay {
  std::vector<Clash> clashes;
  std::vector<std::string> lines;
};
InTheWay in_the_way(Workspace& workspace, const core::Record& appointment, const core::Schema& schema);

/// As `override_clashes`, for a series: every clash is named.
core::Value override_series_clashes(Workspace& workspace, const core::Record& series,
                                    const std::string& force, const Roots& besides = {});

/// The rule that a request asks for, and its first day on or after that of `start`, to which `start` is
/// moved. Throws Error(Usage) with what is allowed, also for a rule that gives no day in ten years.
core::Recurrence read_repetition(const Repetition& wanted, Moment& start);

/// Cancels occurrences of a series that the batch has just created, each with the reason.
void skip_occurrences(Batch& batch, const core::Record& series, const std::vector<DayClashes>& skipped);

} // namespace crm::app
