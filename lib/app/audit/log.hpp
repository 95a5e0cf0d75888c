// Who did what, by the history: each batch with its author, its device, when it was written and when it came
// here.
#pragma once

#include "app/workspace.hpp"
#include "core/stamp.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crm::app {

struct AuditEntry {
  store::Oid commit;
  std::string batch;     ///< "" for a merge and for a commit that git itself made
  std::string operation; ///< "book.new"; "merge", or "git" for a commit that git itself made
  std::string member, device, summary;
  core::StampTime written{};              ///< by that device's clock; of a merge that of its newest parent
  std::optional<core::StampTime> arrived; ///< by this device's; nothing when nobody noted it
  std::optional<core::StampTime>
      offline_since; ///< when the device had last reached a remote (Crm-Offline-Since)
  std::vector<std::pair<std::string, std::string>> records; ///< type and id; none of a merge
  bool is_merge() const { return operation == "merge"; }
};

struct AuditFilter {
  std::string member, device, type, field, batch; ///< "" for any; `batch` is a beginning of a batch or commit
  std::string record;                             ///< its path
  std::optional<core::StampTime> since, until;    ///< by the writing device's clock; `until` is not included
  bool offline = false;                           ///< written while no remote had been reached for a while
  bool merges = false;                            ///< merges too: nobody's work
  std::size_t limit = 0;                          ///< 0 for all
};

struct AuditLog {
  std::vector<AuditEntry> entries; ///< newest first
  bool more = false;               ///< the limit left some out
};
AuditLog audit_log(Workspace& workspace, const AuditFilter& filter);

/// What a commit says of itself; `arrived` and, where trailers do not name them, `records` are left out.
AuditEntry audit_entry(const store::Commit& commit);

/// By the beginning of a batch's or a commit's id: four characters at least. Merges too. Throws
/// Error(NotFound | Ambiguous).
store::Commit find_commit(const Workspace& workspace, const std::string& wanted);

} // namespace crm::app
