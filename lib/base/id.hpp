// Record ids: 16 random characters of Crockford base32 (80 bits), permanent, never reused.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace crm::base {

class Environment;

class Id {
 public:
  static constexpr std::size_t length = 16;
  static constexpr std::size_t shortest_prefix = 4;

  static Id random(Environment& env);
  /// Accepts exactly 16 lower-case characters of the alphabet 0-9 a-z without i, l, o, u.
  static std::optional<Id> parse(std::string_view text);
  /// True when an id may begin so, though it is too short to name one.
  static bool may_begin_with(std::string_view text);
  /// True when `text` could be the beginning of an id: 4 to 16 characters of the alphabet.
  static bool is_prefix(std::string_view text);

  const std::string& str() const { return m_text; }
  auto operator<=>(const Id&) const = default;

 private:
  explicit Id(std::string text) : m_text(std::move(text)) {}
  std::string m_text;
};

} // namespace crm::base
