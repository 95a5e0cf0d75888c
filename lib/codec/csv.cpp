#include "codec/csv.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace crm::codec {
namespace {

constexpr std::string_view begins_a_formula = "=+-@\t\r";

/// Not a byte of some character: nothing that is written with it would be UTF-8.
bool may_separate(char c) {
  return c == '\t' || (c >= ' ' && c <= '~' && c != '"');
}

} // namespace

void CsvReader::choose_separator(std::string_view first_line) {
  std::size_t most = 0;
  m_separator = ',';
  for (const char candidate : {',', ';', '\t'}) {
    bool quoted = false;
    std::size_t count = 0;
    for (const char c : first_line) {
      if (c == '"') quoted = !quoted;
      if (c == candidate && !quoted) ++count;
    }
    if (count > most) {
      most = count;
      m_separator = candidate;
    }
  }
}

void CsvReader::feed(std::string_view piece) {
  if (m_separator == 0) {
    // Excel says which one it is in a line of its own.
    m_head += piece;
    const auto end = m_head.find_first_of("\r\n");
    if (end == m_head.npos && m_head.size() < longest_row) return;
    const std::string head = std::exchange(m_head, {});
    if (head.starts_with("sep=") && end == 5 && may_separate(head[4])) {
      m_separator = head[4];
      m_return = head[end] == '\r';
      ++m_line;
      return feed(std::string_view(head).substr(end + 1));
    }
    choose_separator(std::string_view(head).substr(0, end));
    return feed(head);
  }
  for (const char c : piece)
    take(c);
}

void CsvReader::take(char c) {
  if (std::exchange(m_return, false) && c == '\n') return;
  if (m_now.line == 0) m_now.line = m_line;
  const bool breaks = c == '\n' || c == '\r';
  if (breaks) ++m_line;
  if (m_state == State::Quoted && c == '\r') --m_line; // its \n counts
  if (m_now.raw.size() >= longest_row && m_now.problem.empty())
    m_now.problem =
        m_state == State::Quoted ? "a quote is opened and not closed within 1 MiB" : "is longer than 1 MiB";
  if (!m_now.problem.empty() && m_now.raw.size() >= longest_row) {
    // Nothing after this can be trusted to be within or without quotes: begin anew at the next line.
    if (breaks) end_row();
    return;
  }
  if (m_state != State::Quoted && breaks) {
    m_return = c == '\r';
    return end_row();
  }
  m_now.raw += c;
  switch (m_state) {
  case State::Start:
    if (c == '"') {
      m_state = State::Quoted;
    } else if (c == m_separator) {
      end_cell();
    } else {
      m_cell += c;
      m_state = State::Plain;
    }
    break;
  case State::Plain:
    if (c == m_separator)
      end_cell();
    else
      m_cell += c;
    break;
  case State::Quoted:
    if (c == '"')
      m_state = State::AfterQuote;
    else
      m_cell += c;
    break;
  case State::AfterQuote:
    if (c == '"') {
      m_cell += '"';
      m_state = State::Quoted;
    } else if (c == m_separator) {
      end_cell();
    } else {
      if (m_now.problem.empty() && c != ' ') m_now.problem = "has text behind a closing quote";
      m_cell += c;
      m_state = State::Plain;
    }
    break;
  }
}

void CsvReader::end_cell() {
  if (m_now.cells.size() < most_cells)
    m_now.cells.push_back(std::move(m_cell));
  else if (m_now.problem.empty())
    m_now.problem = "has more than 2000 cells";
  m_cell.clear();
  m_state = State::Start;
}

void CsvReader::end_row() {
  end_cell();
  CsvRow row = std::exchange(m_now, {});
  const bool blank = row.cells.size() == 1 && base::trim(row.cells.front()).empty();
  if (!blank || !row.problem.empty()) m_row(std::move(row));
}

void CsvReader::finish() {
  if (m_separator == 0) {
    choose_separator(m_head);
    feed(std::exchange(m_head, {}));
  }
  if (m_now.line == 0) return;
  if (m_state == State::Quoted && m_now.problem.empty()) m_now.problem = "a quote is opened and not closed";
  end_row();
}

std::string armed(std::string_view text) {
  const bool dangerous =
      !text.empty() && (text.front() == '\'' || begins_a_formula.find(text.front()) != text.npos);
  return (dangerous ? "'" : "") + std::string(text);
}

std::string disarmed(std::string_view text) {
  const bool was_armed = text.size() > 1 && text.front() == '\'' &&
                         (text[1] == '\'' || begins_a_formula.find(text[1]) != text.npos);
  return std::string(was_armed ? text.substr(1) : text);
}

std::string csv_cell(std::string_view text, char separator) {
  const std::array<char, 4> special{separator, '"', '\r', '\n'};
  const bool spaced = !text.empty() && (text.front() == ' ' || text.back() == ' ');
  if (!spaced && text.find_first_of(std::string_view(special.data(), special.size())) == text.npos)
    return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

} // namespace crm::codec
