// Records that come into a store from a file: one import, one batch, matched with what is there already.
#pragma once

#include "app/batch.hpp"
#include "app/exchange/past.hpp"
#include "core/time.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crm::app {

/// Before our id, in what other programs know a record by.
inline constexpr std::string_view own_prefix = "crm-";

/// One row, line, card or event, in the words of a schema.
struct Incoming {
  std::string type;
  int line = 0;               ///< 1-based, of where it begins in the file
  std::optional<base::Id> id; ///< crm's own
  std::string external; ///< "csv:ada@example.org": what the file's maker tells it by, "" when there is none
  /// Of an occurrence of the series that `id` and `external` name: the day that it stands for.
  std::optional<core::LocalDate> occurrence;
  core::Map fields;              ///< null empties a field; what is not named stays as it is
  core::Map crm;                 ///< its provenance; empty for what no crm has written
  std::string text;              ///< its own file, where the format carries it
  std::string raw;               ///< as it stands in the file, to be set aside when it is bad
  std::vector<std::string> lost; ///< what the record cannot hold, in words that many rows share
};

struct Rejected {
  int line = 0;
  std::string reason, hint;
  std::string type; ///< "" when it is not known
  std::string raw;
};

struct FieldCount {
  std::size_t filled = 0, changed = 0, emptied = 0;
};

struct ImportReport {
  Committed committed; ///< `records` is empty: the counts are here
  std::size_t created = 0, changed = 0, same = 0;
  std::size_t deleted = 0; ///< known, deleted here, and left so
  std::size_t kept = 0;    ///< fields that people changed here since the file said so
  std::map<std::pair<std::string, std::string>, FieldCount> fields; ///< by type and field
  struct Change {
    std::string id, type, name, field;
    core::Value before, after;
  };
  std::vector<Change> changes; ///< of records that were here; the first `most_changes`
  std::map<std::string, std::size_t> lost;
  std::vector<Rejected> rejected;
  static constexpr std::size_t most_changes = 1000;
};

struct ImportRequest {
  std::string format; ///< "csv"
  std::string source; ///< what people call the file, for the commit's first line
  enum class Deleted { Leave, Restore } deleted = Deleted::Leave;
  Mode mode = Mode::Write;
};

class Import {
 public:
  /// Takes the store's lock. Throws Error(Busy).
  Import(Workspace& workspace, ImportRequest request);

  /// Never throws for a bad row: it is rejected.
  void take(Incoming row);
  void reject(Rejected row);
  /// Of a part of the file that makes no record.
  void lose(const std::string& sentence) { ++m_report.lost[sentence]; }
  /// Commits. Nothing is written when nothing has changed.
  ImportReport finish();

 private:
  void take_whole(Incoming row, const core::Schema& schema);
  void take_occurrence(Incoming row, const core::Schema& schema);
  void take_fields(Incoming row, const core::Schema& schema);
  void require_own_stamps(const core::Record* ours, const core::Record& after,
                          const core::Schema& schema) const;
  bool take_by_key(const Incoming& row, const core::Schema& schema);
  core::Value without_deleted(const core::Record& series, const core::Value& days);
  void merge_into(core::Record record, const Incoming& row, const core::Schema& schema);
  void note(const core::Record& record, const core::Schema& schema, const std::string& name,
            const core::Value& was, const core::Value& is);
  std::optional<core::Record> match(const Incoming& row, const core::Schema& schema);
  void count(const core::Record& before, const core::Record& after, const core::Schema& schema);
  std::map<std::string, std::string>& externals(const std::string& type);

  Workspace& m_workspace;
  ImportRequest m_request;
  Batch m_batch;
  bool m_may_carry; ///< what others wrote elsewhere, with their stamps
  ImportReport m_report;
  PastImports m_past;
  std::set<std::string> m_occurrences; ///< ids of records of occurrences that this import has made
  std::map<std::string, std::map<std::string, std::string>> m_externals; ///< by type: external id to id
};

/// Where a record keeps what an import knows and its schema does not: `extra`, and in it under this name the
/// id that the file's maker tells it by.
inline constexpr const char* extra_field = "extra";
inline constexpr const char* external_name = "external";

} // namespace crm::app
