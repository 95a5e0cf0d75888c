// Rules of recurrence, RFC 5545 §3.3.10, for what happens at most once on a day. Pure: a rule and a first day
// give days; what the clock shows is the same on each of them, so that no clock change moves an occurrence.
//
// Written here rather than taken from libical, whose every use loads ICU (3 ms, twice the start of crm); the
// unit tests compare it with libical on random rules.
#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::core {

/// "TU", "2TU", "-1FR": `nth` 0 is every one, negative counts from the end of the month or year.
struct NthDay {
  int nth = 0;
  std::chrono::weekday day;
  friend bool operator==(const NthDay&, const NthDay&) = default;
};

struct Recurrence {
  enum class Every { Day, Week, Month, Year };
  Every every = Every::Week;
  int interval = 1;
  std::optional<int> count;       ///< not with `until`
  std::optional<LocalDate> until; ///< the last day on which it may happen
  std::vector<NthDay> days;
  std::vector<int> month_days, year_days, weeks, months, positions; ///< negative ones count from the end
  std::chrono::weekday week_start = std::chrono::Monday;
  friend bool operator==(const Recurrence&, const Recurrence&) = default;
  bool endless() const { return !count && !until; }
};

/// Why a rule was not taken: a sentence that names the part, and what would do.
struct NotARule {
  std::string message, hint;
};

/// An RRULE's value, with or without "RRULE:" before it. An UNTIL with a time, in UTC or on the wall, becomes
/// the last day that it leaves to something at `start`. Refused by name: parts that would make it happen more
/// than once a day (HOURLY, BYHOUR, …), parts of other RFCs (RSCALE, SKIP), and what §3.3.10 forbids.
std::variant<Recurrence, NotARule> parse_rrule(std::string_view text, const WallTime& start,
                                               std::string_view zone);
/// "day", "2 days", "weekday", "week on tue,thu", "month on 15", "month on 2nd tue", "month on last fri",
/// "year".
std::variant<Recurrence, NotARule> parse_every(std::string_view phrase);

std::string to_rrule(const Recurrence& rule); ///< canonical: what a record keeps
std::string to_words(const Recurrence& rule); ///< "every 2 weeks on Tue and Thu, until Fri 18 Dec 2026"

/// The days of a rule that begins on `first` within [from, to], at most `most`; sorted. Work is bounded by
/// the stretch that is asked for, and with COUNT by the count; nothing later than 400 years after `first`.
std::vector<LocalDate> recurring_days(const Recurrence& rule, LocalDate first, LocalDate from, LocalDate to,
                                      std::size_t most);
/// The last day; nothing when it has no end. For a rule that gives no day at all, `first`.
std::optional<LocalDate> last_day(const Recurrence& rule, LocalDate first);

/// The same rule up to `day`, exclusive, and what it has left from then on.
Recurrence before(const Recurrence& rule, LocalDate day);
Recurrence from(const Recurrence& rule, LocalDate first, LocalDate day);

/// The same rule so many days later: weekdays move along. Nothing when the rule says more than weekdays about
/// its days, or when with an interval they would fall into different weeks.
std::optional<Recurrence> shifted(const Recurrence& rule, LocalDate first, int by);

inline constexpr int most_occurrences = 10'000; ///< that a COUNT may ask for

} // namespace crm::core
