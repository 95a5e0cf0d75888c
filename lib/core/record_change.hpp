// What a write did to a record, as a policy asks for it.
#pragma once

#include "core/policy.hpp"
#include "core/record.hpp"
#include "core/schema.hpp"

#include <vector>

namespace crm::core {

/// From `before` (null for a record that was not there) to `after`: one change for each operation. A field
/// counts as changed when its value differs, and a unit's fields do when anything is written about the unit:
/// values that are kept beside the one that shows are values too. Null `after`: the file is gone, which is
/// Delete.
std::vector<PolicyChange> changes_of(const Record* before, const Record* after, const Schema& schema);

} // namespace crm::core
