#include "base/env.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>
#include <utility>

namespace crm::base {
namespace {

std::optional<Millis> parse_instant(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, end = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
                  &end) != 6)
    return std::nullopt;
  const std::string rest = text.substr(static_cast<std::size_t>(end));
  int millis = 0, whole = 0; // scanf stops at what it does not expect, and says nothing of what follows
  const bool with_millis = rest.size() == 5 && is_digit(rest[1]) &&
                           std::sscanf(rest.c_str(), ".%3dZ%n", &millis, &whole) == 1 && whole == 5;
  if (rest != "Z" && !with_millis) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59 || hour < 0 || minute < 0 || second < 0)
    return std::nullopt;
  return Millis{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + std::chrono::milliseconds{millis};
}

} // namespace

Millis SystemEnvironment::now() const {
  if (auto fixed = variable("CRM_NOW")) {
    // A list asks for each of its rows, and is told the same each time.
    thread_local std::pair<std::string, Millis> last;
    if (last.first == *fixed) return last.second;
    if (auto instant = parse_instant(*fixed)) {
      last = {*fixed, *instant};
      return *instant;
    }
    throw Error(Kind::Usage, "CRM_NOW is \"" + *fixed + "\", which is not an instant in UTC",
                "write it like 2026-11-24T09:00:00Z");
  }
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void SystemEnvironment::random(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Error(Kind::Failure, "the operating system gave no random numbers");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::optional<std::string> SystemEnvironment::variable(std::string_view name) const {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::vector<std::string> SystemEnvironment::variables(std::string_view prefix) const {
  std::vector<std::string> out;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each)
    if (const std::string_view entry = *each; entry.starts_with(prefix))
      out.emplace_back(entry.substr(0, entry.find('=')));
  return out;
}

std::string SystemEnvironment::zone() const {
  if (auto tz = variable("TZ")) {
    std::string name = tz->front() == ':' ? tz->substr(1) : *tz;
    if (!name.empty() && name.front() != '/') return name;
  }
  std::error_code error;
  const std::string target = std::filesystem::read_symlink("/etc/localtime", error).string();
  constexpr std::string_view folder = "zoneinfo/";
  if (const auto at = target.find(folder); !error && at != std::string::npos)
    return target.substr(at + folder.size());
  if (std::FILE* file = std::fopen("/etc/timezone", "re")) {
    std::array<char, 80> line{};
    const bool read = std::fgets(line.data(), static_cast<int>(line.size()), file) != nullptr;
    std::fclose(file);
    std::string name = read ? line.data() : "";
    while (!name.empty() && (name.back() == '\n' || name.back() == ' '))
      name.pop_back();
    if (!name.empty() && name != "Etc/UTC") return name;
  }
  return "UTC";
}

std::string SystemEnvironment::user() const {
  if (auto name = variable("USER")) return *name;
  if (const passwd* entry = ::getpwuid(::getuid()); entry != nullptr) return entry->pw_name;
  return "user";
}

std::string SystemEnvironment::host() const {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "device";
  return name.data();
}

} // namespace crm::base
