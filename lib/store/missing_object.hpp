// A commit, folder or content that the history names and the object database does not have: damage, or the
// end of a shallow history.
#pragma once

#include "base/error.hpp"

namespace crm::store {

/// Kind::Failure to people: nobody asked for it by its id.
struct MissingObject : base::Error {
  using Error::Error;
};

/// Also where an id was asked for that stands for nothing.
inline bool is_missing(const base::Error& error) {
  return error.kind == base::Kind::NotFound || dynamic_cast<const MissingObject*>(&error) != nullptr;
}

} // namespace crm::store
