// Days in phrases: the half of phrase::Parser that names a day of the calendar.
#include "base/text.hpp"
#include "core/when_parser.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::core::phrase {

using namespace std::chrono;

namespace {

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits)
    value = value * 10 + (c - '0');
  return value;
}

/// The 24 of "24", "24th", "1st"; nothing for what is no day of a month.
std::optional<unsigned> day_number(std::string_view word) {
  const auto count =
      static_cast<std::size_t>(std::find_if_not(word.begin(), word.end(), base::is_digit) - word.begin());
  const auto rest = word.substr(count);
  if (count == 0 || count > 2) return std::nullopt;
  if (!rest.empty() && rest != "st" && rest != "nd" && rest != "rd" && rest != "th") return std::nullopt;
  return static_cast<unsigned>(number(word.substr(0, count)));
}

std::optional<int> year_number(std::string_view word) {
  if (word.size() != 4 || !std::all_of(word.begin(), word.end(), base::is_digit)) return std::nullopt;
  return number(word);
}

std::string day_and_month(unsigned day, month m) {
  return fmt::format("{} {}", day, name(m));
}

} // namespace

std::optional<LocalDate> Parser::read_day() {
  const std::string& text = word();
  if (text == "today") return skip(), today();
  if (text == "tomorrow" || text == "tmrw" || text == "tmr") return skip(), today() + days{1};
  if (text == "yesterday") return skip(), today() - days{1};
  if (text == "day" && word(1) == "after" && word(2) == "tomorrow") return skip(3), today() + days{2};
  if (text == "day" && word(1) == "before" && word(2) == "yesterday") return skip(3), today() - days{2};
  using Read = std::optional<LocalDate> (Parser::*)();
  for (const Read read : {&Parser::read_weekday, &Parser::read_relative_weekday, &Parser::read_end,
                          &Parser::read_named_date, &Parser::read_numeric_date}) {
    if (auto day = (this->*read)(); day || problem) return problem ? std::nullopt : day;
  }
  return std::nullopt;
}

std::optional<LocalDate> Parser::read_weekday() {
  const auto wanted = weekday_named(word());
  if (!wanted) return std::nullopt;
  skip();
  if (word(1) == "week" && (word() == "next" || word() == "this")) {
    const auto week = start_of_week(today(), m_context.week_start) + days{word() == "next" ? 7 : 0};
    return skip(2), on_or_after(week, *wanted);
  }
  // "monday week", as the British say it.
  if (word() == "week") return skip(), on_or_after(today() + days{1}, *wanted) + days{7};
  // "tue 24 nov": the date says which, and the weekday is checked.
  auto date = read_named_date();
  if (!date && !problem) date = read_numeric_date();
  if (problem) return std::nullopt;
  if (!date && looks_back()) return on_or_after(today() - days{7}, *wanted);
  if (!date) return on_or_after(m_from.value_or(today() + days{1}), *wanted);
  if (weekday{*date} != *wanted)
    return refuse_day(
        fmt::format("{} is a {}, not a {}", to_words(*date).substr(4), name(weekday{*date}), name(*wanted)),
        "leave the weekday out, or check the date and its year");
  return date;
}

std::optional<LocalDate> Parser::read_relative_weekday() {
  const std::string which = word();
  if (which != "next" && which != "last" && which != "this") return std::nullopt;
  std::size_t used = 2;
  auto wanted = weekday_named(word(1));
  if (!wanted && word(1) == "week" && (wanted = weekday_named(word(2)))) used = 3;
  if (!wanted) {
    if (const auto unit = unit_named(word(1)); unit && (unit->days > 1 || unit->months > 0))
      return refuse_day(fmt::format("\"{} {}\" is more than one day", which, word(1)),
                        which == "last" ? "name the day: last mon, 3 days ago"
                                        : "name the day: next mon, in 1 week, end of month");
    return refuse_day(fmt::format("\"{}\" wants a weekday behind it", which),
                      "for example: next tue, last mon, this fri 9:00");
  }
  const auto week = start_of_week(today(), m_context.week_start);
  skip(used);
  if (which == "next") return on_or_after(week + days{7}, *wanted);
  if (which == "this") return on_or_after(week, *wanted);
  if (used == 3) return on_or_after(week - days{7}, *wanted);
  return on_or_after(today() - days{7}, *wanted);
}

