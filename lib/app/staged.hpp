// What a hand-made `git commit` is about to put into the store, checked by the pre-commit hook.
#pragma once

#include "app/workspace.hpp"
#include "core/problem.hpp"

#include <vector>

namespace crm::app {

/// Records, schemas and crm.yaml that are staged and not valid, that lose a record, or that would take back
/// what crm has written since the file was staged. Reads git's index by the `git` program, which knows which
/// one this commit uses.
std::vector<core::Problem> check_staged(Workspace& workspace);

} // namespace crm::app
