// Text → Value, strictly: what a hostile or careless file could do to a parser is refused before it is
// parsed.
#pragma once

#include "core/problem.hpp"
#include "core/record.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::codec {

/// Bounds of one file. A larger or deeper one is refused, never truncated.
struct Limits {
  std::size_t bytes = 256 * 1024;
  int depth = 16;
  int events = 5000;
};

/// Of a record as one batch may write it.
inline constexpr Limits written_limits{};
/// Of a record as it may be.
inline constexpr Limits record_limits{core::largest_record, written_limits.depth, 16 * written_limits.events};

/// One scalar, list or map with the place it came from. `plain` scalars were not quoted: their type is a
/// guess, and `source` keeps the text, so that a field of type string may take `0123` as it stands.
struct Node {
  core::Value value;
  int line = 0; ///< 1-based
  bool plain = false;
  std::string source;
  struct Entry;
  std::vector<Entry> entries; ///< of a map, in file order
  std::vector<Node> items;    ///< of a list
  int entry_line = 0;         ///< of the key, when this is the value of a map's entry
  bool block = false;         ///< a `|` or `>` scalar
  const Node* find(std::string_view key) const;
};

/// No std::pair: that one asks for more of Node than is known while it is being defined.
struct Node::Entry {
  Entry(std::string key, Node node) : first(std::move(key)), second(std::move(node)) {}
  std::string first;
  Node second;
};

/// One document without anchors, aliases, tags, second documents, duplicate or non-string keys; valid UTF-8;
/// no control characters but \n (and \r before it) and \t that is not indentation; within `limits`. Empty
/// text is an empty map. Plain scalars resolve as in YAML's core schema, but integers with leading zeros or a
/// plus sign stay text, so that writing them back loses nothing. Escapes in quoted text may stand for any
/// character.
std::variant<Node, std::vector<core::Problem>> parse_yaml(std::string_view text, const std::string& file,
                                                          const Limits& limits = {});

/// Canonical text of one entry: "name: value\n" and continuation lines, block style, nested lists and maps
/// indented by two. Strings that any YAML reader could read as something else are quoted; prose becomes a `|`
/// block when that is exact. Reading it gives `value` again; but invalid UTF-8 becomes U+FFFD, and a number
/// that is not finite text.
std::string emit_entry(std::string_view key, const core::Value& value, int indent = 0);
std::string emit_document(const core::Map& map);

} // namespace crm::codec
