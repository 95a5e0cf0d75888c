// Which committed version each edit by hand was made from: HEAD's, or the one that an editor or a backup
// still had. A record's file says it itself, by its `crm:` block.
#pragma once

#include "app/workspace.hpp"
#include "core/stamp.hpp"
#include "sync/merge_texts.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crm::app {

/// A record as HEAD has it; nothing where it has none, or none that can be read.
std::optional<sync::Version> committed_version(const Workspace& workspace, const std::string& path,
                                               const core::Schema& schema);

struct EditedFrom {
  core::StampTime newest{}; ///< of all records that are edited, as HEAD has them
  /// Of the records whose block is not HEAD's: the version that it is of. No entry where history has none.
  std::map<std::string, sync::Version, std::less<>> earlier;
  /// Schemas and crm.yaml that are, to the byte, what another device has replaced since.
  std::set<std::string, std::less<>> replaced;
};
/// Looks at the last 5,000 commits.
EditedFrom edited_from(const Workspace& workspace, const std::vector<store::HandEdit>& edits);

} // namespace crm::app
