#include "core/read_log.hpp"

#include "base/id.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace crm::core {
namespace {

bool is_word(std::string_view text) {
  constexpr std::size_t most = 32;
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

} // namespace

bool logs_reads(const Schema& schema) {
  const auto* document = schema.document.if_map();
  const auto* annotations = document == nullptr ? nullptr : document->find("x-crm");
  const auto* map = annotations == nullptr ? nullptr : annotations->if_map();
  const auto* said = map == nullptr ? nullptr : map->find("log_reads");
  const auto* yes = said == nullptr ? nullptr : said->if_bool();
  return yes != nullptr && *yes;
}

std::string to_line(const Read& read) {
  return to_text(read.at) + " " + read.member + " " + read.how + " " + read.type + " " + read.id;
}

std::optional<Read> parse_read(std::string_view line) {
  const auto parts = base::split(line, ' ');
  if (parts.size() != 5) return std::nullopt;
  const auto at = parse_stamp_time(parts[0]);
  if (!at || !is_name(parts[1]) || !is_word(parts[2]) || !is_word(parts[3]) || !base::Id::parse(parts[4]))
    return std::nullopt;
  return Read{*at, std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
              std::string(parts[4])};
}

} // namespace crm::core
