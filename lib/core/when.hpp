// Phrases for times: "14:00", "tomorrow 2pm", "next tue 9", "fri", "+3d", "in 2 weeks", "2026-11-24 14:00
// Europe/Paris".
#pragma once

#include "core/time.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace crm::core {

struct WhenContext {
  LocalTime now;    ///< in `zone`
  std::string zone; ///< used where the phrase names none
  std::chrono::weekday week_start = std::chrono::Monday;
  std::optional<std::chrono::seconds>
      now_offset{}; ///< tells which `now` is meant in the hour that a clock shows twice
  /// Which is meant by a month, or a day of one, that names no year: the first from today on, or the last one
  /// that has begun. And by a weekday: the first after today, or the last before.
  enum class Nearest { Coming, Latest } nearest = Nearest::Coming;
};

struct When {
  LocalDate date;
  std::optional<std::chrono::seconds>
      time; ///< since local midnight by the clock; nothing when only a day was named
  std::optional<std::chrono::seconds> offset; ///< when the phrase gave one ("01:30+01:00")
  std::string zone;
  bool zone_named = false; ///< by the phrase itself
  bool date_named = false; ///< by the phrase; today otherwise
  WallTime wall() const;   ///< midnight when there is no time
};

/// Why a phrase was not understood: a sentence for people, with examples in `hint`.
struct NotATime {
  std::string message, hint;
};

/// Of weekdays and of days without a year, for `--help`: one paragraph.
extern const char* const weekday_rule;

/// Case-insensitive, English. Does not look at clock changes: see `settle`.
std::variant<When, NotATime> parse_when(std::string_view phrase, const WhenContext& context);

/// A day or a range of days: "today", "fri", "2026-11", "this week", "mon..fri", "2026-11-24..2026-12-01",
/// "2026-11..2026-12". Both ends included.
struct Days {
  LocalDate first, last;
};
std::variant<Days, NotATime> parse_days(std::string_view phrase, const WhenContext& context);

/// Refuses a time that the zone's clock skips (naming both neighbours) or shows twice without an offset to
/// tell which (naming both): otherwise the wall time as a record keeps it (offset only where the clock shows
/// it twice).
std::variant<WallTime, NotATime> settle(const When& when);

/// "Tue 24 Nov 2026, 14:00 (Europe/London)"; a day alone: "Tue 24 Nov 2026".
std::string to_words(const When& when);
std::string to_words(const WallTime& wall, std::string_view zone);
std::string to_words(LocalDate date);

} // namespace crm::core
