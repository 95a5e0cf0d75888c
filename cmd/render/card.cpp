#include "cmd/render/card.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace crm::cmd {
namespace {

constexpr std::string_view indent = "  ";

std::vector<std::string> lines_of(std::string_view value, std::size_t room, const Terminal& terminal) {
  const std::string text = base::printable(base::trim(value), base::Newlines::Keep);
  if (terminal.tty_out) return base::wrap(text, room);
  std::vector<std::string> out;
  for (const auto line : base::split(text, '\n'))
    out.emplace_back(line);
  return out;
}

std::string finish(std::string line) {
  while (line.ends_with(' '))
    line.pop_back();
  return line + "\n";
}

} // namespace

std::string Card::render(const Terminal& terminal, const Style& style) const {
  const auto columns = static_cast<std::size_t>(std::max(terminal.width, 1));
  const auto fitted = [&](std::string text, std::size_t room) {
    return terminal.tty_out ? shorten(text, room, terminal) : text;
  };
  std::size_t widest = 0;
  for (const auto& entry : entries)
    if (!entry.value.empty()) widest = std::max(widest, base::width(base::printable(entry.label)));
  if (terminal.tty_out) widest = std::min(widest, std::max<std::size_t>(columns / 3, 8));

  const std::string heading = fitted(base::printable(title), columns);
  std::string out = style.paint(Role::Name, heading);
  if (!subtitle.empty()) {
    const std::string rest = base::printable(subtitle);
    const bool beside =
        !terminal.tty_out || base::width(heading) + indent.size() + base::width(rest) <= columns;
    out += beside ? std::string(indent) : "\n" + std::string(indent);
    out += style.paint(Role::Dim, beside ? rest : fitted(rest, columns - indent.size()));
  }
  out += "\n";

  const std::size_t taken = 2 * indent.size() + widest;
  const std::size_t room = columns > taken + 8 ? columns - taken : 8;
  for (const auto& entry : entries) {
    if (entry.value.empty()) continue;
    if (entry.apart) out += "\n";
    std::string label = fitted(base::printable(entry.label), widest);
    for (const auto& line : lines_of(entry.value, room, terminal)) {
      const std::string padded = style.paint(Role::Dim, label) + base::pad("", widest - base::width(label));
      out += finish(std::string(indent) + padded + std::string(indent) + style.paint(entry.role, line));
      label.clear();
    }
  }
  if (!footer.empty()) {
    for (const auto& line : lines_of(footer, columns - indent.size(), terminal))
      out += std::string(indent) + style.paint(Role::Dim, line) + "\n";
  }
  return out;
}

} // namespace crm::cmd
