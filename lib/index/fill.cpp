// Writing: what changed, or everything anew.
#include "index/impl.hpp"
#include "index/layout.hpp"
#include "index/trigrams.hpp"

namespace crm::index {
namespace {

/// How much of the trigrams is collected before a piece of their index is written; SQLite's default is 1 MiB.
constexpr const char* large_pieces = "INSERT INTO part(part, rank) VALUES('hashsize', 33554432);"
                                     "INSERT INTO word(word, rank) VALUES('hashsize', 33554432)";
constexpr const char* usual_pieces = "INSERT INTO part(part, rank) VALUES('hashsize', 1048576);"
                                     "INSERT INTO word(word, rank) VALUES('hashsize', 1048576)";

/// A record as it stands in the index.
struct Standing {
  std::int64_t row, type;
  std::string path, searched; ///< what the trigrams were made of
};

/// Deleted records are not looked for by their names.
std::string searched_text(bool deleted, std::string_view folded) {
  return deleted || folded.empty() ? std::string() : spaced(folded);
}

std::optional<Standing> find_standing(Database& database, std::string_view id) {
  auto statement = database.prepare("SELECT row, type, path, deleted, folded FROM record WHERE id = ?1");
  statement.bind(1, id);
  if (!statement.step()) return std::nullopt;
  return Standing{statement.number(0), statement.number(1), statement.text(2),
                  searched_text(statement.number(3) != 0, statement.view(4))};
}

enum class Trigrams { Keep, Forget };
enum class Words { Keep, Forget };

void erase(Database& database, const Standing& old, Trigrams trigrams, Words words) {
  // A contentless table must be told what it is to forget.
  if (trigrams == Trigrams::Forget && !old.searched.empty())
    database.prepare("INSERT INTO part(part, rowid, folded) VALUES('delete', ?1, ?2)")
        .bind(1, old.row)
        .bind(2, old.searched)
        .run();
  if (words == Words::Forget) database.prepare("DELETE FROM word WHERE rowid = ?1").bind(1, old.row).run();
  for (const char* sql : {"DELETE FROM link WHERE row = ?1", "DELETE FROM busy WHERE row = ?1",
                          "DELETE FROM record WHERE row = ?1"})
    database.prepare(sql).bind(1, old.row).run();
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

/// The id that the name of a record's file gives.
std::string_view stem(std::string_view path) {
  path.remove_prefix(std::min(path.size(), path.rfind('/') + 1));
  return path.substr(0, path.rfind('.'));
}

void set_basis(Database& database, const std::string& basis) {
  database
      .prepare("INSERT INTO meta(name, value) VALUES('basis', ?1) ON CONFLICT(name) DO UPDATE SET value = "
               "excluded.value")
      .bind(1, basis)
      .run();
}

} // namespace

FreshFill::FreshFill(const std::string& file)
    : m_file(file), m_lock(file, FileLock::Door::Fill, FileLock::Mode::Exclusive) {
  remove_database(temporary_of(m_file)); // of one that was killed
  m_database = std::make_unique<Database>(temporary_of(m_file), Database::Use::Filling);
  m_database->execute("BEGIN");
  layout::make_tables(*m_database);
  m_database->execute(large_pieces);
}

FreshFill::~FreshFill() {
  m_database.reset();
  remove_database(temporary_of(m_file));
}

void FreshFill::finish(const std::string& basis) {
  layout::make_indexes(*m_database);
  m_database->execute(usual_pieces);
  set_basis(*m_database, basis);
  m_database->execute("COMMIT; PRAGMA locking_mode=NORMAL; PRAGMA journal_mode=WAL");
  m_database.reset(); // writes what the log has, and removes it
  sync_file(temporary_of(m_file));
  const FileLock gate(m_file, FileLock::Door::Gate, FileLock::Mode::Exclusive);
  replace_database(temporary_of(m_file), m_file);
}

void Index::begin(Fill fill) {
  m_impl->roll_back();
  if (fill == Fill::Fresh) {
    m_impl->fresh = std::make_unique<FreshFill>(m_impl->file);
  } else {
    m_impl->follow();
    m_impl->database().prepare("BEGIN IMMEDIATE").run();
  }
}

void Index::rollback() {
  m_impl->roll_back();
}

void Index::finish(const std::string& basis) {
  if (m_impl->fresh) {
    m_impl->fresh->finish(basis);
    m_impl->roll_back();
    m_impl->open();
    return;
  }
  Database& database = m_impl->database();
  set_basis(database, basis);
  database.commit();
  m_impl->types.clear();
}

void Index::put(const Entry& entry) {
  Database& database = m_impl->database();
  const std::int64_t type = number_of_type(*m_impl, database, entry.type);
  const auto old = find_standing(database, entry.id);
  const std::string searched = searched_text(entry.deleted, entry.folded);
  const bool same_type = old && old->type == type, same_text = same_type && old->searched == searched;
  const bool same_words = same_type && has_words(database, old->row, entry);
  if (old)
    erase(database, *old, same_text ? Trigrams::Keep : Trigrams::Forget,
          same_words ? Words::Keep : Words::Forget);
  const std::int64_t row = same_type ? old->row : next_row(database, type);
  database
      .prepare(
          "INSERT INTO record(row, id, type, deleted, state, begins, ends, key, folded, name, path, data) "
          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
      .bind(1, row)
      .bind(2, entry.id)
      .bind(3, type)
      .bind(4, std::int64_t{entry.deleted})
      .bind(5, entry.state)
      .bind(6, entry.from)
      .bind(7, entry.to)
      .bind(8, entry.key)
      .bind(9, entry.folded)
      .bind(10, entry.name)
      .bind(11, entry.path)
      .bind(12, entry.data)
      .run();
  if (!searched.empty() && !same_text)
    database.prepare("INSERT INTO part(rowid, folded) VALUES(?1, ?2)").bind(1, row).bind(2, searched).run();
  if (!same_words) put_words(database, row, entry);
  for (const auto& link : entry.links) // two fields may refer to the same record
    database
        .prepare("INSERT INTO link(row, target, type, begins) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
        .bind(1, row)
        .bind(2, link.target)
        .bind(3, type)
        .bind(4, entry.from)
        .run();
  for (const auto& busy : entry.busy)
    database
        .prepare("INSERT INTO busy(row, kind, key, begins, ends) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO "
                 "NOTHING")
        .bind(1, row)
        .bind(2, busy.kind)
        .bind(3, busy.key)
        .bind(4, std::int64_t{busy.time.from.time_since_epoch().count()})
        .bind(5, std::int64_t{busy.time.to.time_since_epoch().count()})
        .run();
}

void Index::erase_path(std::string_view path) {
  Database& database = m_impl->database();
  const auto old = find_standing(database, stem(path));
  // A record of that id that has moved to another path stays.
  if (old && old->path == path) erase(database, *old, Trigrams::Forget, Words::Forget);
}

} // namespace crm::index
