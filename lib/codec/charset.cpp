#include "codec/charset.hpp"

#include "base/text.hpp"

#include <array>
#include <utility>

namespace crm::codec {
namespace {

constexpr unsigned replacement = 0xfffd;

void put_code_point(std::string& out, unsigned code) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6), byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 0x3f)), byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18), byte(0x80 | (code >> 12 & 0x3f)), byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

/// What Windows-1252 has at 0x80 to 0x9f.
constexpr std::array<unsigned, 32> windows_1252{
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

} // namespace

std::string from_windows_1252(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    put_code_point(out, byte >= 0x80 && byte < 0xa0 ? windows_1252[byte - 0x80] : byte);
  }
  return out;
}

std::string to_utf8(std::string_view bytes) {
  return base::is_utf8(bytes) ? std::string(bytes) : from_windows_1252(bytes);
}

std::string from_charset(std::string_view bytes, std::string_view charset) {
  const std::string name = base::fold(charset);
  if (name == "iso-8859-1" || name == "iso-8859-15" || name == "latin1" || name == "windows-1252" ||
      name == "cp1252") {
    std::string out = from_windows_1252(bytes);
    if (name != "iso-8859-15") return out;
    for (auto at = out.find("\xc2\xa4"); at != out.npos; at = out.find("\xc2\xa4", at)) // the euro's place
      out.replace(at, 2, "\xe2\x82\xac");
    return out;
  }
  return to_utf8(bytes);
}

void Decoder::unit(unsigned code, std::string& out) {
  const bool low = code >= 0xdc00 && code < 0xe000;
  if (const unsigned high = std::exchange(m_high, 0); high != 0) {
    if (low) return put_code_point(out, 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00));
    put_code_point(out, replacement);
  }
  if (code >= 0xd800 && code < 0xdc00)
    m_high = code;
  else
    put_code_point(out, low ? replacement : code);
}

std::string Decoder::feed(std::string_view piece) {
  std::string bytes = std::exchange(m_held, {});
  bytes += piece;
  if (m_form == Form::Unknown) {
    constexpr std::size_t longest_mark = 3;
    if (bytes.size() < longest_mark && !piece.empty()) {
      m_held = std::move(bytes);
      return {};
    }
    m_form = Form::Bytes;
    if (bytes.starts_with("\xff\xfe")) m_form = Form::Little;
    if (bytes.starts_with("\xfe\xff")) m_form = Form::Big;
    bytes.erase(0, m_form != Form::Bytes ? 2 : bytes.starts_with("\xef\xbb\xbf") ? longest_mark : 0);
  }
  if (m_form == Form::Bytes) return bytes;
  std::string out;
  std::size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) {
    const auto first = static_cast<unsigned char>(bytes[at]),
               second = static_cast<unsigned char>(bytes[at + 1]);
    unit(m_form == Form::Little ? first | static_cast<unsigned>(second) << 8
                                : static_cast<unsigned>(first) << 8 | second,
         out);
  }
  m_held = bytes.substr(at);
  return out;
}

} // namespace crm::codec
