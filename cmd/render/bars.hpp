// Numbers as lengths and heights, for eyes.
#pragma once

#include "cmd/render/style.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace crm::cmd {

/// One bar for each number, the greatest `columns` wide, what is more than 0 at least one: "▇▇▇", or "###"
/// where that cannot be shown.
std::vector<std::string> bars(const std::vector<double>& numbers, std::size_t columns,
                              const Terminal& terminal);

/// One character for each of the last numbers that fit the terminal: "▁▃▇", or "_.-=#".
std::string sparkline(const std::vector<double>& numbers, const Terminal& terminal);

} // namespace crm::cmd
