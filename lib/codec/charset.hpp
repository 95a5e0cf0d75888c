// Text of other programs and other times, as UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace crm::codec {

/// Windows-1252, the superset of ISO 8859-1 that is meant where either is named. Never fails.
std::string from_windows_1252(std::string_view bytes);
/// `bytes` when they are UTF-8 already, else as Windows-1252.
std::string to_utf8(std::string_view bytes);
/// By the name of a charset, in any case ("ISO-8859-1", "windows-1252", "utf-8"); unknown ones as to_utf8.
std::string from_charset(std::string_view bytes, std::string_view charset);

/// A file as UTF-8, piece by piece: UTF-16 by its byte order mark, UTF-8 without its own. Half a UTF-16 pair
/// becomes U+FFFD.
class Decoder {
 public:
  std::string feed(std::string_view piece);

 private:
  enum class Form { Unknown, Bytes, Little, Big };
  void unit(unsigned code, std::string& out);
  Form m_form = Form::Unknown;
  std::string m_held; ///< too few bytes to tell, or half a unit
  unsigned m_high = 0;
};

} // namespace crm::codec
