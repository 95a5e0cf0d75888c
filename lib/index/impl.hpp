// What is behind an Index; private to this layer.
#pragma once

#include "index/database.hpp"
#include "index/file_set.hpp"
#include "index/index.hpp"

#include <map>
#include <memory>
#include <string>

namespace crm::index {

/// A fresh fill under way, in a file of its own. Not finished, it leaves nothing behind.
class FreshFill {
 public:
  explicit FreshFill(const std::string& file);
  FreshFill(const FreshFill&) = delete;
  FreshFill& operator=(const FreshFill&) = delete;
  ~FreshFill();
  Database& database() { return *m_database; }
  /// Completes the file and puts it in its place.
  void finish(const std::string& basis);

 private:
  std::string m_file;
  FileLock m_lock;
  std::unique_ptr<Database> m_database;
};

struct Index::Impl {
  explicit Impl(const std::string& name);
  ~Impl();

  /// The database to ask: the one being filled, else the shared one, made anew when it was found damaged.
  /// Throws Stale while a question that is not answered yet still reads the damaged one.
  Database& database();
  void open();
  /// A process that lives long must not go on with a file that another one has replaced.
  void follow();
  void roll_back() noexcept;

  TemporaryPlace place; ///< where the index's own folder takes no file
  std::string file;
  FileIdentity identity;
  std::unique_ptr<Database> shared;
  std::unique_ptr<FreshFill> fresh;
  std::map<std::string, std::int64_t, std::less<>> types; ///< numbers seen in this transaction

 private:
  void discard_damaged() noexcept;
};

/// The number of a type, if the index knows it.
std::optional<std::int64_t> find_type(Database& database, std::string_view type);
/// Rows as lists need them, one after the other.
class RowLoader {
 public:
  explicit RowLoader(Database& database);
  std::optional<Row> load(std::int64_t row);

 private:
  Statement m_statement;
};
/// A single one.
std::optional<Row> load_row(Database& database, std::int64_t row);

} // namespace crm::index
