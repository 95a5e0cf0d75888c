// Zones come from the date library and the system's zone files: read-only data, the one thing that core reads
// itself. Nothing here hands out the library's types; its calendar and std::chrono's meet as counts since the
// epoch.
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <date/tz.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <system_error>

// date 3.0.1's ptz.h finds two classes of this name in C++20; one that is declared nearer decides.
namespace Posix {
using date::hh_mm_ss;
}
#include <date/ptz.h>

namespace crm::core {
namespace {

using std::chrono::seconds;

const std::filesystem::path& folder() {
  static const std::filesystem::path path{"/usr/share/zoneinfo"};
  return path;
}

/// Names come from records that anybody may have written, and become part of a path: letters, digits, "_+-"
/// and at most three components. Zones begin with a capital, which leaves out posix/, right/, posixrules and
/// localtime.
bool well_formed(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.back() == '/') return false;
  std::size_t components = 1;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == '/' && name[i - 1] != '/')
      ++components;
    else if (!alphanumeric && c != '_' && c != '+' && c != '-')
      return false;
  }
  return components <= 3;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

/// Zone files begin with these four bytes (RFC 8536, 3.1).
bool is_zone_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::ifstream in(path, std::ios::binary);
  std::array<char, 4> magic{};
  in.read(magic.data(), magic.size());
  return in && std::string_view(magic.data(), magic.size()) == "TZif";
}

/// The rule for all time after the file's last clock change, in the form of POSIX's TZ (RFC 8536, 3.3). The
/// library does not read it, and without it every zone would stay in winter from 2038 on, or much sooner with
/// the slim files of other systems. Nothing when the zone has no more changes or the library cannot express
/// the rule.
std::unique_ptr<const Posix::time_zone> rule_for_ever(const std::string& name) {
  constexpr std::streamoff longest = 128;
  std::ifstream in(folder() / name, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  if (size < 2) return nullptr;
  std::string tail(static_cast<std::size_t>(std::min(size, longest)), '\0');
  in.seekg(size - static_cast<std::streamoff>(tail.size()));
  in.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  if (!in || tail.back() != '\n') return nullptr;
  tail.pop_back();
  const auto begin = tail.rfind('\n');
  if (begin == std::string::npos || tail.find(',', begin) == std::string::npos) return nullptr;
  try {
    return std::make_unique<const Posix::time_zone>(tail.substr(begin + 1));
  } catch (const std::runtime_error&) {
    return nullptr; // the library knows no negative hours: America/Nuuk alone among today's zones
  }
}

/// One zone, answering for instants and for readings of the wall clock.
class Zone {
 public:
  explicit Zone(const std::string& name) : m_zone(date::locate_zone(name)), m_name(name) {}

  date::sys_info at(Instant instant) {
    const date::sys_seconds time{instant.time_since_epoch()};
    auto info = m_zone->get_info(time);
    if (is_last(info) && rule()) info = keep_past(rule()->get_info(time), info);
    return info;
  }

  date::local_info at(LocalTime local) {
    const date::local_seconds time{local.time_since_epoch()};
    const auto info = m_zone->get_info(time);
    if (info.result != date::local_info::unique || !is_last(info.first) || !rule()) return info;
    // Before the first change by rule the file's own answer stands.
    const auto by_rule = rule()->get_info(time);
    return by_rule.first.end <= info.first.begin ? info : by_rule;
  }

 private:
  static bool is_last(const date::sys_info& info) {
    return info.end > date::sys_days{date::year{3000} / date::January / 1};
  }
  static date::sys_info keep_past(date::sys_info by_rule, const date::sys_info& by_file) {
    return by_rule.end <= by_file.begin ? by_file : by_rule;
  }
  const Posix::time_zone* rule() {
    if (!m_rule_read) m_rule = rule_for_ever(m_name);
    m_rule_read = true;
    return m_rule.get();
  }

  const date::time_zone* m_zone;
  std::string m_name;
  std::unique_ptr<const Posix::time_zone> m_rule;
  bool m_rule_read = false;
};

/// Runs `ask` on the zone. The first one costs about 2 ms, as the library lists the whole folder;
/// constructing date::time_zone directly instead was measured and gains nothing (it asks for the list as
/// well, for leap seconds).
template <class Ask>
auto with_zone(std::string_view name, Ask ask) {
  static std::mutex mutex;
  static std::map<std::string, Zone, std::less<>> zones;
  const std::lock_guard lock(mutex);
  auto found = zones.find(name);
  if (found == zones.end()) {
    const auto unknown = [&](std::string hint) {
      return base::Error(base::Kind::InvalidData, fmt::format("no time zone \"{}\"", base::printable(name)),
                         std::move(hint));
    };
    if (!is_zone(name))
      throw unknown("zones are named like Europe/London; crm uses those of " + folder().string());
    try {
      found = zones.try_emplace(std::string(name), std::string(name)).first;
    } catch (const std::runtime_error&) {
      throw unknown("the zone data in " + folder().string() +
                    " cannot be read: install the package tzdata again");
    }
  }
  return ask(found->second);
}

LocalTime wall_at(Instant instant, seconds offset) {
  return LocalTime{instant.time_since_epoch() + offset};
}

Instant instant_of(const date::sys_seconds& time) {
  return Instant{time.time_since_epoch()};
}

std::string first_line(const std::filesystem::path& path) {
  std::array<char, 64> start{};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) return {};
  std::setvbuf(file.get(), nullptr, _IONBF, 0); // 64 bytes are wanted of 100 KiB
  const std::size_t got = std::fread(start.data(), 1, start.size(), file.get());
  const std::string_view text(start.data(), got);
  return std::string(text.substr(0, text.find('\n')));
}

} // namespace

