// Where the time of a command goes, for who asks.
#pragma once

#include <chrono>
#include <string_view>

namespace crm::base {

using Milliseconds = std::chrono::duration<double, std::milli>;

/// From now on each span is told when it ends; called once, before there are threads.
void trace_spans(void (*tell)(std::string_view what, Milliseconds took)) noexcept;

/// A part of the work, as long as it lives. What happens within it is told before it. Costs nothing to speak
/// of where nobody asked.
class Span {
 public:
  /// `what` must outlive the span.
  explicit Span(std::string_view what) noexcept;
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span();

 private:
  std::string_view m_what; ///< empty: not told
  std::chrono::steady_clock::time_point m_from;
};

} // namespace crm::base
