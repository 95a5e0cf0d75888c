// What waits for a person: concurrent values, and how one of them is chosen. A choice is a batch like any
// other.
#pragma once

#include "app/batch.hpp"
#include "core/merge.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crm::app {

struct Disputed {
  Found found;
  std::string name;
  std::vector<core::Conflict> conflicts;
  std::vector<std::optional<core::Map>> bases; ///< of each conflict; empty until find_bases()
};

/// Every record with a conflict, by type and name; of one type when it is given.
std::vector<Disputed> disputed(Workspace& workspace, std::string_view type = {});
/// Of those the ids alone: without reading one of them.
std::set<std::string> disputed_ids(Workspace& workspace, std::string_view type = {});
std::size_t count_disputed(Workspace& workspace);

/// For each conflict the unit's fields before anybody wrote concurrently: as the newest commit has them that
/// is before each commit which wrote one of the values; nothing when history does not tell. One walk of it
/// answers for all.
void find_bases(Workspace& workspace, std::vector<Disputed>& disputed);

/// The command line that gives a group another value, which no single word could name; "" for any other unit.
std::string command_to_set(Workspace& workspace, const core::Record& record, const core::Conflict& conflict);

struct Choice {
  enum class Side {
    Ours,   ///< what this device wrote
    Theirs, ///< the newest of another device
    Base,   ///< as it was before
    Pick,   ///< by its number, from 1
    Value,  ///< a new one
    Both    ///< all texts, one below the other
  };
  Side side = Side::Ours;
  std::size_t pick = 0;
  std::string value;
};

struct ResolveRequest {
  Found found;
  std::string field; ///< field or group; "" when the record has one conflict
  Choice choice;
  Mode mode = Mode::Write;
  std::optional<core::Conflict> shown = {}; ///< what a person chose from
};
/// Nothing where the record has another conflict by now than was `shown`. Throws Error(NotFound) when there
/// is no such conflict, Error(Ambiguous) when `field` must say which, and Error(Usage) for a choice that the
/// conflict does not have.
std::optional<Committed> resolve_conflict(Workspace& workspace, const ResolveRequest& request);

} // namespace crm::app
