// The records of one type that a list wants, in its order. Lists on the screen and reports ask here.
#pragma once

#include "app/workspace.hpp"
#include "core/query.hpp"

#include <functional>
#include <string>
#include <vector>

namespace crm::app {

struct ListRequest {
  const core::Schema* schema = nullptr;
  core::Query filters;
  std::vector<std::string> states;                        ///< any of; empty for all
  std::optional<std::int64_t> from, to;                   ///< as index::Query has them
  std::vector<std::string> targets;                       ///< ids or keys, all of which the record refers to
  bool deleted = false;                                   ///< the deleted ones instead
  bool series = false;                                    ///< series themselves, not their occurrences
  enum class Want { Record, Fields } want = Want::Record; ///< Fields: without provenance, sooner
  std::string sort;                                       ///< "-value,name"; "" for the type's own order
  std::size_t limit = 0;                                  ///< 0: all
};

/// Throws Error(Usage) for a field to sort by that the type does not have.
std::vector<core::Record> list(Workspace& workspace, const ListRequest& request);
/// The same, one after the other, as `each_row` visits them. All of them are in memory only where the order
/// is none that the index has.
void each_listed(Workspace& workspace, const ListRequest& request,
                 const std::function<void(core::Record&&)>& visit);

/// The field that a word names. Throws Error(Usage) with a suggestion.
const core::Field& field_named(const core::Schema& schema, const std::string& name);

} // namespace crm::app
