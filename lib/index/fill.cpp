// What is written together: an increment, or everything anew. The records themselves are put.cpp's.
#include "index/impl.hpp"
#include "index/layout.hpp"

namespace crm::index {
namespace {

/// How much of the trigrams is collected before a piece of their index is written; SQLite's default is 1 MiB.
constexpr const char* large_pieces = "INSERT INTO part(part, rank) VALUES('hashsize', 33554432);"
                                     "INSERT INTO word(word, rank) VALUES('hashsize', 33554432)";
constexpr const char* usual_pieces = "INSERT INTO part(part, rank) VALUES('hashsize', 1048576);"
                                     "INSERT INTO word(word, rank) VALUES('hashsize', 1048576)";

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

} // namespace crm::index
