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
  Text block; // a "#" alone says nothing
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

} // namespace

Text join_lines(const Text& a, const Text& b) {
  Blocks blocks;
  add_blocks(blocks, a);
  add_blocks(blocks, b);
  return text_of(blocks);
}

EntryComments join_comments(const EntryComments& a, const EntryComments& b) {
  EntryComments out;
  out.below = join_lines(a.below, b.below);
  out.behind = std::max(a.behind, b.behind);
  Blocks above;
  add_blocks(above, a.above);
  add_blocks(above, b.above);
  if (const auto& other = std::min(a.behind, b.behind); !other.empty()) above.insert({other});
  above.erase({out.behind});
  out.above = text_of(above);
  return out;
}

Comments joinable(Comments comments) {
  comments.head = join_lines(comments.head, {});
  for (auto& [entry, own] : comments.entries)
    own = join_comments(own, {});
  std::erase_if(comments.entries, [](const auto& each) { return each.second.empty(); });
  return comments;
}

} // namespace crm::codec
