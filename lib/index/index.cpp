#include "index/index.hpp"

#include "index/impl.hpp"
#include "index/layout.hpp"

namespace crm::index {

namespace {

using Door = FileLock::Door;
using Mode = FileLock::Mode;

/// Nothing when there is no sound one of ours. The gate must be held.
std::unique_ptr<Database> open_existing(const std::string& file) {
  try {
    auto database = std::make_unique<Database>(file, Database::Use::Shared);
    if (layout::is_ours(*database)) return database;
  } catch (const Stale&) { // then it is made anew
  }
  return nullptr;
}

std::unique_ptr<Database> make_empty(const std::string& file) {
  remove_database(file);
  auto database = std::make_unique<Database>(file, Database::Use::Shared);
  // Nothing in it is worth a wait for the disk yet.
  database->execute("PRAGMA synchronous=OFF; PRAGMA journal_mode=WAL; BEGIN IMMEDIATE");
  layout::make_tables(*database);
  layout::make_indexes(*database);
  database->execute("COMMIT; PRAGMA synchronous=NORMAL");
  return database;
}

} // namespace

Index::Impl::Impl(const std::string& name) : place(name), file(place.file()) {
  open();
}

Index::Impl::~Impl() {
  discard_damaged();
}

void Index::Impl::open() {
  shared.reset();
  if (identity_of(file) != FileIdentity{}) {
    const FileLock gate(file, Door::Gate, Mode::Shared);
    shared = open_existing(file);
    if (shared) {
      identity = identity_of(file);
      return;
    }
  }
  const FileLock gate(file, Door::Gate, Mode::Exclusive);
  shared = open_existing(file); // another process may have been first
  if (!shared) shared = make_empty(file);
  identity = identity_of(file);
}

void Index::Impl::discard_damaged() noexcept {
  if (!shared || !shared->damaged()) return;
  shared.reset();
  try {
    const FileLock gate(file, Door::Gate, Mode::Exclusive);
    if (identity_of(file) == identity) remove_database(file); // else another process has replaced it
  } catch (const std::exception&) {                           // whoever opens it finds it damaged again
  }
}

Database& Index::Impl::database() {
  if (fresh) {
    if (!fresh->database().damaged()) return fresh->database();
    if (fresh->database().in_use()) throw Stale();
    fresh.reset();
  }
  if (!shared || shared->damaged()) {
    if (shared && shared->in_use()) throw Stale();
    discard_damaged();
    open();
  }
  return *shared;
}

void Index::Impl::roll_back() noexcept {
  fresh.reset();
  types.clear();
  if (shared) shared->roll_back();
}

Index::Index(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Index::Index(Index&&) noexcept = default;
Index::~Index() = default;

Index Index::open(const std::string& file) {
  return Index(std::make_unique<Impl>(file));
}

void Index::remove(const std::string& file) noexcept {
  if (identity_of(file) == FileIdentity{}) return;
  try {
    const FileLock gate(file, Door::Gate, Mode::Exclusive);
    remove_database(file);
  } catch (const std::exception&) { // it cannot be deleted, and so it stays
  }
}

void Index::Impl::follow() {
  if (!fresh && shared && !shared->in_transaction() && !shared->in_use() && identity_of(file) != identity)
    open();
}

std::string Index::basis() const {
  m_impl->follow();
  auto statement = m_impl->database().prepare("SELECT value FROM meta WHERE name = 'basis'");
  return statement.step() ? statement.text(0) : std::string();
}

void Index::hold() {
  m_impl->follow();
  Database& database = m_impl->database();
  if (!database.in_transaction()) database.prepare("BEGIN").run();
}

bool Index::superseded() const {
  return identity_of(m_impl->file) != m_impl->identity;
}

std::vector<std::string> Index::plans() const {
  return m_impl->database().plans();
}

std::optional<std::int64_t> find_type(Database& database, std::string_view type) {
  auto statement = database.prepare("SELECT number FROM type WHERE name = ?1");
  statement.bind(1, type);
  if (!statement.step()) return std::nullopt;
  return statement.number(0);
}

RowLoader::RowLoader(Database& database)
    : m_statement(database.prepare(
          "SELECT id, (SELECT name FROM type WHERE number = record.type), path, name, key, state, "
          "data, deleted, begins, ends FROM record WHERE row = ?1")) {}

std::optional<Row> RowLoader::load(std::int64_t row) {
  m_statement.reset();
  m_statement.bind(1, row);
  if (!m_statement.step()) return std::nullopt;
  return Row{m_statement.text(0),     m_statement.text(1),    m_statement.text(2), m_statement.text(3),
             m_statement.text(4),     m_statement.text(5),    m_statement.text(6), m_statement.number(7) != 0,
             m_statement.optional(8), m_statement.optional(9)};
}

std::optional<Row> load_row(Database& database, std::int64_t row) {
  return RowLoader(database).load(row);
}

} // namespace crm::index
