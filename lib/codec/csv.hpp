// Comma separated values (RFC 4180), as spreadsheets and other programs write them, read in pieces.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::codec {

struct CsvRow {
  std::vector<std::string> cells;
  int line = 0;        ///< 1-based, of its first cell
  std::string raw;     ///< as it stands in the file, without its line break
  std::string problem; ///< why it cannot be read, or ""; `cells` are what was understood of it
};

/// Fed any pieces of a file, tells of each row. The separator is the most frequent of comma, semicolon and
/// tab in the first line, outside quotes. A quote within a cell that is not quoted is a character like
/// others. Lines that are empty, or white space, are no rows. UTF-8; see codec/charset for other encodings.
class CsvReader {
 public:
  static constexpr std::size_t longest_row = 1024 * 1024, most_cells = 2000;

  explicit CsvReader(std::function<void(CsvRow)> row) : m_row(std::move(row)) {}
  void feed(std::string_view piece);
  void finish();
  char separator() const { return m_separator; }

 private:
  void take(char c);
  void end_cell();
  void end_row();
  void choose_separator(std::string_view first_line);

  enum class State { Start, Plain, Quoted, AfterQuote };
  std::function<void(CsvRow)> m_row;
  CsvRow m_now;
  std::string m_cell, m_head; ///< the first line, until its separator is known
  State m_state = State::Start;
  char m_separator = 0;
  int m_line = 1;
  bool m_return = false; ///< the last character was a carriage return that ended a row
};

/// A cell that a spreadsheet would run as a formula (=, +, -, @, tab or return in front) gets an apostrophe
/// in front, and so does one that begins with an apostrophe; `disarmed` takes it away again.
std::string armed(std::string_view text);
std::string disarmed(std::string_view text);

/// In quotes where it needs them (RFC 4180 section 2).
std::string csv_cell(std::string_view text, char separator = ',');

} // namespace crm::codec
