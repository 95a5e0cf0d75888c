#include "codec/pattern.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <regex>
#include <string_view>

namespace crm::codec {
namespace {

constexpr std::size_t longest_pattern = 300;
constexpr double most_ways = 2e7; ///< about a second of std::regex

/// How many ways there are to match a text, at worst: what a backtracking matcher tries before it gives up.
/// Every quantifier multiplies by the counts it allows, every alternation by its branches; a repeated choice
/// is a power. Reads a pattern that std::regex has accepted already.
class Ways {
 public:
  Ways(std::string_view pattern, std::size_t max_length)
      : m_rest(pattern), m_longest(static_cast<double>(max_length)) {}

  double count() {
    const double from_anywhere = m_rest.starts_with('^') ? 1 : m_longest;
    double total = from_anywhere * alternatives();
    while (!m_rest.empty()) { // a stray parenthesis, where the grammar takes it as a character
      m_rest.remove_prefix(1);
      total *= alternatives();
    }
    return total;
  }

 private:
  double alternatives() {
    double sum = sequence();
    while (m_rest.starts_with('|')) {
      m_rest.remove_prefix(1);
      sum += sequence();
    }
    return sum;
  }

  double sequence() {
    double product = 1;
    while (!m_rest.empty() && m_rest.front() != '|' && m_rest.front() != ')')
      product *= piece();
    return product;
  }

  double piece() {
    const double ways = atom();
    double least = 1, most = 1;
    if (!quantifier(least, most)) return ways;
    if (m_rest.starts_with('?')) m_rest.remove_prefix(1);
    most = std::min(most, m_longest);
    return std::pow(ways, std::max(most, 1.0)) * (std::max(most - least, 0.0) + 1);
  }

  double atom() {
    const char first = m_rest.front();
    m_rest.remove_prefix(1);
    if (first == '(') {
      const double inner = alternatives();
      if (m_rest.starts_with(')')) m_rest.remove_prefix(1);
      return inner;
    }
    if (first == '\\' && !m_rest.empty()) m_rest.remove_prefix(1);
    if (first == '[') skip_class();
    return 1;
  }

  void skip_class() {
    for (std::size_t i = m_rest.starts_with("^") ? 1 : 0; i < m_rest.size(); ++i) {
      if (m_rest[i] == '\\') {
        ++i;
      } else if (m_rest[i] == '[' && i + 1 < m_rest.size() &&
                 (m_rest[i + 1] == ':' || m_rest[i + 1] == '.' || m_rest[i + 1] == '=')) {
        const char closing[] = {m_rest[i + 1], ']'};
        const auto end = m_rest.find(std::string_view(closing, 2), i + 2);
        if (end != std::string_view::npos) i = end + 1;
      } else if (m_rest[i] == ']') {
        return m_rest.remove_prefix(i + 1);
      }
    }
    m_rest = {};
  }

  bool quantifier(double& least, double& most) {
    if (m_rest.empty()) return false;
    const char first = m_rest.front();
    if (first == '*' || first == '+' || first == '?') {
      least = first == '+' ? 1 : 0;
      most = first == '?' ? 1 : m_longest;
      m_rest.remove_prefix(1);
      return true;
    }
    const auto close = m_rest.find('}');
    if (first != '{' || close == std::string_view::npos) return false;
    const auto inside = m_rest.substr(1, close - 1);
    const auto comma = inside.find(',');
    least = number(inside.substr(0, comma), 0);
    most = comma == std::string_view::npos ? least : number(inside.substr(comma + 1), m_longest);
    m_rest.remove_prefix(close + 1);
    return true;
  }

  static double number(std::string_view text, double otherwise) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end != text.data() ? value : otherwise;
  }

  std::string_view m_rest;
  double m_longest;
};

} // namespace

std::optional<std::string> pattern_fault(const std::string& pattern, std::size_t max_length) {
  if (pattern.size() > longest_pattern)
    return "is longer than the " + std::to_string(longest_pattern) + " characters that a pattern may have";
  if (max_length > longest_for_pattern)
    return "needs a maxLength of at most " + std::to_string(longest_for_pattern) + " beside it";
  try {
    const std::regex compiled(pattern);
  } catch (const std::regex_error&) {
    return "is not a regular expression (ECMAScript)";
  }
  if (!(Ways(pattern, max_length).count() <= most_ways))
    return "could take far too long to match: say [ab] for (a|b), do not repeat what repeats, begin with ^, "
           "or lower maxLength";
  return std::nullopt;
}

} // namespace crm::codec
