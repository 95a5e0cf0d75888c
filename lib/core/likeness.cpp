#include "core/likeness.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace crm::core {
namespace {

constexpr std::size_t compared_at_most = 64; ///< of longer words only the beginning is compared

bool is_letter(char32_t c) {
  return c >= U'a' && c <= U'z';
}

} // namespace

std::u32string to_points(std::string_view text) {
  constexpr char32_t replacement = 0xfffd;
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    char32_t point = lead < 0x80 ? lead : lead & (0xffU >> (length + 1));
    bool sound = length > 0 && at + length <= text.size();
    for (std::size_t i = 1; sound && i < length; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      sound = (next & 0xc0U) == 0x80;
      point = point << 6U | (next & 0x3fU);
    }
    out += sound ? point : replacement;
    at += sound ? length : 1;
  }
  return out;
}

double jaro_winkler(std::u32string_view a, std::u32string_view b) {
  a = a.substr(0, compared_at_most);
  b = b.substr(0, compared_at_most);
  if (a == b) return 1;
  if (a.empty() || b.empty()) return 0;
  const std::size_t window = std::max(std::max(a.size(), b.size()) / 2, std::size_t{1}) - 1;
  std::array<bool, compared_at_most> in_a{}, in_b{};
  std::size_t common = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t first = i > window ? i - window : 0, end = std::min(i + window + 1, b.size());
    for (std::size_t j = first; j < end; ++j)
      if (!in_b[j] && a[i] == b[j]) {
        in_a[i] = in_b[j] = true;
        ++common;
        break;
      }
  }
  if (common == 0) return 0;
  std::size_t crossed = 0, j = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!in_a[i]) continue;
    while (!in_b[j])
      ++j;
    crossed += a[i] != b[j] ? 1 : 0;
    ++j;
  }
  const auto of = [](std::size_t part, std::size_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  const double jaro =
      (of(common, a.size()) + of(common, b.size()) + of(common * 2 - crossed, common * 2)) / 3;
  std::size_t prefix = 0;
  while (prefix < 4 && prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix])
    ++prefix;
  return jaro + static_cast<double>(prefix) * 0.1 * (1 - jaro);
}

std::size_t distance_within(std::u32string_view a, std::u32string_view b, std::size_t most) {
  a = a.substr(0, compared_at_most);
  b = b.substr(0, compared_at_most);
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > most) return most + 1;
  std::array<std::array<std::uint8_t, compared_at_most + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j)
    rows[0][j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto &last = rows[(i + 2) % 3], &before = rows[(i + 1) % 3];
    row[0] = static_cast<std::uint8_t>(i);
    std::uint8_t least = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int cost = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost = std::min(cost, before[j - 2] + 1);
      row[j] = static_cast<std::uint8_t>(cost);
      least = std::min(least, row[j]);
    }
    if (least > most) return most + 1;
  }
  return std::min<std::size_t>(rows[a.size() % 3][b.size()], most + 1);
}

bool is_slip(std::u32string_view a, std::u32string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size()), longer = std::max(a.size(), b.size());
  if (shorter < 3) return false;
  if (distance_within(a, b, longer >= 7 ? 2 : 1) <= (longer >= 7 ? 2U : 1U)) return true;
  constexpr double alike = 0.9;
  return shorter >= 4 && jaro_winkler(a, b) >= alike;
}

std::string sound(std::u32string_view word) {
  //                                a b c d e f g h i j k l m n o p q r s t u v w x y z
  constexpr std::string_view codes = "01230120022455012623010202";
  constexpr std::size_t length = 4;
  if (word.empty()) return {};
  std::string out;
  if (!is_letter(word.front())) {
    for (const char32_t c : word.substr(0, 3))
      out += std::to_string(static_cast<unsigned long>(c)) + ".";
    return out;
  }
  char last = '0';
  for (const char32_t c : word) {
    if (!is_letter(c)) continue;
    const char code = codes[static_cast<std::size_t>(c - U'a')];
    if (code != '0' && code != last) out += code;
    if (c != U'h' && c != U'w') last = code;
    if (out.size() == length) break;
  }
  // What begins with a vowel is told from what begins with the consonant behind it.
  const bool vowel = codes[static_cast<std::size_t>(word.front() - U'a')] == '0';
  return (vowel ? "v" : "c") + out;
}

} // namespace crm::core
