// The `git` program, for what libgit2 does not do as well: transport, fsck, the index of a commit in
// progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace crm::store {

struct GitResult {
  int status = 0;     ///< exit status; 128 and above as git and the shell use them
  std::string output; ///< standard output
};

enum class Errors { Pass, Collect }; ///< standard error to ours, or into `output`

/// Runs `git -C root words…` and waits. No shell. Throws Error(Failure) when git cannot be started.
GitResult run_git(const std::string& root, std::vector<std::string> words, Errors errors = Errors::Pass);

/// Within single quotes of the shell: git gives hooks, and the program of another end, to one.
std::string shell_quoted(const std::string& text);

struct GitCall {
  std::string root; ///< of the repository
  std::vector<std::string> words;
  /// Beside what is inherited: of our own environment, no GIT_* goes on but where the user says which ssh,
  /// which configuration and which certificates git is to use.
  std::vector<std::pair<std::string, std::string>> environment;
  /// Without a byte of output for so long, git and all that it started are ended. `--progress` makes it talk.
  std::chrono::seconds patience{30};
  /// No file that it writes may become larger: bytes, 0 for no bound.
  std::uint64_t largest_file = 0;
};

struct GitRun {
  enum class End { Exited, Stalled };
  End end = End::Exited;
  int status = 0;
  std::string output, errors; ///< the beginning and the end of what was said, when that is very much
};

/// Runs git without a terminal, nothing on its standard input, LC_ALL=C. It is a session of its own, which a
/// signal that ends us ends as well; so one at a time, from one thread. Throws Error(Failure) when git cannot
/// be started.
GitRun run_git_watched(const GitCall& call);

} // namespace crm::store
