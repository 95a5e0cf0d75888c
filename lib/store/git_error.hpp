// The one place where libgit2's and the system's errors become ours.
#pragma once

#include <string>
#include <string_view>

namespace crm::store {

/// libgit2's words for what it just failed in.
std::string git_words(int code);

/// "could not <doing> <what>: <libgit2's words>". MissingObject for an object that is not there; NotFound,
/// Ambiguous and Busy for libgit2's codes of that meaning; Failure for all others.
[[noreturn]] void fail_git(int code, std::string_view doing, std::string_view what = {});
inline void check_git(int code, std::string_view doing, std::string_view what = {}) {
  if (code < 0) fail_git(code, doing, what);
}

/// The same for an `errno`.
[[noreturn]] void fail_system(int error, std::string_view doing, std::string_view what = {});

} // namespace crm::store
