#include "core/stamp.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace crm::core {
namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

} // namespace

std::string to_text(StampTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 40> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return buffer.data();
}

std::string to_text(const Stamp& stamp) {
  return to_text(stamp.time) + " " + stamp.member + "@" + stamp.device;
}

std::optional<StampTime> parse_stamp_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00.000Z";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] != '0' && text[i] != form[i]) return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2),
             hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2),
             millis = digits(text, 20, 3);
  if (!year || !month || !day || !hour || !minute || !second || !millis) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return StampTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + std::chrono::milliseconds{*millis};
}

bool is_name(std::string_view text) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= longest_name && alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_device_name(std::string_view text) {
  return is_name(text) && text.find("..") == std::string_view::npos && !text.ends_with('.') &&
         !text.ends_with(".lock");
}

std::optional<Stamp> parse_stamp(std::string_view text) {
  const auto space = text.find(' ');
  const auto at = text.find('@');
  if (space == std::string_view::npos || at == std::string_view::npos || at < space) return std::nullopt;
  const auto time = parse_stamp_time(text.substr(0, space));
  const auto member = text.substr(space + 1, at - space - 1), device = text.substr(at + 1);
  if (!time || !is_name(member) || !is_name(device)) return std::nullopt;
  return Stamp{*time, std::string(device), std::string(member)};
}

StampTime next_stamp_time(StampTime wall, StampTime newest_seen) {
  return std::max(wall, newest_seen + std::chrono::milliseconds{1});
}

} // namespace crm::core
