#include "base/id.hpp"

#include "base/env.hpp"

#include <array>

namespace crm::base {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

bool in_alphabet(std::string_view text) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}

} // namespace

Id Id::random(Environment& env) {
  std::array<std::byte, length> bytes{};
  env.random(bytes);
  std::string text;
  text.reserve(length);
  for (auto byte : bytes)
    text += alphabet[std::to_integer<std::size_t>(byte) % alphabet.size()];
  return Id(std::move(text));
}

std::optional<Id> Id::parse(std::string_view text) {
  if (text.size() != length || !in_alphabet(text)) return std::nullopt;
  return Id(std::string(text));
}

bool Id::may_begin_with(std::string_view text) {
  return !text.empty() && text.size() <= length && in_alphabet(text);
}

bool Id::is_prefix(std::string_view text) {
  return text.size() >= shortest_prefix && text.size() <= length && in_alphabet(text);
}

} // namespace crm::base
