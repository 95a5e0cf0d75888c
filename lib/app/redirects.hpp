// Where ids lead when records were merged: the rule is core/redirect's, the records are the index's.
#pragma once

#include "app/schema_set.hpp"
#include "core/redirect.hpp"
#include "index/index.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crm::app {

class Workspace;

/// What the row says of its being merged; nothing for what was not, and for types that are never merged.
std::optional<core::Redirect> redirect_of(const SchemaSet& schemas, const index::Row& row);

/// The record that counts for this id: itself, but for one that was merged. Unknown ids lead to themselves.
core::Landing landing(const index::Index& index, const SchemaSet& schemas, const std::string& id);

/// The row that counts for this one. A merged record is a row that is deleted, and not because somebody
/// deleted it.
index::Row landed_row(const index::Index& index, const SchemaSet& schemas, index::Row row);

/// Ids whose redirects come by one of these, which are among them.
std::set<std::string> upstream(const index::Index& index, const SchemaSet& schemas,
                               const std::set<std::string>& ids);

/// The records that count no more because this one does, by name.
std::vector<index::Row> merged_into(Workspace& workspace, const std::string& id);

/// What of it was written without knowledge of the merge, and is not in the record that counts.
std::vector<core::Landed> not_carried_over(Workspace& workspace, const core::Record& merged,
                                           const core::Record& counting);

} // namespace crm::app
