#include "codec/comment_join.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace crm::codec {
namespace {

using Text = std::vector<std::string>;
using Blocks = std::set<Text>;
constexpr std::string_view between = "#";

void add_blocks(Blocks& to, const Text& lines) {
  Text block;
  for (const auto& line : lines) {
    if (line != between) {
      block.push_back(line);
    } else if (!block.empty()) {
      to.insert(std::exchange(block, {}));
    }
  }
  if (!block.empty()) to.insert(std::move(block));
}

/// All its lines, in their order.
bool holds(const Text& block, const Text& other) {
  auto at = other.begin();
  for (const auto& line : block)
    if (at != other.end() && line == *at) ++at;
  return at == other.end();
}

Text text_of(const Blocks& blocks) {
  Text out;
  for (const auto& block : blocks) {
    const bool is_held = std::any_of(blocks.begin(), blocks.end(), [&](const Text& other) {
      return other.size() > block.size() && holds(other, block);
    });
    if (is_held) continue;
    if (!out.empty()) out.emplace_back(between);
    out.insert(out.end(), block.begin(), block.end());
  }
  return out;
}

/// A "#" alone says nothing.
bool says_nothing(const Text& lines) {
  return std::all_of(lines.begin(), lines.end(), [](const std::string& line) { return line == between; });
}

/// The side that has all there is, null where both must be looked at.
const Text* only_one(const Text& a, const Text& b) {
  if (a == b) return &a;
  if (says_nothing(a) == says_nothing(b)) return nullptr;
  return says_nothing(a) ? &b : &a;
}

} // namespace

Text join_lines(const Text& a, const Text& b) {
  if (const auto* only = only_one(a, b)) return *only;
  Blocks blocks;
  add_blocks(blocks, a);
  add_blocks(blocks, b);
  return text_of(blocks);
}

EntryComments join_comments(const EntryComments& a, const EntryComments& b) {
  if (a == b) return a;
  EntryComments out;
  out.below = join_lines(a.below, b.below);
  out.behind = std::max(a.behind, b.behind);
  const auto& other = std::min(a.behind, b.behind);
  const auto* only = only_one(a.above, b.above);
  if (only != nullptr && (other.empty() || other == out.behind)) {
    out.above = *only;
    if (out.above == Text{out.behind}) out.above.clear();
    return out;
  }
  Blocks above;
  add_blocks(above, a.above);
  add_blocks(above, b.above);
  if (!other.empty()) above.insert({other});
  above.erase({out.behind});
  out.above = text_of(above);
  return out;
}

} // namespace crm::codec
