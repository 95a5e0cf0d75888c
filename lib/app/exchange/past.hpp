// What earlier imports have said of a record: a file that says it again says nothing new.
#pragma once

#include "app/workspace.hpp"
#include "core/stamp.hpp"

#include <set>
#include <string>
#include <vector>

namespace crm::app {

class PastImports {
 public:
  explicit PastImports(const Workspace& workspace) : m_workspace(workspace) {}

  /// Whether an import wrote with this stamp.
  bool wrote(const core::Stamp& stamp);
  /// The values that the field has had right after an import wrote the record, the newest first.
  std::vector<core::Value> said(const std::string& path, const core::Schema& schema,
                                const std::string& field);

 private:
  void list();
  const Workspace& m_workspace;
  bool m_listed = false;
  std::vector<store::Commit> m_commits; ///< newest first
  std::set<core::Stamp> m_stamps;
};

} // namespace crm::app
