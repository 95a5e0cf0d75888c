// Writing a record. One that stands in the index already is changed where it differs: each page that a
// command leaves alone is one less to write, and to read for the next command.
#include "index/impl.hpp"
#include "index/layout.hpp"
#include "index/trigrams.hpp"

#include <array>
#include <set>
#include <tuple>
#include <variant>

namespace crm::index {
namespace {

/// A text, or a number that may be missing.
using Cell = std::variant<std::string_view, std::optional<std::int64_t>>;

/// What of a record may change as long as it is the same one.
struct Column {
  std::string_view name;
  Cell (*of)(const Entry& entry);
};
constexpr std::array columns{
    Column{"deleted", [](const Entry& entry) -> Cell { return std::optional<std::int64_t>(entry.deleted); }},
    Column{"state", [](const Entry& entry) -> Cell { return entry.state; }},
    Column{"begins", [](const Entry& entry) -> Cell { return entry.from; }},
    Column{"ends", [](const Entry& entry) -> Cell { return entry.to; }},
    Column{"key", [](const Entry& entry) -> Cell { return entry.key; }},
    Column{"folded", [](const Entry& entry) -> Cell { return entry.folded; }},
    Column{"name", [](const Entry& entry) -> Cell { return entry.name; }},
    Column{"path", [](const Entry& entry) -> Cell { return entry.path; }},
    Column{"data", [](const Entry& entry) -> Cell { return entry.data; }}};

/// ", deleted, state, …"
std::string all_columns() {
  std::string out;
  for (const auto& column : columns)
    out.append(", ").append(column.name);
  return out;
}

void bind_cell(Statement& statement, int at, const Cell& cell) {
  std::visit([&](const auto& value) { statement.bind(at, value); }, cell);
}

bool is_same(const Statement& statement, int at, const Cell& cell) {
  const auto* text = std::get_if<std::string_view>(&cell);
  return text != nullptr ? statement.view(at) == *text
                         : statement.optional(at) == std::get<std::optional<std::int64_t>>(cell);
}

/// Deleted records are not looked for by their names.
std::string searched_text(bool deleted, std::string_view folded) {
  return deleted || folded.empty() ? std::string() : spaced(folded);
}

/// A record as it stands in the index.
struct Standing {
  std::int64_t row, type;
  std::string path, searched;        ///< what the trigrams were made of
  std::vector<const Column*> differ; ///< from the entry that is to take its place, where there is one
};

std::optional<Standing> find_standing(Database& database, std::string_view id, const Entry* entry) {
  static const std::string sql =
      "SELECT row, type, path, deleted, folded" + all_columns() + " FROM record WHERE id = ?1";
  auto statement = database.prepare(sql);
  statement.bind(1, id);
  if (!statement.step()) return std::nullopt;
  Standing out{statement.number(0),
               statement.number(1),
               statement.text(2),
               searched_text(statement.number(3) != 0, statement.view(4)),
               {}};
  if (entry == nullptr) return out;
  int at = 4;
  for (const auto& column : columns)
    if (!is_same(statement, ++at, column.of(*entry))) out.differ.push_back(&column);
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

std::string insert_statement() {
  std::string out = "INSERT INTO record(row, id, type" + all_columns() + ") VALUES(?1, ?2, ?3";
  for (std::size_t n = 0; n < columns.size(); ++n)
    out.append(", ?").append(std::to_string(n + 4));
  return out + ")";
}

void insert(Database& database, std::int64_t type, const Entry& entry) {
  const std::int64_t row = next_row(database, type);
  static const std::string sql = insert_statement();
  auto statement = database.prepare(sql);
  statement.bind(1, row).bind(2, entry.id).bind(3, type);
  int at = 3;
  for (const auto& column : columns)
    bind_cell(statement, ++at, column.of(entry));
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
  for (const auto* column : old.differ) {
    if (at > 1) sql += ", ";
    sql.append(column->name).append(" = ?").append(std::to_string(++at));
  }
  auto statement = database.prepare(sql + " WHERE row = ?1");
  statement.bind(1, old.row);
  at = 1;
  for (const auto* column : old.differ)
    bind_cell(statement, ++at, column->of(entry));
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
