// One record as a card: labels, values, wrapped prose.
#pragma once

#include "cmd/render/style.hpp"

#include <string>
#include <vector>

namespace crm::cmd {

struct Entry {
  std::string label, value;
  Role role = Role::Plain;
  bool apart = false; ///< begins a group of its own: an empty line before it
};

struct Card {
  std::string title, subtitle;
  std::vector<Entry> entries; ///< those without a value are left out
  std::string footer;

  /// On a terminal prose is wrapped and the title fits; elsewhere lines are as the record has them. Control
  /// characters become visible escapes.
  std::string render(const Terminal& terminal, const Style& style) const;
};

} // namespace crm::cmd
