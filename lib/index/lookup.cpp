// One record by what identifies it.
#include "index/compound.hpp"
#include "index/impl.hpp"

#include <algorithm>
#include <numeric>

namespace crm::index {
namespace {

constexpr std::size_t shortest = 4;

/// How many characters tell `id` from its neighbours.
std::size_t telling(std::string_view id, std::string_view before, std::string_view after) {
  std::size_t shared = 0;
  for (const auto other : {before, after}) {
    const auto end = std::mismatch(id.begin(), id.end(), other.begin(), other.end()).first;
    shared = std::max(shared, static_cast<std::size_t>(end - id.begin()));
  }
  return std::min(id.size(), std::max(shortest, shared + 1));
}

} // namespace

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
  auto statement =
      m_impl->database().prepare("SELECT (SELECT id FROM record WHERE id < ?1 ORDER BY id DESC LIMIT 1), "
                                 "(SELECT id FROM record WHERE id > ?1 ORDER BY id LIMIT 1)");
  statement.bind(1, id);
  if (!statement.step()) return std::min(id.size(), shortest);
  return telling(id, statement.view(0), statement.view(1));
}

std::vector<std::size_t> Index::shortest_prefixes(const std::vector<std::string>& ids) const {
  constexpr std::size_t few =
      500; // so many are asked for one by one; for more, all ids are gone through once
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  std::vector<std::size_t> out(ids.size(), shortest);
  if (ids.size() < few) {
    std::transform(ids.begin(), ids.end(), out.begin(), [&](const auto& id) { return shortest_prefix(id); });
    return out;
  }
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return ids[a] < ids[b]; });
  auto statement = database.prepare("SELECT id FROM record ORDER BY id");
  std::string before;
  auto next = order.begin();
  for (bool more = statement.step(); more && next != order.end();) {
    const std::string id = statement.text(0);
    more = statement.step();
    for (; next != order.end() && ids[*next] <= id; ++next)
      if (ids[*next] == id) out[*next] = telling(id, before, more ? statement.view(0) : std::string_view());
    before = id;
  }
  return out;
}

} // namespace crm::index
