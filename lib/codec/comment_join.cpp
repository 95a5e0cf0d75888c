#include "codec/comment_join.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace crm::codec {
namespace {

using Text = std::vector<std::string>;
using Paragraphs = std::set<Text>;
constexpr std::string_view between = "#";

/// All its lines, in their order.
bool holds(const Text& paragraph, const Text& other) {
  auto at = other.begin();
  for (const auto& line : paragraph)
    if (at != other.end() && line == *at) ++at;
  return at == other.end();
}

Text text_of(const Paragraphs& sorted) {
  Text out;
  for (const auto& paragraph : sorted) {
    const bool is_held = std::any_of(sorted.begin(), sorted.end(), [&](const Text& other) {
      return other.size() > paragraph.size() && holds(other, paragraph);
    });
    if (is_held) continue;
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
