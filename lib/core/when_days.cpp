// Ranges of days: "this week", "mon..fri", "2026-11".
#include "base/text.hpp"
#include "core/when.hpp"
#include "core/when_parser.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::core {
namespace {

using namespace std::chrono;
using phrase::Parser;

constexpr auto range_examples =
    "for example: today, fri, this week, next month, november, 2026-11, mon..fri, today..+7d, "
    "2026-11-24..2026-12-01";

Days days_of(year_month month) {
  return {phrase::first_of(month), phrase::last_of(month)};
}

std::optional<int> year_number(std::string_view word) {
  if (word.size() != 4 || !std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return (word[0] - '0') * 1000 + (word[1] - '0') * 100 + (word[2] - '0') * 10 + (word[3] - '0');
}

/// "this week", "next month", "2026-11", "november 2026", "2026"; nothing when the phrase is another.
std::optional<Days> read_span(Parser& in, LocalDate from) {
  std::string which = in.word();
  std::size_t used = 1;
  if (which == "this" || which == "next" || which == "last")
    used = 2;
  else
    which = "this";
  const std::string& unit = in.word(used - 1);
  const int shift = which == "next" ? 1 : which == "last" ? -1 : 0;
  const year_month now = year_month_day{in.today()}.year() / year_month_day{in.today()}.month();
  std::optional<Days> span;
  if (unit == "week") {
    const auto first = phrase::start_of_week(in.today(), in.context().week_start) + weeks{shift};
    span = Days{first, first + days{6}};
  } else if (unit == "month") {
    span = days_of(now + months{shift});
  } else if (unit == "year") {
    const year y = now.year() + years{shift};
    span = Days{phrase::first_of(y / January), phrase::last_of(y / December)};
  } else if (used == 2) {
    return std::nullopt;
  } else if (const auto month = phrase::month_named(unit)) {
    auto year = year_number(in.word(1));
    if (year) used = 2;
    const auto coming = year_month{phrase::year_of(from), *month};
    if (year)
      span = days_of(year_month{std::chrono::year{*year}, *month});
    else if (in.context().nearest == WhenContext::Nearest::Latest)
      span = days_of(phrase::first_of(coming) > from ? coming - years{1} : coming);
    else
      span = days_of(phrase::last_of(coming) < from ? coming + years{1} : coming);
  } else if (unit.size() == 7 && unit[4] == '-') {
    if (const auto first = parse_date(unit + "-01"))
      span = days_of(year_month_day{*first}.year() / year_month_day{*first}.month());
  } else if (const auto year = year_number(unit)) {
    span = Days{phrase::first_of(std::chrono::year{*year} / January),
                phrase::last_of(std::chrono::year{*year} / December)};
  }
  if (!span || !in.word(used).empty()) return std::nullopt;
  return span;
}

/// One side of a range, or all of the phrase.
std::variant<Days, NotATime> one_side(std::string_view typed, const WhenContext& context,
                                      std::optional<LocalDate> from) {
  Parser in(typed, context);
  if (in.problem) return NotATime{in.problem->message, range_examples};
  if (from) in.count_from(*from);
  std::optional<Days> span = read_span(in, from.value_or(in.today()));
  if (!span && from && (in.word() == "the" || in.word() == "on")) in.skip();
  if (!span && from) {
    // At the end of a range a weekday is the first one from the beginning on: parse_when would count from
    // today.
    if (const auto day = in.read_day(); day && in.done()) span = Days{*day, *day};
    if (in.problem) return *in.problem;
    in.rewind();
  }
  if (!span) {
    auto when = parse_when(typed, context);
    if (auto* problem = std::get_if<NotATime>(&when)) {
      if (problem->hint == phrase::examples) problem->hint = range_examples;
      return *problem;
    }
    const auto& day = std::get<When>(when);
    if (day.time)
      return NotATime{fmt::format("\"{}\" is a time; a day is wanted", base::printable(typed)),
                      range_examples};
    span = Days{day.date, day.date};
  }
  if (!phrase::in_range(span->first) || !phrase::in_range(span->last))
    return NotATime{fmt::format("that is outside the years {} to {}", phrase::first_year, phrase::last_year),
                    range_examples};
  return *span;
}

} // namespace

std::variant<Days, NotATime> parse_days(std::string_view typed, const WhenContext& given) {
  constexpr std::string_view separator = "..";
  const auto at = typed.find(separator);
  if (at == std::string_view::npos) return one_side(typed, given, std::nullopt);
  const auto left = base::trim(typed.substr(0, at)), right = base::trim(typed.substr(at + separator.size()));
  if (left.empty() || right.empty())
    return NotATime{
        fmt::format("one end of the range \"{}\" is missing", base::fit(base::printable(typed), 60)),
        range_examples};
  // A zone stands behind the whole range, and both ends are counted by its today.
  const Parser end(right, given);
  const auto first = one_side(left, end.problem ? given : end.context(), std::nullopt);
  if (const auto* problem = std::get_if<NotATime>(&first)) return *problem;
  const LocalDate begin = std::get<Days>(first).first;
  WhenContext from_there = given;
  from_there.nearest = WhenContext::Nearest::Coming;
  const auto last = one_side(right, from_there, begin);
  if (const auto* problem = std::get_if<NotATime>(&last)) return *problem;
  const Days range{begin, std::get<Days>(last).last};
  if (range.last < range.first)
    return NotATime{fmt::format("the range ends on {}, before it begins on {}", to_words(range.last),
                                to_words(range.first)),
                    range_examples};
  return range;
}

} // namespace crm::core