bool is_zone(std::string_view name) {
  if (!well_formed(name) || name.front() < 'A' || name.front() > 'Z' || name == "Factory") return false;
  // As many names as there are zone files at most; a store has a handful, in a hundred thousand records.
  static std::mutex mutex;
  static std::set<std::string, std::less<>> known;
  const std::lock_guard lock(mutex);
  if (known.contains(name)) return true;
  if (!is_zone_file(folder() / name)) return false;
  known.emplace(name);
  return true;
}

std::optional<std::string> find_zone(std::string_view name) {
  if (is_zone(name)) return std::string(name);
  if (!well_formed(name)) return std::nullopt;
  std::string spelled;
  for (const auto component : base::split(name, '/')) {
    std::string match;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder() / spelled, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string file = entry->path().filename().string();
      if (same_ignoring_case(file, component)) match = file;
    }
    if (match.empty()) return std::nullopt;
    spelled += (spelled.empty() ? "" : "/") + match;
  }
  return is_zone(spelled) ? std::optional(spelled) : std::nullopt;
}

std::vector<std::string> zone_suggestions(std::string_view name) {
  if (!well_formed(name)) return {};
  std::vector<std::string> zones;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder(), error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    if (file.front() < 'A' || file.front() > 'Z')
      entry.disable_recursion_pending();
    else if (!entry->is_directory(error))
      zones.push_back(entry->path().lexically_relative(folder()).string());
  }
  std::erase_if(zones, [](const std::string& zone) { return !well_formed(zone) || zone == "Factory"; });
  std::sort(zones.begin(), zones.end());
  return base::suggestions(name, zones);
}

Resolved resolve(const WallTime& wall, std::string_view zone) {
  return with_zone(zone, [&](Zone& z) -> Resolved {
    if (wall.offset) {
      const Instant instant{wall.time.time_since_epoch() - *wall.offset};
      if (z.at(instant).offset == *wall.offset) return instant;
    }
    const auto info = z.at(wall.time);
    if (info.result == date::local_info::nonexistent) {
      const Instant change = instant_of(info.first.end);
      return Gap{wall_at(change - std::chrono::minutes{1}, info.first.offset),
                 wall_at(change, info.second.offset)};
    }
    if (info.result == date::local_info::ambiguous)
      return Overlap{info.first.offset, info.second.offset, info.first.abbrev, info.second.abbrev};
    return Instant{wall.time.time_since_epoch() - info.first.offset};
  });
}

Instant to_instant(const WallTime& wall, std::string_view zone) {
  const auto resolved = resolve(wall, zone);
  if (const auto* instant = std::get_if<Instant>(&resolved)) return *instant;
  if (const auto* overlap = std::get_if<Overlap>(&resolved))
    return Instant{wall.time.time_since_epoch() - overlap->first};
  return with_zone(zone, [&](Zone& z) { return instant_of(z.at(wall.time).first.end); });
}

LocalTime to_local(Instant instant, std::string_view zone) {
  return wall_at(instant, offset_at(instant, zone));
}

WallTime to_wall(Instant instant, std::string_view zone) {
  const WallTime wall{to_local(instant, zone), std::nullopt};
  if (std::holds_alternative<Overlap>(resolve(wall, zone))) return {wall.time, offset_at(instant, zone)};
  return wall;
}

seconds offset_at(Instant instant, std::string_view zone) {
  return with_zone(zone, [&](Zone& z) { return z.at(instant).offset; });
}

std::string abbreviation_at(Instant instant, std::string_view zone) {
  return with_zone(zone, [&](Zone& z) { return z.at(instant).abbrev; });
}

seconds day_length(LocalDate day, std::string_view zone) {
  const auto midnight = [&](LocalDate date) { return to_instant({LocalTime{date}, std::nullopt}, zone); };
  return midnight(day + std::chrono::days{1}) - midnight(day);
}

Interval interval(const WallTime& start, std::string_view zone, Duration duration) {
  const Instant from = to_instant(start, zone);
  if (duration.days.count() == 0) return {from, from + duration.time};
  // An offset that told two readings of the first day apart says nothing on another day, and is passed over
  // there.
  return {from, to_instant({start.time + duration.days, start.offset}, zone) + duration.time};
}

std::string zone_data_version() {
  constexpr std::string_view label = "# version ";
  std::string line = first_line(folder() / "tzdata.zi");
  if (line.starts_with(label)) return line.substr(label.size());
  line = first_line(folder() / "+VERSION");
  if (!line.empty()) return line;
  std::error_code error;
  const auto written = std::filesystem::last_write_time(folder(), error);
  return error ? "none" : fmt::format("written {}", written.time_since_epoch().count());
}

} // namespace crm::core
