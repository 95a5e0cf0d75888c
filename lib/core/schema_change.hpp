// What a schema may become while there are records of its type: devices that have not heard of the change go
// on writing by the schema that they have, and what they write has to keep its place in the merge.
#pragma once

#include "core/schema.hpp"

#include <string>

namespace crm::core {

/// Why what is written by `before` meanwhile would be lost in a merge by `after`, a sentence; "" where it is
/// not. A stamp stands for a unit: of a field that has left its group nobody knows who wrote it last; and of
/// one value that has become a list, which of its elements are new.
std::string loss_by(const Schema& before, const Schema& after);

} // namespace crm::core
