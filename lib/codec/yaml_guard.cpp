#include "codec/yaml_guard.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace crm::codec {
namespace {

class Guard {
 public:
  explicit Guard(const std::string& file) : m_file(file) {}

  void line(std::string_view text) {
    ++m_line;
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (!m_encoding && !base::is_utf8(text)) report(m_encoding, {}, "must be valid UTF-8");
    // yaml-cpp eats a byte order mark and counts columns without it.
    if (!m_mark && text.find("\xef\xbb\xbf") != text.npos)
      report(m_mark, "\\ufeff", "must not hold a byte order mark: save it as UTF-8 without one");
    for (std::size_t at = 0; at < text.size() && !m_control; ++at)
      control(text, at);
    indentation(text);
    if (!m_directive && !text.empty() && text.front() == '%')
      report(m_directive, base::fit(base::printable(text), 40), "must not hold YAML directives");
  }

  std::vector<core::Problem> take() { return std::move(m_problems); }

 private:
  void control(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto next = at + 1 < text.size() ? static_cast<unsigned char>(text[at + 1]) : 0;
    const bool c0 = byte < 0x20 && byte != '\t', c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    if (!c0 && !c1 && byte != 0x7f) return;
    report(m_control, base::printable(text.substr(at, c1 ? 2 : 1)), "must not hold control characters");
  }

  void indentation(std::string_view text) {
    const auto start = text.find_first_not_of(" \t");
    if (m_tab || start == text.npos || text.substr(0, start).find('\t') == text.npos) return;
    report(m_tab, "\\t", "must be indented with spaces, not with tabs");
  }

  void report(bool& reported, std::string found, std::string message) {
    reported = true;
    m_problems.push_back({m_file, m_line, "", std::move(found), std::move(message)});
  }

  const std::string& m_file;
  int m_line = 0;
  bool m_encoding = false, m_mark = false, m_control = false, m_tab = false, m_directive = false;
  std::vector<core::Problem> m_problems;
};

} // namespace

std::vector<core::Problem> check_bytes(std::string_view text, const std::string& file, const Limits& limits) {
  if (text.size() > limits.bytes)
    return {{file, 0, "", std::to_string(text.size()) + " bytes",
             "must have at most " + std::to_string(limits.bytes) + " bytes"}};
  Guard guard(file);
  while (!text.empty()) {
    const auto end = text.find('\n');
    guard.line(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return guard.take();
}

} // namespace crm::codec
