#include "cmd/render/table.hpp"

#include <algorithm>

namespace crm::cmd {
namespace {

constexpr std::size_t between = 2; ///< spaces from one column to the next

struct Text {
  std::string text;
  std::size_t width = 0;
};

Text one_line(std::string_view text, const Terminal& terminal) {
  std::string line;
  const auto end = terminal.tty_out ? text.find('\n') : std::string_view::npos;
  if (end == std::string_view::npos) {
    line = base::printable(text);
  } else {
    line = base::printable(base::trim(text.substr(0, end))) + (terminal.unicode ? " …" : " ~");
  }
  while (line.ends_with(' '))
    line.pop_back();
  const std::size_t width = base::width(line);
  return {std::move(line), width};
}

std::size_t total(const std::vector<std::size_t>& widths) {
  std::size_t sum = 0;
  for (const auto width : widths)
    sum += width > 0 ? width + between : 0;
  return sum > 0 ? sum - between : 0;
}

/// Takes from the widest of the columns that `may` give way until the table fits or all are at their `least`.
template <class May, class Least>
void narrow(std::vector<std::size_t>& widths, std::size_t room, May may, Least least) {
  for (std::size_t sum = total(widths); sum > room; --sum) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (may(i) && widths[i] > least(i) && (widest == widths.size() || widths[i] > widths[widest]))
        widest = i;
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

void make_fit(std::vector<std::size_t>& widths, const std::vector<Column>& columns, std::size_t room) {
  const auto min = [&](std::size_t i) { return std::max<std::size_t>(columns[i].min, 1); };
  const auto one = [](std::size_t) { return std::size_t{1}; };
  for (std::size_t i = 0; i < widths.size(); ++i)
    if (columns[i].max > 0) widths[i] = std::min(widths[i], columns[i].max);
  narrow(
      widths, room, [&](std::size_t i) { return columns[i].shrink == Shrink::First; }, min);
  narrow(
      widths, room, [&](std::size_t i) { return columns[i].shrink != Shrink::Never; }, min);
  narrow(
      widths, room, [&](std::size_t i) { return columns[i].shrink != Shrink::Never; }, one);
  narrow(
      widths, room, [](std::size_t) { return true; }, one);
  for (std::size_t i = widths.size(); i > 1 && total(widths) > room; --i)
    widths[i - 1] = 0;
}

/// One line of the table as it grows; spaces are owed until something follows them.
class Line {
 public:
  explicit Line(std::string& out) : m_out(out) {}
  void cell(const Text& text, std::size_t columns, base::Align align, std::string_view painted) {
    if (!m_first) m_owed += between;
    m_first = false;
    const std::size_t gap = text.width < columns ? columns - text.width : 0;
    if (align == base::Align::Right) m_owed += gap;
    if (text.width > 0) {
      m_out.append(m_owed, ' ');
      m_out += painted;
      m_owed = align == base::Align::Left ? gap : 0;
    } else {
      m_owed += align == base::Align::Left ? gap : 0;
    }
  }
  void end() { m_out += '\n'; }

 private:
  std::string& m_out;
  std::size_t m_owed = 0;
  bool m_first = true;
};

std::string rule(std::size_t columns, const Terminal& terminal) {
  std::string out;
  for (std::size_t i = 0; i < columns; ++i)
    out += terminal.unicode ? "─" : "-";
  return out;
}

} // namespace

std::string Table::render(const Terminal& terminal, const Style& style) const {
  if (m_rows.empty()) return {};
  std::vector<std::size_t> widths(m_columns.size(), 0);
  for (const auto& row : m_rows)
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
      widths[i] = std::max(widths[i], one_line(row[i].text, terminal).width);
  std::vector<Text> headings;
  for (std::size_t i = 0; i < m_columns.size(); ++i) {
    headings.push_back(one_line(m_columns[i].heading, terminal));
    if (widths[i] > 0) widths[i] = std::max(widths[i], headings[i].width);
  }
  if (terminal.tty_out) make_fit(widths, m_columns, static_cast<std::size_t>(std::max(terminal.width, 1)));

  std::string out;
  const auto add = [&](Line& line, std::size_t i, const Text& text, Role role) {
    if (text.width <= widths[i]) {
      line.cell(text, widths[i], m_columns[i].align, style.paint(role, text.text));
    } else {
      const std::string shorter = shorten(text.text, widths[i], terminal);
      line.cell({{}, base::width(shorter)}, widths[i], m_columns[i].align, style.paint(role, shorter));
    }
  };
  Line heads(out);
  for (std::size_t i = 0; i < m_columns.size(); ++i)
    if (widths[i] > 0) add(heads, i, headings[i], Role::Dim);
  heads.end();
  // Where colour does not set the headings off, a rule does; a pipe gets neither.
  const bool dimmed = style.paint(Role::Dim, "x") != "x";
  if (terminal.tty_out && !dimmed) {
    Line under(out);
    for (const auto width : widths)
      if (width > 0) under.cell({{}, width}, width, base::Align::Left, rule(width, terminal));
    under.end();
  }
  for (const auto& row : m_rows) {
    Line line(out);
    for (std::size_t i = 0; i < std::min(row.size(), widths.size()); ++i)
      if (widths[i] > 0) add(line, i, one_line(row[i].text, terminal), row[i].role);
    line.end();
  }
  return out;
}

} // namespace crm::cmd
