// A time grid: columns side by side, time running down, each moment at which something begins or ends in a
// row of its own. Nothing hangs on colour: every state has a mark.
#pragma once

#include "cmd/render/style.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace crm::cmd {

/// What stands in front of what, where two are at one time: the earlier ones here.
enum class Mark { Clash, Booked, NoShow, Buffer, Taken, Off, Free };

/// A stretch of time in one column, in seconds from wherever the caller counts.
struct Block {
  std::int64_t from = 0, to = 0;
  Mark mark = Mark::Booked;
  std::vector<std::string> lines; ///< what is said of it, the most important first: as many as have room
};

struct GridColumn {
  std::string heading;
  std::vector<Block> blocks; ///< in any order; what is none of them is closed, and stays empty
};

struct Grid {
  std::vector<GridColumn> columns;
  std::int64_t from = 0, to = 0;   ///< what is shown of the day
  std::vector<std::int64_t> ticks; ///< rows that are there even where nothing begins: full hours, say
  std::function<std::string(std::int64_t)> label; ///< of a row: "09:30"
  std::optional<std::int64_t> now;                ///< gets a mark when it is shown
};

/// Nothing when a column would have less room than that: then a list is the better picture. No line is wider
/// than the terminal, and none ends in a space. Names that are written from right to left are kept within
/// their column.
std::optional<std::string> render(const Grid& grid, const Terminal& terminal, const Style& style);
/// What the marks mean, of those that occur, in lines no wider than the terminal; "" when none does.
std::string legend(const Grid& grid, const Terminal& terminal);

/// True when part of the text is written from right to left.
bool has_rtl(std::string_view text);

} // namespace crm::cmd
