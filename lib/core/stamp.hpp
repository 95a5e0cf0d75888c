// Who wrote a field last, where and when: "2026-11-23T16:40:02.007Z bob@tablet-2".
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace crm::core {

/// A hybrid logical time (Kulkarni et al. 2014, the physical part only): milliseconds since the epoch, UTC.
using StampTime = std::chrono::sys_time<std::chrono::milliseconds>;

struct Stamp {
  StampTime time{};
  std::string device; ///< unique in a store
  std::string member; ///< who; not part of the order

  /// By time, then device. Two stamps of one device never share a time.
  friend bool operator==(const Stamp& a, const Stamp& b) { return a.time == b.time && a.device == b.device; }
  friend std::strong_ordering operator<=>(const Stamp& a, const Stamp& b) {
    if (auto order = a.time <=> b.time; order != 0) return order;
    return a.device <=> b.device;
  }
};

/// The member too: only what was forged, or made by hand, differs there alone.
inline bool is_same(const Stamp& a, const Stamp& b) {
  return a == b && a.member == b.member;
}

std::string to_text(const Stamp& stamp);
std::string to_text(StampTime time);
/// Nothing when the text is not exactly of that form. Device and member names: [a-z0-9][a-z0-9._-]{0,39}.
std::optional<Stamp> parse_stamp(std::string_view text);
std::optional<StampTime> parse_stamp_time(std::string_view text);
inline constexpr std::size_t longest_name = 40;
/// Behind a device's name, that of the calendar which it reads in; new devices leave room for it.
inline constexpr std::string_view calendar_suffix = ".calendar";
inline constexpr std::size_t longest_device = longest_name - calendar_suffix.size();
bool is_name(std::string_view text);
/// A name that can also end a git ref, where devices leave their signs of life: no "..", and neither "." nor
/// ".lock" at its end.
bool is_device_name(std::string_view text);

/// max(wall, newest + 1 ms): a device's stamps only grow, whatever its clock does.
StampTime next_stamp_time(StampTime wall, StampTime newest_seen);

} // namespace crm::core
