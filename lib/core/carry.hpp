// What one write did to a record, done to another state of it.
#pragma once

#include "core/record.hpp"
#include "core/schema.hpp"

namespace crm::core {

/// `onto` with all that `after` says otherwise than `before`: units that were written as they are in `after`,
/// elements that were added or removed, marks of deletion. What `onto` alone has stays. The three are states
/// of one record; where `before` and `after` differ in `created` it is Error(InvalidData).
Record carry(const Record& before, const Record& after, const Record& onto, const Schema& schema);

} // namespace crm::core
