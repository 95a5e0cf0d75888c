#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <numeric>
#include <utf8proc.h>

namespace crm::base {
namespace {

/// One code point of `text` at `at`, and how many bytes it takes; -1 and 1 for an invalid byte.
struct Point {
  utf8proc_int32_t code;
  std::size_t bytes;
};

Point point_at(std::string_view text, std::size_t at) {
  utf8proc_int32_t code = -1;
  const auto bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                      static_cast<utf8proc_ssize_t>(text.size() - at), &code);
  if (bytes <= 0) return {-1, 1};
  return {code, static_cast<std::size_t>(bytes)};
}

bool is_control(utf8proc_int32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/// Bidirectional embeddings, overrides and isolates: they reorder what stands around them (CVE-2021-42574).
bool reorders(utf8proc_int32_t code) {
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x2028 ||
         code == 0x2029;
}

/// One grapheme cluster: what a person calls a character.
struct Cluster {
  std::size_t bytes, columns;
};

Cluster cluster_at(std::string_view text, std::size_t at) {
  constexpr utf8proc_int32_t emoji_presentation = 0xfe0f;
  std::size_t end = at;
  int columns = 0;
  utf8proc_int32_t previous = 0, state = 0;
  while (end < text.size()) {
    const Point point = point_at(text, end);
    const auto code = point.code < 0 ? 0xfffd : point.code;
    if (end > at && utf8proc_grapheme_break_stateful(previous, code, &state)) break;
    // A joined emoji takes the room of its first one; a combining mark takes none.
    if (!is_control(code)) columns = std::max(columns, utf8proc_charwidth(code));
    if (code == emoji_presentation) columns = 2;
    previous = code;
    end += point.bytes;
  }
  return {end - at, static_cast<std::size_t>(columns)};
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::vector<utf8proc_int32_t> points(std::string_view text) {
  std::vector<utf8proc_int32_t> out;
  for (std::size_t at = 0; at < text.size();) {
    const Point point = point_at(text, at);
    out.push_back(point.code);
    at += point.bytes;
  }
  return out;
}

/// Printable ASCII alone, as most of what is shown: a column for each byte, and nothing to escape.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

} // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const Point point = point_at(text, at);
    if (point.code < 0) return false;
    at += point.bytes;
  }
  return true;
}

std::size_t width(std::string_view text) {
  if (is_plain(text)) return text.size();
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Cluster cluster = cluster_at(text, at);
    columns += cluster.columns;
    at += cluster.bytes;
  }
  return columns;
}

std::string printable(std::string_view text, Newlines newlines) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  std::array<char, 16> escape{};
  for (std::size_t at = 0; at < text.size();) {
    const Point point = point_at(text, at);
    if (point.code < 0) {
      std::snprintf(escape.data(), escape.size(), "\\x%02x",
                    static_cast<unsigned>(static_cast<unsigned char>(text[at])));
      out += escape.data();
    } else if (point.code == '\n' && newlines == Newlines::Keep) {
      out += '\n';
    } else if (point.code == '\n') {
      out += "\\n";
    } else if (point.code == '\t') {
      out += newlines == Newlines::Keep ? "  " : "\\t";
    } else if (is_control(point.code)) {
      std::snprintf(escape.data(), escape.size(), "\\x%02x", static_cast<unsigned>(point.code));
      out += escape.data();
    } else if (reorders(point.code)) {
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(point.code));
      out += escape.data();
    } else {
      out += text.substr(at, point.bytes);
    }
    at += point.bytes;
  }
  return out;
}

