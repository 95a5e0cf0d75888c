#include "codec/json_pieces.hpp"

#include <utility>

namespace crm::codec {

void JsonPieces::begin() {
  m_open = true;
  m_depth = 0;
  m_now = {};
  m_now.line = m_line;
}

void JsonPieces::end() {
  m_open = false;
  m_piece(std::exchange(m_now, {}));
}

void JsonPieces::feed(std::string_view text) {
  for (const char c : text) {
    take(c);
    if (c == '\n') {
      ++m_line;
      m_line_start = true;
      m_comment = false;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      m_line_start = false;
    }
  }
}

void JsonPieces::take(char c) {
  if (!m_open) {
    if (c == '#' && m_line_start) m_comment = true;
    if (c != '{' || m_comment) return;
    begin();
  }
  if (m_now.text.size() < longest)
    m_now.text += c;
  else
    m_now.cut = true;
  if (m_text) {
    if (m_escaped)
      m_escaped = false;
    else if (c == '\\')
      m_escaped = true;
    else if (c == '"')
      m_text = false;
    else if (m_depth == 1 && m_word.size() < 16)
      m_word += c;
    return;
  }
  switch (c) {
  case '"':
    m_text = true;
    if (m_depth == 1) m_word.clear();
    break;
  case '{':
    ++m_depth;
    break;
  case '[':
    // What has been taken for a record holds them.
    if (m_depth == 1 && m_word == "records" && !m_wrapped) {
      m_wrapped = true;
      m_open = false;
      m_now = {};
      return;
    }
    ++m_depth;
    break;
  case '}':
  case ']':
    if (--m_depth == 0) end();
    break;
  default:
    break;
  }
}

void JsonPieces::finish() {
  if (m_open) end();
}

} // namespace crm::codec
