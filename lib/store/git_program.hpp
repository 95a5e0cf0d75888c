// The `git` program, for what libgit2 does not do as well: transport, fsck, the index of a commit in
// progress.
#pragma once

#include <string>
#include <vector>

namespace crm::store {

struct GitResult {
  int status = 0;     ///< exit status; 128 and above as git and the shell use them
  std::string output; ///< standard output
};

enum class Errors { Pass, Collect }; ///< standard error to ours, or into `output`

/// Runs `git -C root words…` and waits. No shell. Throws Error(Failure) when git cannot be started.
GitResult run_git(const std::string& root, std::vector<std::string> words, Errors errors = Errors::Pass);

} // namespace crm::store
