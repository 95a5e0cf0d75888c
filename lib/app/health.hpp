// Is the store well, and what waits for a person?
#pragma once

#include "app/hand_edits.hpp"
#include "app/workspace.hpp"
#include "store/standstill.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct Status {
  std::string head, branch;
  std::optional<store::Standstill> standstill;       ///< why nothing can be written
  std::map<std::string, std::int64_t> records;       ///< live ones, by type
  std::vector<store::HandEdit> edits;                ///< not committed
  std::vector<core::Problem> problems;               ///< why some of them cannot be
  std::vector<std::string> foreign;                  ///< files that are no part of a store
  std::string last_summary, last_actor, last_device; ///< no actor: a merge
  core::StampTime last_time{};
};
Status status(Workspace& workspace);

/// How many clashes and broken rules all_rules() would tell.
struct RuleCounts {
  std::size_t clashes = 0, broken = 0;
};
/// For what is asked often: kept in .git/crm for as long as no record changes and no clash passes, an hour at
/// most.
RuleCounts count_rules(Workspace& workspace);

struct Check {
  std::string name;
  bool ok = true;
  std::string detail; ///< what was looked at, or what is wrong and what to do
};
struct Diagnosis {
  std::vector<Check> checks;
  std::vector<core::Problem> problems; ///< records and schemas that are not valid, committed or not
  bool ok() const;
};
/// Reads every record. `Deep` has git check every object too.
enum class Depth { Usual, Deep };
Diagnosis diagnose(Workspace& workspace, Depth depth);

} // namespace crm::app
