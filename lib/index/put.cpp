// Writing a record. One that stands in the index already is changed where it differs: each page that a
// command leaves alone is one less to write, and to read for the next command.
#include "index/impl.hpp"
#include "index/layout.hpp"
#include "index/trigrams.hpp"

#include <array>
#include <set>
#include <tuple>

namespace crm::index {
namespace {

/// What of a record may change as long as it is the same one.
enum class Column { Deleted, State, Begins, Ends, Key, Folded, Name, Path, Data };
constexpr std::array columns{Column::Deleted, Column::State, Column::Begins, Column::Ends, Column::Key,
                             Column::Folded,  Column::Name,  Column::Path,   Column::Data};
constexpr std::string_view column_list = "deleted, state, begins, ends, key, folded, name, path, data";

constexpr std::string_view name_of(Column column) {
  constexpr std::array<std::string_view, columns.size()> names{"deleted", "state", "begins", "ends", "key",
                                                               "folded",  "name",  "path",   "data"};
  return names[static_cast<std::size_t>(column)];
}

void bind(Statement& statement, int at, const Entry& entry, Column column) {
  switch (column) {
  case Column::Deleted:
    statement.bind(at, std::int64_t{entry.deleted});
    return;
  case Column::State:
    statement.bind(at, entry.state);
    return;
  case Column::Begins:
    statement.bind(at, entry.from);
    return;
  case Column::Ends:
    statement.bind(at, entry.to);
    return;
  case Column::Key:
    statement.bind(at, entry.key);
    return;
  case Column::Folded:
    statement.bind(at, entry.folded);
    return;
  case Column::Name:
    statement.bind(at, entry.name);
    return;
  case Column::Path:
    statement.bind(at, entry.path);
    return;
  case Column::Data:
    statement.bind(at, entry.data);
    return;
  }
}

bool is_same(const Statement& statement, int at, const Entry& entry, Column column) {
  switch (column) {
  case Column::Deleted:
    return (statement.number(at) != 0) == entry.deleted;
  case Column::State:
    return statement.view(at) == entry.state;
  case Column::Begins:
    return statement.optional(at) == entry.from;
  case Column::Ends:
    return statement.optional(at) == entry.to;
  case Column::Key:
    return statement.view(at) == entry.key;
  case Column::Folded:
    return statement.view(at) == entry.folded;
  case Column::Name:
    return statement.view(at) == entry.name;
  case Column::Path:
    return statement.view(at) == entry.path;
  case Column::Data:
    return statement.view(at) == entry.data;
  }
  return false;
}

/// Deleted records are not looked for by their names.
std::string searched_text(bool deleted, std::string_view folded) {
  return deleted || folded.empty() ? std::string() : spaced(folded);
}

/// A record as it stands in the index.
struct Standing {
  std::int64_t row, type;
  std::string path, searched; ///< what the trigrams were made of
  std::vector<Column> differ; ///< from the entry that is to take its place, where there is one
};

std::optional<Standing> find_standing(Database& database, std::string_view id, const Entry* entry) {
  constexpr int before = 2;
  static const std::string sql =
      "SELECT row, type, " + std::string(column_list) + " FROM record WHERE id = ?1";
  auto statement = database.prepare(sql);
  statement.bind(1, id);
  if (!statement.step()) return std::nullopt;
  const auto at = [](Column column) { return before + static_cast<int>(column); };
  Standing out{statement.number(0),
               statement.number(1),
               statement.text(at(Column::Path)),
               searched_text(statement.number(at(Column::Deleted)) != 0, statement.view(at(Column::Folded))),
               {}};
  if (entry != nullptr)
    for (const auto column : columns)
      if (!is_same(statement, at(column), *entry, column)) out.differ.push_back(column);
  return out;
}

void forget_trigrams(Database& database, const Standing& old) {
  // A contentless table must be told what it is to forget.
  if (!old.searched.empty())
    database.prepare("INSERT INTO part(part, rowid, folded) VALUES('delete', ?1, ?2)")
        .bind(1, old.row)
        .bind(2, old.searched)
        .run();
}

void put_trigrams(Database& database, std::int64_t row, std::string_view searched) {
  if (!searched.empty())
    database.prepare("INSERT INTO part(rowid, folded) VALUES(?1, ?2)").bind(1, row).bind(2, searched).run();
}

void forget_words(Database& database, std::int64_t row) {
  database.prepare("DELETE FROM word WHERE rowid = ?1").bind(1, row).run();
}

/// Whether search would find the same in it: most edits are of a state or a time.
bool has_words(Database& database, std::int64_t row, const Entry& entry) {
  auto statement = database.prepare("SELECT name, text FROM word WHERE rowid = ?1");
  statement.bind(1, row);
  const bool searched = statement.step();
  if (entry.deleted || (entry.name_words.empty() && entry.text_words.empty())) return !searched;
  return searched && statement.view(0) == entry.name_words && statement.view(1) == entry.text_words;
}

void put_words(Database& database, std::int64_t row, const Entry& entry) {
  if (entry.deleted || (entry.name_words.empty() && entry.text_words.empty())) return;
  database.prepare("INSERT INTO word(rowid, name, text) VALUES(?1, ?2, ?3)")
      .bind(1, row)
      .bind(2, entry.name_words)
      .bind(3, entry.text_words)
      .run();
}

/// Two fields may refer to the same record.
bool has_links(Database& database, std::int64_t row, const Entry& entry) {
  std::set<std::string_view> wanted;
  for (const auto& link : entry.links)
    wanted.insert(link.target);
  auto statement = database.prepare("SELECT target, begins FROM link WHERE row = ?1");
  statement.bind(1, row);
  while (statement.step())
    if (wanted.erase(statement.view(0)) == 0 || statement.optional(1) != entry.from) return false;
  return wanted.empty();
}

void forget_links(Database& database, std::int64_t row) {
  database.prepare("DELETE FROM link WHERE row = ?1").bind(1, row).run();
}

void put_links(Database& database, std::int64_t row, std::int64_t type, const Entry& entry) {
  for (const auto& link : entry.links)
    database
        .prepare("INSERT INTO link(row, target, type, begins) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
        .bind(1, row)
        .bind(2, link.target)
        .bind(3, type)
        .bind(4, entry.from)
        .run();
}

std::int64_t seconds(core::Instant instant) {
  return instant.time_since_epoch().count();
}

bool has_busy(Database& database, std::int64_t row, const Entry& entry) {
  std::set<std::tuple<std::string_view, std::string_view, std::int64_t, std::int64_t>> wanted;
  for (const auto& busy : entry.busy)
    wanted.emplace(busy.kind, busy.key, seconds(busy.time.from), seconds(busy.time.to));
  auto statement = database.prepare("SELECT kind, key, begins, ends FROM busy WHERE row = ?1");
  statement.bind(1, row);
  while (statement.step())
    if (wanted.erase({statement.view(0), statement.view(1), statement.number(2), statement.number(3)}) == 0)
      return false;
  return wanted.empty();
}

void forget_busy(Database& database, std::int64_t row) {
  database.prepare("DELETE FROM busy WHERE row = ?1").bind(1, row).run();
}

void put_busy(Database& database, std::int64_t row, const Entry& entry) {
  for (const auto& busy : entry.busy)
    database
        .prepare("INSERT INTO busy(row, kind, key, begins, ends) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO "
                 "NOTHING")
        .bind(1, row)
        .bind(2, busy.kind)
        .bind(3, busy.key)
        .bind(4, seconds(busy.time.from))
        .bind(5, seconds(busy.time.to))
        .run();
}

void erase(Database& database, const Standing& old) {
  forget_trigrams(database, old);
  forget_words(database, old.row);
  forget_links(database, old.row);
  forget_busy(database, old.row);
  database.prepare("DELETE FROM record WHERE row = ?1").bind(1, old.row).run();
}

std::int64_t next_row(Database& database, std::int64_t type) {
  auto statement = database.prepare("SELECT max(row) FROM record WHERE row BETWEEN ?1 AND ?2");
  statement.bind(1, layout::first_row(type)).bind(2, layout::last_row(type));
  return statement.step() ? statement.optional(0).value_or(layout::first_row(type)) + 1
                          : layout::first_row(type) + 1;
}

std::int64_t number_of_type(Index::Impl& impl, Database& database, const std::string& type) {
  if (const auto known = impl.types.find(type); known != impl.types.end()) return known->second;
  auto number = find_type(database, type);
  if (!number) {
    database.prepare("INSERT INTO type(name) VALUES(?1)").bind(1, type).run();
    number = find_type(database, type);
  }
  return impl.types.emplace(type, number.value_or(0)).first->second;
}

void insert(Database& database, std::int64_t type, const Entry& entry) {
  const std::int64_t row = next_row(database, type);
  static const std::string sql = "INSERT INTO record(row, id, type, " + std::string(column_list) +
                                 ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
  auto statement = database.prepare(sql);
  statement.bind(1, row).bind(2, entry.id).bind(3, type);
  int at = 3;
  for (const auto column : columns)
    bind(statement, ++at, entry, column);
  statement.run();
  put_trigrams(database, row, searched_text(entry.deleted, entry.folded));
  put_words(database, row, entry);
  put_links(database, row, type, entry);
  put_busy(database, row, entry);
}

/// SQLite writes all indexes anew that have a column of those that are set, whatever is in it.
void update(Database& database, const Standing& old, const Entry& entry) {
  if (old.differ.empty()) return;
  std::string sql = "UPDATE record SET ";
  int at = 1;
  for (const auto column : old.differ) {
    if (at > 1) sql += ", ";
    sql.append(name_of(column)).append(" = ?").append(std::to_string(++at));
  }
  auto statement = database.prepare(sql + " WHERE row = ?1");
  statement.bind(1, old.row);
  at = 1;
  for (const auto column : old.differ)
    bind(statement, ++at, entry, column);
  statement.run();
}

void change(Database& database, const Standing& old, const Entry& entry) {
  update(database, old, entry);
  if (const auto searched = searched_text(entry.deleted, entry.folded); searched != old.searched) {
    forget_trigrams(database, old);
    put_trigrams(database, old.row, searched);
  }
  if (!has_words(database, old.row, entry)) {
    forget_words(database, old.row);
    put_words(database, old.row, entry);
  }
  if (!has_links(database, old.row, entry)) {
    forget_links(database, old.row);
    put_links(database, old.row, old.type, entry);
  }
  if (!has_busy(database, old.row, entry)) {
    forget_busy(database, old.row);
    put_busy(database, old.row, entry);
  }
}

/// The id that the name of a record's file gives.
std::string_view stem(std::string_view path) {
  path.remove_prefix(std::min(path.size(), path.rfind('/') + 1));
  return path.substr(0, path.rfind('.'));
}

} // namespace

void Index::put(const Entry& entry) {
  Database& database = m_impl->database();
  const std::int64_t type = number_of_type(*m_impl, database, entry.type);
  const auto old = find_standing(database, entry.id, &entry);
  if (old && old->type == type) return change(database, *old, entry);
  if (old) erase(database, *old);
  insert(database, type, entry);
}

void Index::erase_path(std::string_view path) {
  Database& database = m_impl->database();
  const auto old = find_standing(database, stem(path), nullptr);
  // A record of that id that has moved to another path stays.
  if (old && old->path == path) erase(database, *old);
}

} // namespace crm::index
