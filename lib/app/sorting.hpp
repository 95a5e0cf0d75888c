// Orders that the index does not have: by fields, as people read them.
#pragma once

#include "app/workspace.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// By several fields, "-" before one turns it round: texts and the names of what is referred to without case
/// or accents, times by their instants; also by "id", "created" and "changed". What has no value comes last
/// either way, and equal ones stay in their order. Throws Error(Usage) for a field that the type does not
/// have.
void sort_by(Workspace& workspace, std::vector<core::Record>& records, const std::string& sort,
             const core::Schema& schema);

/// Stamps are not among a record's fields.
bool sorts_by_stamp(const std::string& sort, const core::Schema& schema);

} // namespace crm::app
