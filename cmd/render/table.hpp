// Tables that fit the terminal, aligned for wide characters.
#pragma once

#include "base/text.hpp"
#include "cmd/render/style.hpp"

#include <string>
#include <vector>

namespace crm::cmd {

enum class Shrink { Never, Allowed, First };

struct Column {
  std::string heading;
  base::Align align = base::Align::Left;
  std::size_t min = 4; ///< columns that it keeps as long as the table can be made to fit without
  Shrink shrink = Shrink::Allowed;
  std::size_t max = 0; ///< on a terminal; 0 for as wide as its widest cell
};

struct Cell {
  std::string text;
  Role role = Role::Plain;
};

class Table {
 public:
  void column(Column column) { m_columns.push_back(std::move(column)); }
  void row(std::vector<Cell> cells) { m_rows.push_back(std::move(cells)); }

  /// On a terminal no line is wider than it: columns give way, those with Shrink::First before the others and
  /// the widest before the narrower, ending in "…"; what has no room even so is left out from the right.
  /// Elsewhere nothing is shortened. Control characters become visible escapes; on a terminal only the first
  /// line of a text is shown. No line ends in a space. Empty columns are left out; "" without rows.
  std::string render(const Terminal& terminal, const Style& style) const;

 private:
  std::vector<Column> m_columns;
  std::vector<std::vector<Cell>> m_rows;
};

} // namespace crm::cmd