std::optional<LocalDate> Parser::read_end() {
  std::string unit;
  std::size_t used = 1;
  if (word() == "eod")
    unit = "day";
  else if (word() == "eow")
    unit = "week";
  else if (word() == "eom")
    unit = "month";
  else if (word() == "eoy")
    unit = "year";
  else if (word() == "end" && word(1) == "of") {
    used = word(2) == "the" || word(2) == "this" ? 4 : 3;
    unit = word(used - 1);
  } else
    return std::nullopt;
  const year_month_day now{today()};
  LocalDate date = today();
  if (unit == "week")
    date = start_of_week(today(), m_context.week_start) + days{6};
  else if (unit == "month")
    date = last_of(now.year() / now.month());
  else if (unit == "year")
    date = last_of(now.year() / December);
  else if (unit != "day")
    return refuse_day("\"end of\" wants day, week, month or year behind it");
  return skip(used), date;
}

std::optional<LocalDate> Parser::in_coming_year(month m, unsigned day) {
  const LocalDate from = m_from.value_or(today());
  const int year = static_cast<int>(year_of(from));
  if (looks_back())
    for (int y = year; y >= year - 8; --y)
      if (const auto date = make_date(y, m, day); date && *date <= from) return date;
  for (int y = year; y <= year + 8; ++y) // 29 February may be eight years away
    if (const auto date = make_date(y, m, day); date && *date >= from) return date;
  return refuse_day("there is no " + day_and_month(day, m));
}

std::optional<LocalDate> Parser::read_named_date() {
  auto m = month_named(word());
  std::size_t used = 2;
  std::optional<unsigned> day;
  if (m) {
    day = day_number(word(1));
    if (!day)
      return refuse_day(fmt::format("\"{}\" is a month, not a day", word()),
                        "write the day with it: 24 nov, nov 24 2026");
  } else if ((day = day_number(word()))) {
    if (word(1) == "of") ++used;
    m = month_named(word(used - 1));
    if (!m && !base::is_digit(word().back()))
      return refuse_day(quoted() + " is a day without its month", "write the month with it: 24 nov");
    if (!m) return std::nullopt;
  } else
    return std::nullopt;
  const auto year = year_number(word(used));
  if (!year) {
    const auto date = in_coming_year(*m, *day);
    if (date) skip(used);
    return date;
  }
  if (*year < first_year || *year > last_year)
    return refuse_day(fmt::format("{} is outside the years {} to {}", *year, first_year, last_year),
                      "a time behind a day is written with a colon: 24 nov 14:30");
  const auto date = make_date(*year, *m, *day);
  if (!date) return refuse_day(fmt::format("there is no {} {}", day_and_month(*day, *m), *year));
  return skip(used + 1), date;
}

std::optional<LocalDate> Parser::read_numeric_date() {
  const std::string text = word();
  if (text.empty() || !base::is_digit(text.front())) return std::nullopt;
  std::vector<std::string_view> parts;
  char separator = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && base::is_digit(text[i])) continue;
    parts.emplace_back(std::string_view(text).substr(begin, i - begin));
    begin = i + 1;
    if (i == text.size()) break;
    if ((text[i] != '-' && text[i] != '/' && text[i] != '.') || (separator != 0 && separator != text[i]))
      return std::nullopt;
    separator = text[i];
  }
  if (std::any_of(parts.begin(), parts.end(),
                  [](std::string_view part) { return part.empty() || part.size() > 4; }))
    return std::nullopt;
  if (parts.size() == 1) {
    if (parts[0].size() == 4 && number(parts[0]) >= first_year && number(parts[0]) <= last_year)
      return refuse_day(quoted() + " is a year, not a day",
                        "a day is written like 2026-11-24, a time like 14:30");
    return std::nullopt;
  }
  if (parts.size() == 2 && separator == '-' && parts[0].size() == 4)
    return refuse_day(quoted() + " is a month, not a day",
                      "write the day with it: " + std::string(text) + "-24");
  if (parts.size() == 2 && separator == '.')
    return refuse_day(quoted() + " could be a day or a time", "write 24 nov, or 14:30");
  if (parts.size() == 2 && separator == '-')
    return refuse_day(quoted() + " is neither a day nor a time",
                      "a day is written like 2026-11-24, a time like 14:30");
  if (parts.size() == 3 && parts[0].size() == 4) {
    const std::string iso = fmt::format("{}-{:02}-{:02}", parts[0], number(parts[1]), number(parts[2]));
    const auto date = parse_date(iso);
    if (!date)
      return refuse_day(fmt::format("there is no day {}", quoted()),
                        "a day is written year-month-day: 2026-11-24");
    if (iso != text) return refuse_day(quoted() + " is not how crm writes days", "write " + iso);
    if (!in_range(*date))
      return refuse_day(fmt::format("{} is outside the years {} to {}", quoted(), first_year, last_year));
    return skip(), date;
  }
  return refuse_day(quoted() + " is read as a different day in different countries",
                    "write year-month-day, like 2026-11-24, or name the month: 24 nov 2026");
}

} // namespace crm::core::phrase
