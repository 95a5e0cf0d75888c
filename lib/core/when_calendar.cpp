#include "core/when_calendar.hpp"

#include <algorithm>
#include <array>

namespace crm::core::phrase {
namespace {

using namespace std::chrono;

constexpr std::array<const char*, 7> weekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                              "Thursday", "Friday", "Saturday"};
constexpr std::array<const char*, 12> months{"January",   "February", "March",    "April",
                                             "May",       "June",     "July",     "August",
                                             "September", "October",  "November", "December"};

/// Whether `word` is `full` in lower case, or one of its usual beginnings.
bool shortens(std::string_view word, std::string_view full, std::initializer_list<std::size_t> lengths) {
  const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); };
  if (word.size() > full.size() || !std::equal(word.begin(), word.end(), full.begin(), same)) return false;
  return word.size() == full.size() ||
         std::find(lengths.begin(), lengths.end(), word.size()) != lengths.end();
}

} // namespace

std::optional<weekday> weekday_named(std::string_view word) {
  for (unsigned i = 0; i < weekdays.size(); ++i) {
    if (shortens(word, weekdays[i], {3})) return weekday{i};
  }
  if (word == "tues") return Tuesday;
  if (word == "weds") return Wednesday;
  if (word == "thur" || word == "thurs") return Thursday;
  return std::nullopt;
}

std::optional<month> month_named(std::string_view word) {
  for (unsigned i = 0; i < months.size(); ++i)
    if (shortens(word, months[i], {3})) return month{i + 1};
  if (word == "sept") return September;
  return std::nullopt;
}

const char* name(month m) {
  return months.at(static_cast<unsigned>(m) - 1);
}
const char* name(weekday w) {
  return weekdays.at(w.c_encoding());
}

void Amount::add(std::int64_t count, const Amount& unit) {
  months += count * unit.months;
  days += count * unit.days;
  seconds += count * unit.seconds;
}

std::optional<Amount> unit_named(std::string_view word) {
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), word) != names.end();
  };
  if (is({"m", "min", "mins", "minute", "minutes"})) return Amount{0, 0, 60};
  if (is({"h", "hr", "hrs", "hour", "hours"})) return Amount{0, 0, 3600};
  if (is({"d", "day", "days"})) return Amount{0, 1, 0};
  if (is({"w", "wk", "wks", "week", "weeks"})) return Amount{0, 7, 0};
  if (is({"fortnight", "fortnights"})) return Amount{0, 14, 0};
  if (is({"mo", "mos", "month", "months"})) return Amount{1, 0, 0};
  if (is({"y", "yr", "yrs", "year", "years"})) return Amount{12, 0, 0};
  return std::nullopt;
}

const std::vector<std::string>& vocabulary() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all{
        "now",   "today", "tomorrow", "yesterday", "noon",   "midday",  "midnight", "next",  "last",
        "this",  "in",    "ago",      "from",      "at",     "on",      "the",      "of",    "and",
        "end",   "after", "before",   "day",       "days",   "week",    "weeks",    "month", "months",
        "year",  "years", "hour",     "hours",     "minute", "minutes", "min",      "mins",  "am",
        "pm",    "eod",   "eow",      "eom",       "eoy",    "a",       "an",       "one",   "to",
        "until", "tmrw",  "tues",     "weds",      "thur",   "thurs",   "sept"};
    const auto add = [&](std::string word) {
      for (char& c : word)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      all.push_back(word.substr(0, 3));
      all.push_back(std::move(word));
    };
    for (const char* word : weekdays)
      add(word);
    for (const char* word : months)
      add(word);
    return all;
  }();
  return words;
}

bool in_vocabulary(std::string_view word) {
  return std::find(vocabulary().begin(), vocabulary().end(), word) != vocabulary().end() || unit_named(word);
}

bool in_range(LocalDate date) {
  return date >= LocalDate{year{first_year} / January / 1} &&
         date <= LocalDate{year{last_year} / December / 31};
}

year year_of(LocalDate date) {
  return year_month_day{date}.year();
}

std::optional<LocalDate> make_date(int y, month m, unsigned d) {
  const year_month_day date{year{y}, m, day{d}};
  return date.ok() ? std::optional<LocalDate>(date) : std::nullopt;
}

LocalDate first_of(year_month month) {
  return LocalDate{month / 1};
}
LocalDate last_of(year_month month) {
  return LocalDate{month / std::chrono::last};
}

std::optional<LocalDate> add_months(LocalDate date, std::int64_t count) {
  const year_month_day from{date};
  const std::int64_t total =
      static_cast<int>(from.year()) * std::int64_t{12} + static_cast<unsigned>(from.month()) - 1 + count;
  if (total < first_year * 12 || total >= (last_year + 1) * 12) return std::nullopt;
  const year_month to{year{static_cast<int>(total / 12)}, month{static_cast<unsigned>(total % 12 + 1)}};
  return std::min(first_of(to) + (from.day() - day{1}), last_of(to));
}

LocalDate start_of_week(LocalDate date, weekday week_start) {
  return date - (weekday{date} - week_start);
}
LocalDate on_or_after(LocalDate from, weekday wanted) {
  return from + (wanted - weekday{from});
}

} // namespace crm::core::phrase
