// From what a person typed to what a record keeps, and how times are told to people.
#include "core/when.hpp"
#include "core/when_calendar.hpp"

#include <fmt/format.h>

namespace crm::core {
namespace {

using namespace std::chrono;

std::string clock(LocalTime time) {
  return to_text(WallTime{time, std::nullopt}).substr(11);
}

std::string offset_text(seconds offset) {
  return to_text(WallTime{LocalTime{}, offset}).substr(16);
}

/// What to type for a time, with the zone where the person had to name it.
std::string to_type(const WallTime& wall, const When& when) {
  std::string text = to_text(wall);
  if (!wall.offset) text[10] = ' ';
  return "\"" + text + (when.zone_named ? " " + when.zone : "") + "\"";
}

NotATime refusal(const Gap& gap, const When& when) {
  const LocalTime asked = when.wall().time;
  const auto neighbour = [&](LocalTime time) {
    const auto day = floor<days>(time);
    return day == when.date ? clock(time) : clock(time) + " on " + to_words(day);
  };
  return {fmt::format("{} on {} does not exist in {}: clocks go from {} to {}", clock(asked),
                      to_words(when.date), when.zone, neighbour(gap.before), neighbour(gap.after)),
          fmt::format("type {} or {}", to_type({gap.before, std::nullopt}, when),
                      to_type({gap.after, std::nullopt}, when))};
}

NotATime refusal(const Overlap& overlap, const When& when) {
  const LocalTime asked = when.wall().time;
  const auto reading = [&](seconds offset, const std::string& name) {
    // Zones without a name of their own have their offset for one: "+11".
    const bool named = !name.empty() && name.front() != '+' && name.front() != '-';
    return clock(asked) + offset_text(offset) + (named ? " (" + name + ")" : "");
  };
  return {fmt::format("{} on {} happens twice in {}: first {}, then {}", clock(asked), to_words(when.date),
                      when.zone, reading(overlap.first, overlap.first_name),
                      reading(overlap.second, overlap.second_name)),
          fmt::format("type {} for the first, {} for the second", to_type({asked, overlap.first}, when),
                      to_type({asked, overlap.second}, when))};
}

} // namespace

std::variant<WallTime, NotATime> settle(const When& when) {
  if (!when.time) return when.wall();
  const LocalTime time = when.wall().time;
  const auto without = resolve({time, std::nullopt}, when.zone);
  if (const auto* gap = std::get_if<Gap>(&without)) return refusal(*gap, when);
  if (const auto* overlap = std::get_if<Overlap>(&without)) {
    if (when.offset != overlap->first && when.offset != overlap->second) return refusal(*overlap, when);
    return when.wall();
  }
  const seconds actual = time.time_since_epoch() - std::get<Instant>(without).time_since_epoch();
  if (when.offset && *when.offset != actual)
    return NotATime{
        fmt::format("{} is at {} on {} at {}, not at {}", when.zone, offset_text(actual), to_words(when.date),
                    clock(time), offset_text(*when.offset)),
        fmt::format("leave the offset out, or name the zone that is meant: {}",
                    to_type({time, std::nullopt}, {when.date, when.time, {}, "Europe/Paris", true}))};
  return WallTime{time, std::nullopt};
}

std::string to_words(LocalDate date) {
  const year_month_day day{date};
  return fmt::format("{} {} {} {:04}", std::string_view(phrase::name(weekday{date})).substr(0, 3),
                     static_cast<unsigned>(day.day()),
                     std::string_view(phrase::name(day.month())).substr(0, 3), static_cast<int>(day.year()));
}

std::string to_words(const WallTime& wall, std::string_view zone) {
  return fmt::format("{}, {}{} ({})", to_words(floor<days>(wall.time)), clock(wall.time),
                     wall.offset ? offset_text(*wall.offset) : "", zone);
}

std::string to_words(const When& when) {
  return when.time ? to_words(when.wall(), when.zone) : to_words(when.date);
}

} // namespace crm::core
