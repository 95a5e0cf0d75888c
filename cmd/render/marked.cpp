#include "cmd/render/marked.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace crm::cmd {

std::string marked(std::string_view text, const std::vector<core::Highlight>& marks, const Style& style) {
  std::string out;
  std::size_t at = 0;
  for (const auto& mark : marks) {
    if (mark.begin >= text.size()) break;
    const std::size_t end = std::min(mark.end, text.size());
    out += base::printable(text.substr(at, mark.begin - at));
    out += style.paint(Role::Name, base::printable(text.substr(mark.begin, end - mark.begin)));
    at = end;
  }
  return out + base::printable(text.substr(at));
}

std::vector<core::Highlight> marks_left(const std::vector<core::Highlight>& marks, std::string_view whole,
                                        std::string_view shortened) {
  auto kept = static_cast<std::size_t>(
      std::mismatch(whole.begin(), whole.end(), shortened.begin(), shortened.end()).first - whole.begin());
  // The dots may begin with a byte of the character that they stand for.
  while (kept > 0 && kept < whole.size() && (static_cast<unsigned char>(whole[kept]) & 0xc0) == 0x80)
    --kept;
  std::vector<core::Highlight> out;
  for (const auto& mark : marks)
    if (mark.begin < kept) out.push_back({mark.begin, std::min(mark.end, kept)});
  return out;
}

core::Excerpt around_marks(const core::Excerpt& excerpt, std::size_t columns, const Terminal& terminal) {
  core::Excerpt out = excerpt;
  if (base::width(out.text) <= columns) return out;
  const std::size_t first = out.marks.empty() ? 0 : out.marks.front().begin;
  if (base::width(std::string_view(out.text).substr(0, first)) > columns / 2) {
    // What stands before the first mark is cut first, at a space.
    std::size_t from = first;
    for (std::size_t at = first; at-- > 0;)
      if (out.text[at] == ' ') {
        if (base::width(std::string_view(out.text).substr(at, first - at)) > columns / 3) break;
        from = at + 1;
      }
    const std::string dots = terminal.unicode ? "…" : "~";
    out.text = dots + out.text.substr(from);
    for (auto& mark : out.marks) {
      mark.begin = mark.begin - from + dots.size();
      mark.end = mark.end - from + dots.size();
    }
  }
  const std::string shorter = shorten(out.text, columns, terminal);
  out.marks = marks_left(out.marks, out.text, shorter);
  out.text = shorter;
  return out;
}

std::vector<std::pair<std::size_t, std::size_t>> in_characters(std::string_view text,
                                                               const std::vector<core::Highlight>& marks) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  std::size_t counted = 0, at = 0;
  const auto count = [&](std::size_t to) {
    counted += base::characters(text.substr(at, to - at));
    at = to;
    return counted;
  };
  for (const auto& mark : marks) {
    const std::size_t from = count(mark.begin);
    out.emplace_back(from, count(mark.end));
  }
  return out;
}

} // namespace crm::cmd
