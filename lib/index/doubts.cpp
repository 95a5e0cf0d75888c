// Records that something may be wrong with, whatever the schemas say of it: for the caller to look at.
#include "index/compound.hpp"
#include "index/impl.hpp"

namespace crm::index {

std::vector<Row> Index::of_doubtful_links() const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  // Each target once, by the index on targets; the records of the few that are left are then looked up.
  auto statement = database.prepare(
      "SELECT DISTINCT link.row FROM link JOIN record ON record.row = link.row AND record.deleted = 0 "
      "WHERE link.target IN (SELECT target FROM (SELECT DISTINCT target FROM link) WHERE "
      "NOT EXISTS (SELECT 1 FROM record WHERE id = target AND deleted = 0) AND "
      "NOT EXISTS (SELECT 1 FROM type CROSS JOIN record AS named INDEXED BY record_key WHERE named.type = "
      "type.number AND named.key = target AND named.key <> '' AND named.deleted = 0)) ORDER BY link.row");
  return load_rows(database, statement);
}

std::vector<Row> Index::of_shared_keys() const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  auto statement = database.prepare(
      "SELECT record.row FROM record JOIN (SELECT type, key FROM record INDEXED BY record_key WHERE key <> "
      "'' "
      "AND deleted = 0 GROUP BY type, key HAVING count(*) > 1) AS shared ON record.type = shared.type AND "
      "record.key = shared.key AND record.key <> '' AND record.deleted = 0 ORDER BY record.id");
  return load_rows(database, statement);
}

} // namespace crm::index
