// A large JSON document taken apart into the objects of its list, without holding all of it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace crm::codec {

struct JsonPiece {
  std::string text; ///< one object; not parsed, and maybe not even JSON
  int line = 0;     ///< 1-based, of where it begins
  bool cut = false; ///< longer than `longest`: `text` is its beginning
};

/// Finds each object of a list, of the list under "records" in an object, or one after the other (with or
/// without commas). A line that begins with "#" between them is a comment. What is no object is passed over.
class JsonPieces {
 public:
  static constexpr std::size_t longest = 1024 * 1024;

  explicit JsonPieces(std::function<void(JsonPiece)> piece) : m_piece(std::move(piece)) {}
  void feed(std::string_view text);
  void finish(); ///< what is still open becomes a piece that is no JSON

 private:
  void take(char c);
  void begin();
  void end();

  std::function<void(JsonPiece)> m_piece;
  JsonPiece m_now;
  std::string m_word; ///< the last text at the depth of an object that may hold the list
  std::size_t m_depth = 0;
  bool m_open = false; ///< within a piece
  bool m_wrapped = false, m_text = false, m_escaped = false, m_comment = false, m_line_start = true;
  int m_line = 1;
};

} // namespace crm::codec
