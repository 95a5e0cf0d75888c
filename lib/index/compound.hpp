// Questions over several types (or states) at once, each part in its index's own order: SQLite merges the
// parts of a UNION ALL as it goes, and so neither sorts nor reads more than is asked for.
#pragma once

#include "index/database.hpp"
#include "index/index.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::index {

/// Values only ever become bound parameters. Each part selects row AS row, place, id.
class Compound {
 public:
  /// The parameter's name: "?3".
  std::string add(std::int64_t number);
  std::string add(std::string_view text);
  void part(std::string select) { m_parts.push_back(std::move(select)); }
  bool empty() const { return m_parts.empty(); }

  enum class By { Id, Place, PlaceDescending };
  Statement ordered(Database& database, By by, std::size_t limit);
  std::int64_t count(Database& database, std::size_t limit);

 private:
  std::string joined() const;
  Statement prepare(Database& database, const std::string& sql);
  std::vector<std::string> m_parts;
  std::vector<std::variant<std::int64_t, std::string>> m_values;
};

/// More parts than this are not merged but asked as one, and sorted: SQLite has its limits.
inline constexpr std::size_t most_parts = 100;

/// The numbers of the types that are meant: of all when `type` is "", of none when it is not known.
std::vector<std::int64_t> types_meant(Database& database, std::string_view type);

/// LIMIT as SQL has it.
inline std::int64_t most(std::size_t limit) {
  return limit == 0 ? -1 : static_cast<std::int64_t>(limit);
}

/// The rows whose numbers come first in what `numbers` finds.
void visit_rows(Database& database, Statement& numbers, const std::function<bool(const Row&)>& visit);
std::vector<Row> load_rows(Database& database, Statement& numbers);

/// The first text after all that begin with `prefix`: no UTF-8 text has the byte 0xff.
inline std::string after(std::string_view prefix) {
  return std::string(prefix) + '\xff';
}

} // namespace crm::index
