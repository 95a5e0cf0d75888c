// The grammar of time phrases: what parse_when (one time) and parse_days (a range of days) have in common.
#pragma once

#include "core/when.hpp"
#include "core/when_calendar.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core::phrase {

/// Reads a phrase word by word. Each read_… gives nothing and stays where it is when the next words are not
/// its own; when they are but make no sense, it also sets `problem`, and nothing further should be read.
class Parser {
 public:
  Parser(std::string_view phrase, const WhenContext& context);

  std::optional<NotATime> problem;

  bool done() const { return m_at >= m_words.size(); }
  /// The word `ahead` of the next one, lower-case; empty beyond the end.
  const std::string& word(std::size_t ahead = 0) const;
  void skip(std::size_t words = 1) { m_at += words; }
  void rewind() { m_at = 0; }

  /// "today", "fri", "next tue", "24 nov 2026", "2026-11-24", "end of month".
  std::optional<LocalDate> read_day();
  /// "14:00", "2pm", "noon"; after a day also "9".
  enum class After { Nothing, Day };
  struct Clock {
    std::chrono::seconds time;
    std::optional<std::chrono::seconds> offset;
  };
  std::optional<Clock> read_clock(After after);
  /// "now", "+3d", "in 45 minutes", "2 hours ago". No clock when only days were counted.
  struct Moment {
    LocalDate date;
    std::optional<Clock> clock;
  };
  std::optional<Moment> read_moment();

  /// Refuses the next word.
  void unknown();
  void refuse(std::string message, std::string hint = {});
  std::string quoted(std::size_t ahead = 0) const; ///< the word as it was typed, safe to print

  /// With `now` as the phrase's zone has it.
  const WhenContext& context() const { return m_context; }
  bool zone_named() const { return m_zone_named; }
  LocalDate today() const { return std::chrono::floor<std::chrono::days>(m_context.now); }
  /// From here on weekdays and days without a year are the first ones on or after `day`, as at the end of a
  /// range.
  void count_from(LocalDate day) { m_from = day; }

 private:
  void split(std::string_view phrase);
  void take_zone();
  bool looks_back() const { return m_context.nearest == WhenContext::Nearest::Latest && !m_from; }
  std::optional<LocalDate> refuse_day(std::string message, std::string hint = {});
  std::optional<LocalDate> read_weekday();
  std::optional<LocalDate> read_relative_weekday();
  std::optional<LocalDate> read_end();
  std::optional<LocalDate> read_named_date();
  std::optional<LocalDate> read_numeric_date();
  std::optional<LocalDate> in_coming_year(std::chrono::month month, unsigned day);
  std::optional<Amount> read_amount();
  /// Keeps the offset only where the clock shows the time twice.
  Moment exactly(LocalTime wall, std::optional<std::chrono::seconds> offset) const;
  std::optional<Moment> counted(const Amount& amount, int sign);

  WhenContext m_context;
  bool m_zone_named = false;
  std::optional<LocalDate> m_from;
  std::vector<std::string> m_words, m_typed;
  std::size_t m_at = 0;
};

extern const char* const examples;

} // namespace crm::core::phrase
