// Names and arithmetic of the calendar, for the phrase parser only.
#pragma once

#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core::phrase {

/// All of them lower-case, short and long ("tue", "tues", "tuesday").
std::optional<std::chrono::weekday> weekday_named(std::string_view word);
std::optional<std::chrono::month> month_named(std::string_view word);

/// One of a unit of time. Months and days are nominal, seconds exact.
struct Amount {
  std::int64_t months = 0, days = 0, seconds = 0;
  void add(std::int64_t count, const Amount& unit);
};
std::optional<Amount> unit_named(std::string_view word);

/// Each word that phrases are made of, for telling slips from zones and for "did you mean".
const std::vector<std::string>& vocabulary();
bool in_vocabulary(std::string_view word);

const char* name(std::chrono::month month);     ///< "November"
const char* name(std::chrono::weekday weekday); ///< "Tuesday"

constexpr int first_year = 1900, last_year = 2200;
bool in_range(LocalDate date);

std::chrono::year year_of(LocalDate date);
/// Nothing when there is no such day.
std::optional<LocalDate> make_date(int year, std::chrono::month month, unsigned day);
LocalDate first_of(std::chrono::year_month month);
LocalDate last_of(std::chrono::year_month month);
/// The same day of a later (or earlier) month, or that month's last day; nothing outside the years that we
/// count.
std::optional<LocalDate> add_months(LocalDate date, std::int64_t months);
LocalDate start_of_week(LocalDate date, std::chrono::weekday week_start);
/// The first such day on or after `from`.
LocalDate on_or_after(LocalDate from, std::chrono::weekday weekday);

} // namespace crm::core::phrase
