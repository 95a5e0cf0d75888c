// Any bytes as a table, as cards and as a calendar: rows and components within their bounds, whatever the
// pieces in which they come.
#include "codec/charset.hpp"
#include "codec/content_lines.hpp"
#include "codec/csv.hpp"
#include "codec/json_pieces.hpp"
#include "fuzz.hpp"

#include "base/text.hpp"

#include <string>
#include <vector>

namespace crm::fuzz {
namespace {

std::vector<std::vector<std::string>> rows_of(std::string_view text, std::size_t piece) {
  std::vector<std::vector<std::string>> out;
  codec::CsvReader reader([&](codec::CsvRow row) {
    require(row.line > 0 && !row.cells.empty());
    if (row.problem.empty()) out.push_back(std::move(row.cells));
  });
  for (std::size_t at = 0; at < text.size(); at += piece)
    reader.feed(text.substr(at, piece));
  reader.finish();
  return out;
}

std::string cards_of(std::string_view text, std::size_t piece, std::size_t depth) {
  std::string out;
  codec::Components components(depth, [&](codec::Component& each, const auto& above) {
    require(above.size() <= depth && each.line > 0);
    require(base::is_utf8(each.raw));
    out += each.name + each.problem + each.raw;
    for (const auto& property : each.properties) {
      require(base::is_utf8(property.value));
      require(codec::text_of(codec::escaped(property.value)).size() <= property.value.size());
      for (const auto& part : codec::parts_of(property.value, ';'))
        out += part;
    }
  });
  for (std::size_t at = 0; at < text.size(); at += piece)
    components.feed(text.substr(at, piece));
  components.finish();
  return out;
}

} // namespace

void try_csv(std::string_view text) {
  const auto rows = rows_of(text, text.size() + 1);
  require(rows == rows_of(text, 3));
  for (const auto& row : rows)
    for (const auto& cell : row)
      require(codec::disarmed(codec::armed(cell)) == cell);
  // What is written is read again, the empty lines apart.
  std::string again;
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto& cell : row)
      cells.push_back(codec::csv_cell(cell, '\t'));
    again += base::join(cells, "\t") + "\r\n";
  }
  const auto copy = rows_of("a\tb\tc\td\te\tf\tg\r\n" + again, 7);
  require(copy.size() <= rows.size() + 1);
  codec::Decoder decoder;
  require(base::is_utf8(codec::to_utf8(decoder.feed(text) + decoder.feed({}))));
}

void try_cards(std::string_view text) {
  for (const std::size_t depth : {0, 1})
    require(cards_of(text, text.size() + 1, depth) == cards_of(text, 5, depth));
  std::size_t pieces = 0;
  codec::JsonPieces json([&](const codec::JsonPiece& piece) {
    require(piece.text.starts_with('{') && piece.line > 0);
    ++pieces;
  });
  json.feed(text);
  json.finish();
  require(pieces <= text.size());
}

} // namespace crm::fuzz

#ifdef CRM_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  crm::fuzz::try_csv(text);
  crm::fuzz::try_cards(text);
  return 0;
}
#endif