std::string fit(std::string_view text, std::size_t columns) {
  if (width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t used = 0, at = 0;
  while (at < text.size()) {
    const Cluster cluster = cluster_at(text, at);
    if (used + cluster.columns > columns - 1) break;
    used += cluster.columns;
    at += cluster.bytes;
  }
  while (at > 0 && text[at - 1] == ' ')
    --at;
  return std::string(text.substr(0, at)) + "…";
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string shorten(std::string_view text, std::size_t most) {
  if (characters(text) <= most) return std::string(text);
  if (most == 0) return {};
  std::size_t used = 0, at = 0;
  while (at < text.size()) {
    const std::size_t bytes = cluster_at(text, at).bytes;
    used += characters(text.substr(at, bytes));
    if (used > most - 1) break;
    at += bytes;
  }
  while (at > 0 && text[at - 1] == ' ')
    --at;
  return std::string(text.substr(0, at)) + "…";
}

std::string pad(std::string_view text, std::size_t columns, Align align) {
  const std::size_t used = width(text);
  const std::string spaces(used < columns ? columns - used : 0, ' ');
  return align == Align::Left ? std::string(text) + spaces : spaces + std::string(text);
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  columns = std::max<std::size_t>(columns, 1);
  for (const std::string_view paragraph : split(text, '\n')) {
    std::string line;
    std::size_t used = 0;
    for (std::string_view word : split(paragraph, ' ')) {
      std::size_t needed = width(word);
      if (!line.empty() && used + 1 + needed > columns) {
        lines.push_back(std::move(line));
        line.clear();
        used = 0;
      } else if (!line.empty()) {
        line += ' ';
        ++used;
      }
      while (needed > columns) { // a word longer than the line is cut where it must be
        std::size_t at = 0, room = columns - used;
        while (at < word.size()) {
          const Cluster cluster = cluster_at(word, at);
          if (cluster.columns > room && at + used > 0) break;
          room -= std::min(room, cluster.columns);
          at += cluster.bytes;
        }
        line += word.substr(0, at);
        lines.push_back(std::move(line));
        line.clear();
        used = 0;
        word.remove_prefix(at);
        needed = width(word);
      }
      line += word;
      used += needed;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string fold(std::string_view text) {
  std::string folded;
  if (is_ascii(text)) {
    folded.assign(text);
    for (char& c : folded)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  } else {
    utf8proc_uint8_t* mapped = nullptr;
    const auto bytes =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                     static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                                    UTF8PROC_STRIPMARK | UTF8PROC_IGNORE | UTF8PROC_STABLE));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (bytes < 0) return std::string(text);
    folded.assign(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(bytes));
  }
  std::string out;
  for (const char c : folded) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto x = points(a), y = points(b);
  std::vector<std::size_t> before(y.size() + 1), last(y.size() + 1), row(y.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= x.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= y.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x[i - 1] == y[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[y.size()];
}

std::vector<std::string> suggestions(std::string_view word, const std::vector<std::string>& candidates,
                                     std::size_t most) {
  const std::string wanted = fold(word);
  std::vector<std::pair<std::size_t, std::string>> close;
  for (const auto& candidate : candidates) {
    const std::string have = fold(candidate);
    std::size_t distance = edit_distance(wanted, have);
    // A word within the candidate counts as well: "adda" means "Ada Lovelace".
    for (const auto part : split(have, ' '))
      distance = std::min(distance, edit_distance(wanted, part));
    const std::size_t allowed = std::max<std::size_t>(1, wanted.size() / 3);
    if (distance <= allowed || (wanted.size() >= 3 && have.starts_with(wanted)))
      close.emplace_back(distance, candidate);
  }
  std::sort(close.begin(), close.end());
  std::vector<std::string> out;
  for (auto& entry : close) {
    if (out.size() == most) break;
    out.push_back(std::move(entry.second));
  }
  return out;
}

std::string plural(std::string_view noun) {
  const auto ends = [&](std::initializer_list<std::string_view> with) {
    return std::any_of(with.begin(), with.end(), [&](std::string_view end) { return noun.ends_with(end); });
  };
  std::string out(noun);
  if (ends({"ss", "sh", "ch", "x", "z"})) return out + "es";
  if (ends({"s"})) return out;
  if (!ends({"y"}) || ends({"ay", "ey", "oy", "uy"})) return out + "s";
  out.pop_back();
  return out + "ies";
}

std::string count_of(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + (count == 1 ? std::string(noun) : plural(noun));
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string digest(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("{:016x}", hash);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const auto at = text.find(separator);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const auto& part : parts) {
    if (&part != &parts.front()) out += separator;
    out += part;
  }
  return out;
}

} // namespace crm::base
