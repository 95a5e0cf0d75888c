// One record by what identifies it.
#include "index/compound.hpp"
#include "index/impl.hpp"

#include <algorithm>

namespace crm::index {

std::optional<Row> Index::by_id(std::string_view id) const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  auto statement = database.prepare("SELECT row FROM record WHERE id = ?1");
  statement.bind(1, id);
  return statement.step() ? load_row(database, statement.number(0)) : std::nullopt;
}

std::vector<Row> Index::by_prefix(std::string_view prefix, std::string_view type, std::size_t limit) const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  if (type.empty()) {
    auto statement =
        database.prepare("SELECT row FROM record WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3");
    statement.bind(1, prefix).bind(2, after(prefix)).bind(3, most(limit));
    return load_rows(database, statement);
  }
  Compound ids;
  const std::string first = ids.add(prefix), end = ids.add(after(prefix));
  for (const auto number : types_meant(database, type))
    for (const char* deleted : {"0", "1"})
      ids.part("SELECT row, NULL, id FROM record INDEXED BY record_order WHERE type = " + ids.add(number) +
               " AND deleted = " + deleted + " AND id >= " + first + " AND id < " + end);
  if (ids.empty()) return {};
  auto statement = ids.ordered(database, Compound::By::Id, limit);
  return load_rows(database, statement);
}

std::optional<Row> Index::by_key(std::string_view type, std::string_view key) const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  auto statement =
      database.prepare("SELECT row FROM record WHERE type = (SELECT number FROM type WHERE name = ?1) AND "
                       "key = ?2 AND key <> '' ORDER BY deleted, id LIMIT 1");
  statement.bind(1, type).bind(2, key);
  return statement.step() ? load_row(database, statement.number(0)) : std::nullopt;
}

std::vector<Row> Index::by_key_prefix(std::string_view type, std::string_view prefix,
                                      std::size_t limit) const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  auto statement = database.prepare(
      "SELECT row FROM record INDEXED BY record_key WHERE type = (SELECT number FROM type WHERE name = ?1) "
      "AND key >= ?2 AND key < ?3 AND key <> '' AND deleted = 0 ORDER BY key, id LIMIT ?4");
  statement.bind(1, type).bind(2, prefix).bind(3, after(prefix)).bind(4, most(limit));
  return load_rows(database, statement);
}

std::size_t Index::shortest_prefix(std::string_view id) const {
  constexpr std::size_t shortest = 4;
  auto statement =
      m_impl->database().prepare("SELECT (SELECT id FROM record WHERE id < ?1 ORDER BY id DESC LIMIT 1), "
                                 "(SELECT id FROM record WHERE id > ?1 ORDER BY id LIMIT 1)");
  statement.bind(1, id);
  if (!statement.step()) return std::min(id.size(), shortest);
  std::size_t shared = 0;
  for (const int neighbour : {0, 1}) {
    const auto other = statement.view(neighbour);
    const auto end = std::mismatch(id.begin(), id.end(), other.begin(), other.end()).first;
    shared = std::max(shared, static_cast<std::size_t>(end - id.begin()));
  }
  return std::min(id.size(), std::max(shortest, shared + 1));
}

} // namespace crm::index
