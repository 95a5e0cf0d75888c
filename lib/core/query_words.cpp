#include "core/query.hpp"

namespace crm::core {

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> out;
  bool quoted = false, begun = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\n')) {
      begun = false;
      continue;
    }
    if (!begun) out.emplace_back();
    begun = true;
    if (c != '"') out.back() += c;
  }
  return out;
}

} // namespace crm::core
