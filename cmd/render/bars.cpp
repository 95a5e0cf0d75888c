#include "cmd/render/bars.hpp"

#include <algorithm>
#include <cmath>

namespace crm::cmd {
namespace {

double greatest(const std::vector<double>& numbers) {
  double out = 0;
  for (const double number : numbers)
    if (std::isfinite(number)) out = std::max(out, number);
  return out;
}

/// 0 to 1.
double share(double number, double most) {
  return most > 0 && std::isfinite(number) ? std::clamp(number / most, 0.0, 1.0) : 0;
}

} // namespace

std::vector<std::string> bars(const std::vector<double>& numbers, std::size_t columns,
                              const Terminal& terminal) {
  const double most = greatest(numbers);
  std::vector<std::string> out;
  for (const double number : numbers) {
    const auto length =
        static_cast<std::size_t>(std::ceil(share(number, most) * static_cast<double>(columns)));
    std::string bar;
    for (std::size_t i = 0; i < length; ++i)
      bar += terminal.unicode ? "▇" : "#";
    out.push_back(std::move(bar));
  }
  return out;
}

std::string sparkline(const std::vector<double>& numbers, const Terminal& terminal) {
  static const std::vector<std::string> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  static const std::vector<std::string> plain{"_", ".", "-", "=", "#"};
  const auto& steps = terminal.unicode ? blocks : plain;
  const double most = greatest(numbers);
  const auto room = static_cast<std::size_t>(std::max(terminal.width, 1));
  std::string out;
  for (std::size_t i = numbers.size() > room ? numbers.size() - room : 0; i < numbers.size(); ++i)
    out += steps[static_cast<std::size_t>(
        std::lround(share(numbers[i], most) * static_cast<double>(steps.size() - 1)))];
  return out;
}

} // namespace crm::cmd
