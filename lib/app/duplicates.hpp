// Contacts that may be the same: core/duplicates over what the store has of them.
#pragma once

#include "app/workspace.hpp"
#include "core/duplicates.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct DuplicatesRequest {
  std::string type = "contact";
  std::string record; ///< as typed: those of this one alone; "" for all
  double min_score = core::DuplicateQuery::usual_score;
};

struct DuplicatesFound {
  std::vector<Found> records;        ///< those in pairs
  std::vector<core::Likeness> pairs; ///< places are in `records`
  std::vector<std::vector<std::size_t>> groups;
  std::size_t looked_at = 0;
};

/// Live records, merged ones counting as the one they were merged into. Throws Error(NotFound | Ambiguous).
DuplicatesFound find_duplicates(Workspace& workspace, const DuplicatesRequest& request);

} // namespace crm::app
