#include "index/trigrams.hpp"

#include "base/text.hpp"

#include <set>

namespace crm::index {
namespace {

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

} // namespace

std::string doubled(std::string_view part) {
  std::string out;
  out.reserve(part.size() + 4);
  const bool sound = base::is_utf8(part);
  for (const char byte : part) {
    if (byte == ' ') {
      out += "  ";
    } else if (byte == '\0') { // ends a text for FTS5
      out += '\x01';
    } else {
      out += sound || static_cast<unsigned char>(byte) < 0x80 ? byte : '?';
    }
  }
  return out;
}

std::string spaced(std::string_view folded) {
  return "  " + doubled(folded);
}

std::vector<std::string> trigrams(std::string_view text) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (begins_character(text[i])) starts.push_back(i);
  starts.push_back(text.size());
  std::vector<std::string> out;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i + 3 < starts.size(); ++i) {
    const auto trigram = text.substr(starts[i], starts[i + 3] - starts[i]);
    if (seen.insert(trigram).second) out.emplace_back(trigram);
  }
  return out;
}

std::string having_all(const std::vector<std::string>& trigrams) {
  std::string out;
  for (const auto& trigram : trigrams) {
    out += out.empty() ? "\"" : " AND \"";
    for (const char byte : trigram)
      out += byte == '"' ? std::string("\"\"") : std::string(1, byte);
    out += '"';
  }
  return out;
}

} // namespace crm::index
