#include "cmd/render/progress.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iostream>

namespace crm::cmd {

std::string progress_line(std::string_view what, std::size_t done, std::size_t total,
                          const Terminal& terminal) {
  const auto room = static_cast<std::size_t>(std::max(terminal.width, 2)) - 1;
  const std::string name = base::printable(what);
  if (total == 0) return shorten(fmt::format("{}  {}", name, done), room, terminal);
  constexpr std::size_t cells = 24, percent_columns = 4, edges = 6;
  done = std::min(done, total);
  const auto share = static_cast<double>(done) / static_cast<double>(total);
  const auto filled = static_cast<std::size_t>(share * cells);
  std::string bar;
  for (std::size_t i = 0; i < cells; ++i)
    bar += i >= filled ? " " : terminal.unicode ? "█" : "#";
  const std::size_t around = cells + percent_columns + edges;
  const std::string said = room > around + 4 ? shorten(name, room - around, terminal) : std::string();
  return fmt::format("{}  [{}] {:3}%", said, bar, static_cast<int>(share * 100));
}

Progress::Progress(const Terminal& terminal, std::string what, std::size_t total)
    : m_terminal(terminal), m_what(std::move(what)), m_total(total), m_start(Clock::now()), m_last(m_start) {}

void Progress::update(std::size_t done) {
  constexpr auto patience = std::chrono::seconds{1};
  constexpr auto pace = std::chrono::milliseconds{100};
  if (!m_terminal.tty_err || !m_terminal.can_erase) return;
  const auto now = Clock::now();
  if (now - m_start < patience || now - m_last < pace) return;
  m_last = now;
  m_shown = true;
  std::cerr << '\r' << progress_line(m_what, done, m_total, m_terminal) << "\x1b[K" << std::flush;
}

void Progress::finish() {
  if (m_shown) std::cerr << "\r\x1b[K" << std::flush;
  m_shown = false;
}

} // namespace crm::cmd
