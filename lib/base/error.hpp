// Errors that end a command. Expected outcomes are values, never exceptions.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace crm::base {

/// What went wrong, coarse enough for a script to act on. The numbers are the exit codes and are frozen.
enum class Kind {
  Failure = 1,
  Usage = 2,
  NotFound = 3,
  Ambiguous = 4,
  InvalidData = 5,
  Clash = 6,
  Conflicts = 7,
  Denied = 8,
  Offline = 9,
  SyncIncomplete = 10,
  VerificationFailed = 11,
  Busy = 12,
};

/// Thrown only for "cannot go on" and caught once, in `cmd/run`. `message` says what, where and why in one
/// sentence without a full stop; `hint` says what to do next and may be empty. Neither ends in a newline.
class Error : public std::exception {
 public:
  Error(Kind k, std::string what_where_why, std::string what_next = {})
      : kind(k), message(std::move(what_where_why)), hint(std::move(what_next)) {}
  const char* what() const noexcept override { return message.c_str(); }

  Kind kind;
  std::string message;
  std::string hint;
};

} // namespace crm::base
