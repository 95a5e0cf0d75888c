#include "codec/yaml_scalar.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace crm::codec {
namespace {

using core::Value;

bool only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == text.npos;
}

std::string_view digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), base::is_digit);
  const auto out = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(out.size());
  return out;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?  (YAML 1.2.2, 10.3.2)
struct Number {
  bool fits = false, integer = false, exact = false; ///< exact: neither plus sign nor leading zeros
};

Number number_form(std::string_view text) {
  Number out;
  out.exact = text.empty() || text.front() != '+';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const auto whole = digits(text);
  if (whole.size() > 1 && whole.front() == '0') out.exact = false;
  out.integer = text.empty() && !whole.empty();
  if (out.integer) return out.fits = true, out;
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = digits(text);
  }
  if (whole.empty() && fraction.empty()) return out;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    if (digits(text).empty()) return out;
  }
  out.fits = text.empty();
  return out;
}

/// `form` with 0 for a digit: "0000-00-00".
bool has_form(std::string_view text, std::string_view form) {
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char f) {
           return f == '0' ? base::is_digit(c) : c == f;
         });
}

/// Dates and times in the one way in which records write them: they stand plain.
bool is_our_time(std::string_view text) {
  for (const auto* form :
       {"0000-00-00", "0000-00-00T00:00", "0000-00-00T00:00:00", "0000-00-00T00:00:00.000Z"})
    if (has_form(text, form)) return true;
  for (const auto* form : {"0000-00-00T00:00+00:00", "0000-00-00T00:00-00:00", "0000-00-00T00:00:00+00:00",
                           "0000-00-00T00:00:00-00:00"})
    if (has_form(text, form)) return true;
  return false;
}

/// What some reader of YAML 1.0 to 1.2 takes for something else than text; and phone numbers, which people
/// shorten.
bool resolves_somewhere(std::string_view text) {
  static constexpr std::array words{"null", "~",   "true", "false", "yes", "no",
                                    "on",   "off", "y",    "n",     "<<",  "="};
  const std::string low = base::lower(text);
  if (std::find(words.begin(), words.end(), low) != words.end()) return true;
  if (is_our_time(text)) return false;
  if (!base::is_digit(low.front()) && low.front() != '.' && low.front() != '+' && low.front() != '-' &&
      low.front() != '(')
    return false;
  if (only(low, "0123456789 +-().,:_/") || only(low, "0123456789._+-e") || only(low, "0123456789-:tz. +"))
    return true;
  std::string_view rest = low;
  if (rest.front() == '+' || rest.front() == '-') rest.remove_prefix(1);
  if (rest == ".inf" || rest == ".nan") return true;
  return rest.size() > 1 && rest[0] == '0' &&
         std::string_view("xob").find(rest[1]) != std::string_view::npos &&
         only(rest.substr(2), "0123456789abcdef_");
}

/// The code point at `at` of valid UTF-8, and its length.
std::pair<char32_t, std::size_t> point_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[at + i]));
  };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xe0) return {(first & 0x1f) << 6 | (byte(1) & 0x3f), 2};
  if (first < 0xf0) return {(first & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f), 3};
  return {(first & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f), 4};
}

/// Control characters, other readers' line breaks, and what reorders or hides text: these are written as
/// escapes, so that a file shows what it says.
bool wants_escape(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0x061c ||
         c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0xfffe || c == 0xffff;
}

template <class Predicate>
bool any_point(std::string_view text, const Predicate& predicate) {
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = point_at(text, at);
    if (predicate(point)) return true;
    at += length;
  }
  return false;
}

bool stands_plain(std::string_view text, Place place) {
  constexpr std::string_view indicators = "-?:,[]{}#&*!|>'\"%@`";
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (indicators.find(text.front()) != indicators.npos || text.starts_with("...")) return false;
  if (text.find(": ") != text.npos || text.find(" #") != text.npos) return false;
  // Inside [ ] and { } these end a scalar: `?` only in yaml-cpp.
  if (place != Place::Block && text.find_first_of(",[]{}?") != text.npos) return false;
  if (place == Place::Key && text.find(':') != text.npos) return false;
  return !resolves_somewhere(text) && !any_point(text, wants_escape);
}

/// Double-quoted, with the escapes of JSON.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, length] = point_at(text, at);
    switch (point) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      if (wants_escape(point))
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(point));
      else
        out += text.substr(at, length);
    }
    at += length;
  }
  return out + '"';
}

std::string double_text(double number) {
  if (!std::isfinite(number)) return std::isnan(number) ? "\".nan\"" : number > 0 ? "\".inf\"" : "\"-.inf\"";
  std::array<char, 40> buffer{};
  std::string out(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr);
  // YAML 1.1 wants the point even before an exponent; and 1200 would come back as an integer.
  if (out.find('.') == out.npos) out.insert(std::min(out.find('e'), out.size()), ".0");
  return out;
}

} // namespace

std::optional<Value> parse_number(std::string_view text) {
  const auto form = number_form(text);
  if (!form.fits) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  if (form.integer) {
    std::int64_t integer = 0;
    const auto result = std::from_chars(text.data(), end, integer);
    if (result.ec == std::errc() && result.ptr == end) return Value(integer);
  }
  double number = 0;
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(number)) return std::nullopt;
  return Value(number);
}

Value resolve_plain(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto form = number_form(text); form.fits && form.exact && text != "-0")
    if (auto number = parse_number(text); number && (number->if_int() != nullptr || !form.integer))
      return *std::move(number);
  return text;
}

std::string valid_utf8(std::string_view text) {
  if (base::is_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= 4 && length <= text.size() && !base::is_utf8(text.substr(0, length)))
      ++length;
    const bool good = length <= 4 && length <= text.size();
    out += good ? text.substr(0, length) : std::string_view("\xef\xbf\xbd");
    text.remove_prefix(good ? length : 1);
  }
  return out;
}

std::string scalar_text(const Value& scalar, Place place) {
  if (const auto* boolean = scalar.if_bool()) return *boolean ? "true" : "false";
  if (const auto* integer = scalar.if_int()) return std::to_string(*integer);
  if (const auto* number = scalar.if_double()) return double_text(*number);
  if (const auto* text = scalar.if_string()) {
    const std::string valid = valid_utf8(*text);
    return stands_plain(valid, place) ? valid : quoted(valid);
  }
  return "null";
}

bool suits_literal(std::string_view text) {
  const auto first = text.find_first_not_of('\n');
  if (first != 0 || text.front() == ' ' || text.find('\n') == text.npos || !base::is_utf8(text)) return false;
  for (auto rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (end > 0 && only(rest.substr(0, end), " ")) return false;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return !any_point(text, [](char32_t c) { return c != '\n' && wants_escape(c); });
}

} // namespace crm::codec
