// Records that do not fit their schema, and whether a batch has written them so. Merges of good writes and
// newer schemas leave such records behind without anybody's fault: they are taken in, and told to people.
#pragma once

#include "core/problem.hpp"
#include "store/repository.hpp"

#include <string>
#include <vector>

namespace crm::sync {

/// A record of `theirs` whose only problems are with its schema.
struct Unfit {
  std::string path;
  std::vector<core::Problem> problems;
};

/// The problems of those among `found` that a batch which `known` lacks has written: with a value that did
/// not fit by the schema of its own time, and had not been unfit in the same way before. `theirs` is a
/// commit, or a tree, which counts as one batch on top of `known` (a commit or tree; "" for none).
std::vector<core::Problem> written_unfit(const store::Repository& repository, const store::Oid& theirs,
                                         const store::Oid& known, const std::vector<Unfit>& found);

} // namespace crm::sync
