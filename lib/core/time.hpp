// Wall time and zones. Records hold wall time and an IANA zone; arithmetic on overlap works on instants.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::core {

using Instant = std::chrono::sys_seconds;     ///< UTC
using LocalTime = std::chrono::local_seconds; ///< what a clock on the wall shows, zone unknown
using LocalDate = std::chrono::local_days;

/// A reading of a wall clock. `offset` (from UTC) is there only where the clock shows the time twice.
struct WallTime {
  LocalTime time;
  std::optional<std::chrono::seconds> offset;
  friend bool operator==(const WallTime&, const WallTime&) = default;
};

/// ISO 8601, "2026-11-24T14:00" (seconds only when not 0), "2026-10-25T01:30+01:00" with an offset.
std::string to_text(const WallTime& wall);
std::string to_text(LocalDate date); ///< 2026-11-24
std::optional<WallTime> parse_wall_time(std::string_view text);
std::optional<LocalDate> parse_date(std::string_view text);

/// ISO 8601 duration. Days and weeks are nominal (a day of a clock change has 23 or 25 hours), the rest
/// exact.
struct Duration {
  std::chrono::days days{0};
  std::chrono::seconds time{0};
  friend bool operator==(const Duration&, const Duration&) = default;
  bool positive() const {
    return days.count() >= 0 && time.count() >= 0 && (days.count() > 0 || time.count() > 0);
  }
};
std::string to_text(Duration duration);  ///< "PT45M", "P1DT2H"
std::string to_words(Duration duration); ///< "45 min", "1 h 30 min", "2 days"
/// ISO 8601 as written by `to_text` (also weeks: "P2W"); nothing for years, months, fractions and signs.
std::optional<Duration> parse_duration(std::string_view text);
/// What people type: "45m", "1h30", "1h30m", "1.5h", "90" (minutes), "2d", "1w", "45 min"; or ISO 8601.
std::optional<Duration> parse_duration_phrase(std::string_view text);

/// True for the name of a zone file of this machine, spelled as IANA does. Safe on hostile names.
bool is_zone(std::string_view name);
/// The zone's own spelling for a name in any case ("europe/london"); nothing when there is none.
std::optional<std::string> find_zone(std::string_view name);
/// Of the zones here, those that a misspelt name may mean, best first.
std::vector<std::string> zone_suggestions(std::string_view name);

/// A local time that the clock skips: `before` is the last minute shown, `after` the first one after the gap.
struct Gap {
  LocalTime before, after;
};
/// A local time that the clock shows twice, with the two offsets, first the earlier instant.
struct Overlap {
  std::chrono::seconds first, second;
  std::string first_name, second_name; ///< "BST", "GMT"
};
using Resolved = std::variant<Instant, Gap, Overlap>;

/// Exactly; a WallTime with a valid offset is never an Overlap. Throws Error(InvalidData) for an unknown
/// zone.
Resolved resolve(const WallTime& wall, std::string_view zone);
/// For times that stand in records, where an answer is needed: the earlier of two, and the first after a gap.
Instant to_instant(const WallTime& wall, std::string_view zone);
LocalTime to_local(Instant instant, std::string_view zone);
/// As a record keeps it: with its offset where the clock shows that time twice.
WallTime to_wall(Instant instant, std::string_view zone);
std::chrono::seconds offset_at(Instant instant, std::string_view zone);
std::string abbreviation_at(Instant instant, std::string_view zone);
/// Of the local day; 23 to 25 hours on days of clock changes (24.5 at Lord Howe).
std::chrono::seconds day_length(LocalDate day, std::string_view zone);

/// Half-open: [from, to).
struct Interval {
  Instant from, to;
  bool overlaps(const Interval& other) const { return from < other.to && other.from < to; }
  friend bool operator==(const Interval&, const Interval&) = default;
};
/// From a wall time for a duration: nominal days first, then exact time.
Interval interval(const WallTime& start, std::string_view zone, Duration duration);

/// Changes whenever the system's zone data changes: derived instants are stale then.
std::string zone_data_version();

} // namespace crm::core
