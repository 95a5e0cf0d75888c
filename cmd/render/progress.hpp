// A progress bar on standard error, for what takes over a second; nothing elsewhere.
#pragma once

#include "cmd/render/style.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace crm::cmd {

/// "Reading records  [#####     ]  50%", at most `terminal.width` - 1 columns. `total` 0: only the count.
std::string progress_line(std::string_view what, std::size_t done, std::size_t total,
                          const Terminal& terminal);

class Progress {
 public:
  /// `total` 0: how many there are is not known, and only the count is shown.
  Progress(const Terminal& terminal, std::string what, std::size_t total);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::size_t done);
  /// Clears the line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  Terminal m_terminal;
  std::string m_what;
  std::size_t m_total;
  bool m_shown = false;
  Clock::time_point m_start, m_last;
};

} // namespace crm::cmd
