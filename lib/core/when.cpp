#include "core/when.hpp"

#include "core/when_parser.hpp"

#include <fmt/format.h>

namespace crm::core {

using namespace std::chrono;

const char* const weekday_rule = "A weekday means the next one after today: on a Tuesday, \"tue\" is a week "
                                 "away, and today itself is \"today\". "
                                 "\"next tue\" is the Tuesday of the following week and \"this tue\" that of "
                                 "the current one, weeks beginning as "
                                 "the store says; \"last tue\" is the most recent one before today. A day "
                                 "without a year (\"24 nov\") is the coming "
                                 "one, today included. A time without a day is today, even when it is past. "
                                 "Of what has been (`--since` and `--until` of an audit, `changed:` in a "
                                 "filter) \"tue\" is the last one before today, and \"24 nov\" the last one "
                                 "that has begun.";

WallTime When::wall() const {
  return {date + time.value_or(seconds{0}), time ? offset : std::nullopt};
}

std::variant<When, NotATime> parse_when(std::string_view typed, const WhenContext& context) {
  using phrase::Parser;
  Parser in(typed, context);
  std::optional<LocalDate> date;
  std::optional<Parser::Clock> clock;
  const auto twice = [&](const char* what) { in.refuse(fmt::format("the phrase names two {}", what)); };
  std::string filler; // "at" and its like want something behind them
  while (!in.problem && !in.done()) {
    const std::string& word = in.word();
    if (word == "at" || word == "on" || word == "@" || word == "the") {
      filler = word;
      in.skip();
      continue;
    }
    filler.clear();
    if (const auto moment = in.read_moment()) {
      if (date)
        twice("days");
      else if (clock && moment->clock)
        twice("times");
      date = moment->date;
      if (moment->clock) clock = moment->clock;
    } else if (in.problem) {
      break;
    } else if (const auto time = !date ? std::nullopt : in.read_clock(Parser::After::Day)) {
      if (clock) twice("times");
      clock = time;
    } else if (in.problem) {
      break;
    } else if (const auto day = in.read_day()) {
      if (date) twice("days");
      date = day;
    } else if (in.problem) {
      break;
    } else if (const auto alone = date ? std::nullopt : in.read_clock(Parser::After::Nothing)) {
      if (clock) twice("times");
      clock = alone;
    } else if (!in.problem) {
      in.unknown();
    }
  }
  if (!in.problem && !filler.empty())
    in.refuse(fmt::format("a day or a time is missing after \"{}\"", filler));
  if (!in.problem && !date && !clock) in.refuse("the phrase names no day and no time");
  if (!in.problem && date && !phrase::in_range(*date))
    in.refuse(fmt::format("that is outside the years {} to {}", phrase::first_year, phrase::last_year));
  if (in.problem) return *in.problem;

  When when{date.value_or(in.today()), std::nullopt,    std::nullopt,
            in.context().zone,         in.zone_named(), date.has_value()};
  if (clock) {
    when.time = clock->time;
    when.offset = clock->offset;
  }
  return when;
}

} // namespace crm::core
