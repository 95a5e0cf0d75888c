#include "codec/comment_join.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace crm::codec {
namespace {

using Text = std::vector<std::string>;
using Paragraphs = std::set<Text>;
constexpr std::string_view between = "#";

/// Which paragraphs another one holds: all their lines, in their order. A file may have tens of thousands, so
/// each is compared with those alone that have its rarest line.
class Held {
 public:
  explicit Held(const Paragraphs& sorted) {
    std::unordered_map<std::string_view, std::size_t> numbers;
    for (const auto& text : sorted) {
      auto& numbered = m_numbered.emplace_back();
      for (const auto& line : text) {
        const auto number = numbers.emplace(line, numbers.size()).first->second;
        numbered.places.emplace_back(number, numbered.lines.size());
        numbered.lines.push_back(number);
      }
      std::sort(numbered.places.begin(), numbered.places.end());
    }
    std::vector<const Numbered*> by_length;
    for (const auto& each : m_numbered)
      by_length.push_back(&each);
    std::stable_sort(by_length.begin(), by_length.end(),
                     [](const Numbered* a, const Numbered* b) { return a->lines.size() > b->lines.size(); });
    m_with.resize(numbers.size());
    for (const auto* each : by_length)
      for (const auto line : each->lines)
        if (m_with[line].empty() || m_with[line].back() != each) m_with[line].push_back(each);
  }

  bool operator()(std::size_t paragraph) const {
    const auto& lines = m_numbered[paragraph].lines;
    const auto rarest = std::min_element(lines.begin(), lines.end(), [this](std::size_t a, std::size_t b) {
      return m_with[a].size() < m_with[b].size();
    });
    if (rarest == lines.end()) return false;
    for (const auto* other : m_with[*rarest]) {
      if (other->lines.size() <= lines.size()) return false;
      if (holds(*other, lines)) return true;
    }
    return false;
  }

 private:
  struct Numbered {
    std::vector<std::size_t> lines;                          ///< equal lines have one number
    std::vector<std::pair<std::size_t, std::size_t>> places; ///< number and place of each, sorted
  };

  static bool holds(const Numbered& paragraph, const std::vector<std::size_t>& lines) {
    constexpr std::size_t much_longer = 16; // then its lines are looked up, else read
    if (paragraph.lines.size() < much_longer * lines.size()) {
      auto wanted = lines.begin();
      for (auto at = paragraph.lines.begin(); at != paragraph.lines.end() && wanted != lines.end(); ++at)
        wanted += *at == *wanted ? 1 : 0;
      return wanted == lines.end();
    }
    std::size_t from = 0;
    for (const auto line : lines) {
      const auto next =
          std::lower_bound(paragraph.places.begin(), paragraph.places.end(), std::pair(line, from));
      if (next == paragraph.places.end() || next->first != line) return false;
      from = next->second + 1;
    }
    return true;
  }

  std::deque<Numbered> m_numbered;                  ///< in their order
  std::vector<std::vector<const Numbered*>> m_with; ///< by line: who has it, the longest first
};

Text text_of(const Paragraphs& sorted) {
  const Held is_held(sorted);
  Text out;
  std::size_t number = 0;
  for (const auto& paragraph : sorted) {
    if (is_held(number++)) continue;
    if (!out.empty()) out.emplace_back(between);
    out.insert(out.end(), paragraph.begin(), paragraph.end());
  }
  return out;
}

} // namespace

std::vector<Text> paragraphs(const Text& lines) {
  std::vector<Text> out;
  bool together = false; // a "#" alone says nothing
  for (const auto& line : lines) {
    if (line != between) {
      if (!together) out.emplace_back();
      out.back().push_back(line);
    }
    together = line != between;
  }
  return out;
}

Text join_lines(const Text& a, const Text& b) {
  Paragraphs all;
  for (const auto* side : {&a, &b})
    for (auto& paragraph : paragraphs(*side))
      all.insert(std::move(paragraph));
  return text_of(all);
}

EntryComments join_comments(const EntryComments& a, const EntryComments& b) {
  EntryComments out;
  out.below = join_lines(a.below, b.below);
  out.behind = std::max(a.behind, b.behind);
  Paragraphs above;
  for (const auto* side : {&a, &b})
    for (auto& paragraph : paragraphs(side->above))
      above.insert(std::move(paragraph));
  if (const auto& other = std::min(a.behind, b.behind); !other.empty()) above.insert({other});
  above.erase({out.behind});
  out.above = text_of(above);
  return out;
}

} // namespace crm::codec
