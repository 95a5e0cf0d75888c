// The way back to a readable branch, when HEAD, the branch's file or the newest commit was lost with the
// power.
#pragma once

#include "store/repository.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace crm::store {

/// What Repository::repair() does, or has done.
struct BranchRepair {
  std::vector<std::string> found; ///< what is wrong, a sentence each; empty when nothing is
  std::string obstacle;           ///< why it cannot be mended, or ""
  std::string advice;             ///< what to do about the obstacle
  std::string branch;
  std::optional<Commit> back_to; ///< where the branch goes; nothing when it can stay
  std::size_t lost = 0;          ///< commits that the log has after that one
  std::vector<std::string>
      aside; ///< broken files, within the git folder; they are kept in crm/damaged/ there
  std::vector<std::string> forgotten; ///< refs of remotes that name what is lost: they are removed
  std::size_t remade = 0; ///< files whose lost content is still in the working tree: they are made again
  bool needed() const { return !found.empty(); }
};

} // namespace crm::store
