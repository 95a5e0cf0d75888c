// A record that two good writes together, or a newer schema, have made unfit for its schema.
#pragma once

#include "app/workspace.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct UnfitRecord {
  std::string problem;             ///< the first; of a record that is too large also what takes most of it
  std::vector<std::string> repair; ///< command lines, the likeliest first
};

/// Reads the row's file. Nothing where it is sound.
std::optional<UnfitRecord> unfit_record(Workspace& workspace, const index::Row& row);

} // namespace crm::app
