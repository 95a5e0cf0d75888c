#include "core/time.hpp"

#include <fmt/format.h>

namespace crm::core {
namespace {

/// Reads fixed-width fields from the front of a text.
class Fields {
 public:
  explicit Fields(std::string_view text) : m_rest(text) {}

  bool done() const { return m_rest.empty(); }
  bool skip(char expected) {
    if (m_rest.empty() || m_rest.front() != expected) return false;
    m_rest.remove_prefix(1);
    return true;
  }
  std::optional<int> number(std::size_t width) {
    if (m_rest.size() < width) return std::nullopt;
    int value = 0;
    for (const char c : m_rest.substr(0, width)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    m_rest.remove_prefix(width);
    return value;
  }

 private:
  std::string_view m_rest;
};

std::optional<LocalDate> read_date(Fields& in) {
  const auto year = in.number(4);
  if (!year || !in.skip('-')) return std::nullopt;
  const auto month = in.number(2);
  if (!month || !in.skip('-')) return std::nullopt;
  const auto day = in.number(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (*year == 0 || !date.ok()) return std::nullopt;
  return LocalDate{date};
}

/// HH:MM or HH:MM:SS.
std::optional<std::chrono::seconds> read_clock(Fields& in) {
  const auto hour = in.number(2);
  if (!hour || *hour > 23 || !in.skip(':')) return std::nullopt;
  const auto minute = in.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0;
  if (in.skip(':')) {
    const auto read = in.number(2);
    if (!read || *read > 59) return std::nullopt;
    second = *read;
  }
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{second};
}

std::string clock_text(std::chrono::seconds time) {
  const std::chrono::hh_mm_ss clock{time};
  std::string text = fmt::format("{:02}:{:02}", clock.hours().count(), clock.minutes().count());
  if (clock.seconds().count() != 0) text += fmt::format(":{:02}", clock.seconds().count());
  return text;
}

} // namespace

std::string to_text(LocalDate date) {
  const std::chrono::year_month_day day{date};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string to_text(const WallTime& wall) {
  const auto date = std::chrono::floor<std::chrono::days>(wall.time);
  std::string text = to_text(date) + "T" + clock_text(wall.time - date);
  if (wall.offset)
    text += (wall.offset->count() < 0 ? "-" : "+") + clock_text(std::chrono::abs(*wall.offset));
  return text;
}

std::optional<LocalDate> parse_date(std::string_view text) {
  Fields in{text};
  const auto date = read_date(in);
  return in.done() ? date : std::nullopt;
}

std::optional<WallTime> parse_wall_time(std::string_view text) {
  Fields in{text};
  const auto date = read_date(in);
  if (!date || !in.skip('T')) return std::nullopt;
  const auto time = read_clock(in);
  if (!time) return std::nullopt;
  WallTime wall{*date + *time, std::nullopt};
  if (in.done()) return wall;
  const bool east = in.skip('+');
  if (!east && !in.skip('-')) return std::nullopt;
  const auto offset = read_clock(in);
  if (!offset || !in.done()) return std::nullopt;
  wall.offset = east ? *offset : -*offset;
  return wall;
}

} // namespace crm::core
