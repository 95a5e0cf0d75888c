#include "index/database.hpp"

#include "index/index.hpp"
#include "index/sqlite_error.hpp"

#include <sqlite3.h>

namespace crm::index {
namespace {

constexpr int patience_ms = 2000;

// A log of so many pages is brought into the database by the write that made it so long. Whoever opens the
// index while nobody else has it open reads the whole log; so a longer one would make every command slower, a
// shorter one more writes wait for the disk.
constexpr int longest_log = 300;

constexpr const char* shared_settings = "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192";
constexpr const char* filling_settings = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; "
                                         "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-65536";

} // namespace

void FinalizeStatement::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

Statement::Statement(Database& database, std::vector<StatementHandle>& home, StatementHandle handle)
    : m_database(&database), m_home(&home), m_handle(std::move(handle)) {
  ++m_database->m_users;
}

Statement::~Statement() {
  if (!m_handle) return; // moved to another one
  --m_database->m_users;
  sqlite3_reset(m_handle.get());
  sqlite3_clear_bindings(m_handle.get());
  try {
    m_home->push_back(std::move(m_handle));
  } catch (const std::bad_alloc&) { // then it is not kept
  }
}

Statement& Statement::bind(int at, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data(); // a null pointer would mean NULL
  if (const int code =
          sqlite3_bind_text64(m_handle.get(), at, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
      code != SQLITE_OK)
    m_database->fail(code);
  return *this;
}

Statement& Statement::bind(int at, std::int64_t number) {
  if (const int code = sqlite3_bind_int64(m_handle.get(), at, number); code != SQLITE_OK)
    m_database->fail(code);
  return *this;
}

Statement& Statement::bind(int at, const std::optional<std::int64_t>& number) {
  if (number) return bind(at, *number);
  if (const int code = sqlite3_bind_null(m_handle.get(), at); code != SQLITE_OK) m_database->fail(code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(m_handle.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) m_database->fail(code);
  return false;
}

void Statement::reset() {
  sqlite3_reset(m_handle.get());
}

void Statement::run() {
  while (step()) {
  }
  sqlite3_reset(m_handle.get());
}

std::string_view Statement::view(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(m_handle.get(), column));
  return data == nullptr
             ? std::string_view()
             : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(m_handle.get(), column)));
}

std::string Statement::text(int column) const {
  return std::string(view(column));
}
std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(m_handle.get(), column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(m_handle.get(), column);
}

std::optional<std::int64_t> Statement::optional(int column) const {
  if (sqlite3_column_type(m_handle.get(), column) == SQLITE_NULL) return std::nullopt;
  return number(column);
}

Database::Database(const std::string& file, Use use) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  m_handle.reset(handle);
  if (handle != nullptr) sqlite3_extended_result_codes(handle, 1);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(handle, patience_ms);
  if (use == Use::Shared) {
    // Closing must not pay for a checkpoint and its fsync: the automatic one keeps the log short.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    execute(shared_settings);
    // SQLite's own automatic checkpoint does not do: it lets the log begin anew only for a connection that
    // writes a second time, and ours mostly write once.
    sqlite3_wal_hook(
        handle,
        [](void* self, sqlite3*, const char*, int pages) {
          static_cast<Database*>(self)->m_log_pages = pages;
          return SQLITE_OK;
        },
        this);
  } else {
    execute(filling_settings);
  }
}

Database::~Database() = default;

void Database::fail(int code) {
  if (means_damage(code)) m_damaged = true;
  throw_sqlite_error(m_handle.get(), code);
}

Statement Database::prepare(const std::string& sql) {
  auto& kept = m_statements[sql];
  if (!kept.empty()) {
    StatementHandle handle = std::move(kept.back());
    kept.pop_back();
    return {*this, kept, std::move(handle)};
  }
  sqlite3_stmt* made = nullptr;
  int code = sqlite3_prepare_v3(m_handle.get(), sql.c_str(), static_cast<int>(sql.size()) + 1,
                                SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  StatementHandle handle(made);
  // All our statements are sound, so that one which does not fit tells of other tables than ours.
  if ((code & 0xff) == SQLITE_ERROR) code = SQLITE_SCHEMA;
  if (code != SQLITE_OK) fail(code);
  return {*this, kept, std::move(handle)};
}

void Database::execute(const std::string& sql) {
  if (const int code = sqlite3_exec(m_handle.get(), sql.c_str(), nullptr, nullptr, nullptr);
      code != SQLITE_OK)
    fail(code);
}

std::int64_t Database::number(const std::string& sql) {
  auto statement = prepare(sql);
  return statement.step() ? statement.number(0) : 0;
}

void Database::commit() {
  m_log_pages = 0;
  prepare("COMMIT").run();
  if (m_log_pages < longest_log) return;
  // Readers may be in the way for a moment; then the next write does it, and only a long log is worth a wait.
  sqlite3_busy_timeout(m_handle.get(), m_log_pages < 8 * longest_log ? 0 : patience_ms / 10);
  const int code =
      sqlite3_wal_checkpoint_v2(m_handle.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(m_handle.get(), patience_ms);
  if (means_damage(code)) fail(code); // anything else leaves the log, which is as good
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(m_handle.get()) == 0;
}

void Database::roll_back() noexcept {
  if (in_transaction()) sqlite3_exec(m_handle.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::vector<std::string> Database::plans() {
  std::vector<std::string> asked, out;
  for (const auto& [sql, kept] : m_statements)
    if (!sql.starts_with("EXPLAIN")) asked.push_back(sql);
  for (const auto& sql : asked) {
    std::string plan = sql;
    auto statement = prepare("EXPLAIN QUERY PLAN " + sql);
    while (statement.step())
      plan += "\n  " + statement.text(3);
    out.push_back(std::move(plan));
  }
  return out;
}

Snapshot::Snapshot(Database& database) : m_database(database.in_transaction() ? nullptr : &database) {
  if (m_database == nullptr) return;
  m_database->prepare("BEGIN").run();
  ++m_database->m_users;
}

Snapshot::~Snapshot() {
  if (m_database == nullptr) return;
  --m_database->m_users;
  m_database->roll_back(); // nothing was written
}

} // namespace crm::index
