// SQLite behind two handles that close themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace crm::index {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

class Database;

/// A prepared statement in use; at the end of its life it goes back to its database, to be used again.
/// Parameters are numbered from 1, columns from 0. Texts are copied when they are bound.
class Statement {
 public:
  Statement(Database& database, std::vector<StatementHandle>& home, StatementHandle handle);
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, std::int64_t number);
  Statement& bind(int at, const std::optional<std::int64_t>& number);
  /// True while there is a row. Errors as in index/sqlite_error.
  bool step();
  /// Ready to be bound and stepped again.
  void reset();
  /// For statements without rows; ready to be bound again afterwards.
  void run();

  std::string text(int column) const;
  std::string_view view(int column) const; ///< until the next step
  std::int64_t number(int column) const;
  double real(int column) const;
  std::optional<std::int64_t> optional(int column) const;

 private:
  Database* m_database;
  std::vector<StatementHandle>* m_home;
  StatementHandle m_handle;
};

class Database {
 public:
  /// Shared: several processes read and write, and nothing waits for the disk but a checkpoint. Filling: this
  /// process alone, and what a crash leaves is thrown away.
  enum class Use { Shared, Filling };
  Database(const std::string& file, Use use);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// Prepared when first asked for, then kept. The same text may be in use more than once at a time.
  Statement prepare(const std::string& sql);
  void execute(const std::string& sql);
  std::int64_t number(const std::string& sql); ///< of the only row; 0 when there is none

  void commit(); ///< and keeps the log short
  bool in_transaction() const;
  void roll_back() noexcept;
  /// An error has said so: see Stale.
  bool damaged() const { return m_damaged; }
  /// There are statements or snapshots of it, which must not outlive it.
  bool in_use() const { return m_users > 0; }
  std::vector<std::string> plans();

 private:
  friend class Statement;
  friend class Snapshot;
  [[noreturn]] void fail(int code);

  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> m_handle;
  std::map<std::string, std::vector<StatementHandle>, std::less<>> m_statements;
  int m_log_pages = 0;
  int m_users = 0;
  bool m_damaged = false;
};

/// While it lives, several statements see one state of the content.
class Snapshot {
 public:
  explicit Snapshot(Database& database);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  Database* m_database; ///< nullptr within a transaction that was there before
};

} // namespace crm::index
