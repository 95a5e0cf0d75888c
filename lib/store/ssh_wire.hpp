// SSH's wire format (RFC 4251, section 5) and the armor around it. For this folder's .cpp files alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crm::store::ssh {

/// Takes fields off the front of bytes that somebody else wrote; once something is missing, all else is, too.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : m_left(bytes) {}

  std::string_view bytes(std::size_t count) {
    if (count > m_left.size()) m_ok = false;
    if (!m_ok) return {};
    const auto out = m_left.substr(0, count);
    m_left.remove_prefix(count);
    return out;
  }
  std::uint32_t number() {
    std::uint32_t out = 0;
    for (const char c : bytes(4))
      out = out << 8 | static_cast<unsigned char>(c);
    return out;
  }
  std::string_view string() { return bytes(number()); }
  bool ok() const { return m_ok; }
  bool at_end() const { return m_ok && m_left.empty(); }
  std::string_view left() const { return m_left; }

 private:
  std::string_view m_left;
  bool m_ok = true;
};

inline void put_number(std::string& out, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0})
    out += static_cast<char>(number >> shift & 0xff);
}
inline void put_string(std::string& out, std::string_view text) {
  put_number(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

std::string to_base64(std::string_view bytes);
/// Strict: whole groups with their padding; line breaks alone are skipped. Nothing otherwise.
std::optional<std::string> from_base64(std::string_view text);

/// "-----BEGIN label-----", lines of 70, "-----END label-----", each line ended.
std::string armor(std::string_view label, std::string_view bytes);
/// What is between the two lines; white space may stand around them, and nothing else.
std::optional<std::string> unarmor(std::string_view label, std::string_view text);

/// Overwrites what the string held, in a way that no compiler leaves out.
void wipe(std::string& secret);

} // namespace crm::store::ssh
