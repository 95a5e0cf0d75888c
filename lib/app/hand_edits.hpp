// What a person changed with an editor: validated, kept, and committed as a batch of its own.
#pragma once

#include "app/batch.hpp"
#include "core/problem.hpp"

#include <string>
#include <vector>

namespace crm::app {

struct Adoption {
  std::vector<store::HandEdit> edits; ///< those that are valid
  std::vector<store::Change> changes; ///< what goes into the commit: stamped, removals turned into marks
  std::vector<Written> records;
  std::vector<core::Problem> problems; ///< of the others, which stay as they are
  std::size_t denied = 0;              ///< how many of them the policy does not allow
  std::vector<std::string> foreign;    ///< files that are no part of a store; left alone
  std::vector<std::string> notes;      ///< what follows from them that nobody may think of
  std::optional<core::Stamp> stamp;    ///< of all that was stamped
};

/// Validates and stamps the fields that differ from HEAD; a file that somebody removed becomes a mark of
/// deletion.
Adoption plan_adoption(Workspace& workspace, const std::vector<store::HandEdit>& edits);

/// Commits a plan; its commit id, "" when there was nothing.
std::string adopt(Workspace& workspace, store::Transaction& transaction, Adoption& plan);

/// Of edits that are taken in on the way of something else. As many removed files as no sync would take in
/// unasked, and all of a folder that is gone, are left as they are until `crm commit`: that is said, as is
/// what is deleted, and what is not valid.
Adoption plan_in_passing(Workspace& workspace, std::vector<store::HandEdit> edits);

/// On the way of a write: all valid edits of a small store (up to `small_store` records); in a larger one the
/// schemas only, as looking at every file would cost more than the write.
inline constexpr std::size_t small_store = 2000;
bool is_small(Workspace& workspace);
void adopt_in_passing(Workspace& workspace, store::Transaction& transaction);

/// How many batches a write would make of them: one or none. Says the same.
std::size_t batches_in_passing(Workspace& workspace);
/// How many files are changed by hand and not committed, valid or not.
std::size_t count_hand_edits(Workspace& workspace);

/// `crm commit`.
struct HandCommit {
  Committed committed;
  std::vector<core::Problem> problems;
  std::size_t denied = 0; ///< of the problems
  std::vector<std::string> foreign;
};
HandCommit commit_hand_edits(Workspace& workspace, Mode mode);

} // namespace crm::app
