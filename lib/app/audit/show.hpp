// One batch, or one merge, field by field.
#pragma once

#include "app/audit/log.hpp"
#include "core/merge.hpp"
#include "sync/prove.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

/// What became of one record.
struct AuditedRecord {
  std::string type, id, name, path;
  std::string action; ///< "created", "changed", "deleted", "restored", "removed" (its file), "merged"
  /// As it was and as it became; of a merge as its second parent had it and as it became. Nothing where there
  /// was none.
  std::optional<core::Record> before, after;
  std::vector<std::string> fields;       ///< that differ, in schema order; of a merge those that were decided
  std::optional<core::Record> first;     ///< of a merge: as its first parent had it
  std::vector<core::Decision> decisions; ///< of a merge: which rule settled what
};

struct AuditedFile {
  std::string path, action; ///< "added", "changed", "removed"
};

struct AuditedBatch {
  AuditEntry entry;
  std::vector<store::Oid> parents;
  sync::Verdict verdict;
  std::vector<AuditedRecord> records;
  std::vector<AuditedFile> files; ///< that are no records, or cannot be read as such
  std::size_t taken = 0;          ///< of a merge: records that only one side had changed
};
/// Names and fields by the schemas as they are now. Throws as find_commit().
AuditedBatch audit_show(Workspace& workspace, const std::string& wanted);

} // namespace crm::app
