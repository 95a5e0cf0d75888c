#include "store/message.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace crm::store {
namespace {

enum class Lines { One, Many };

std::string cleaned(std::string_view text, Lines lines) {
  std::string out;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (c == '\n' && lines == Lines::Many)
      out += c;
    else
      out += control ? ' ' : c;
  }
  return std::string(base::trim(out));
}

bool is_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

} // namespace

std::string format_message(const Message& message) {
  std::string out = cleaned(message.summary, Lines::One);
  if (out.empty()) out = "-";
  out += '\n';
  if (const auto body = cleaned(message.body, Lines::Many); !body.empty()) out += "\n" + body + "\n";
  bool first = true;
  for (const auto& [key, value] : message.trailers) {
    if (!is_key(key)) continue;
    if (std::exchange(first, false)) out += '\n';
    out += key + ": " + cleaned(value, Lines::One) + "\n";
  }
  return out;
}

std::string parse_summary(std::string_view text) {
  const auto start = text.find_first_not_of('\n');
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find('\n', start) - start));
}

std::vector<std::pair<std::string, std::string>> parse_trailers(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r'))
    text.remove_suffix(1);
  const auto gap = text.rfind("\n\n");
  if (gap == std::string_view::npos) return {};
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto line : base::split(text.substr(gap + 2), '\n')) {
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t') && !out.empty()) {
      out.back().second += ' ';
      out.back().second += base::trim(line);
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_key(line.substr(0, colon))) return {};
    out.emplace_back(line.substr(0, colon), base::trim(line.substr(colon + 1)));
  }
  return out;
}

} // namespace crm::store
