#include "store/branch_move.hpp"

#include "store/git_error.hpp"
#include "store/lock.hpp"
#include "store/objects.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <thread>

namespace crm::store {
namespace {

using Clock = std::chrono::steady_clock;

std::string last_error() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "unknown error";
}

/// The error may have come after the rename, from making it durable: then that is tried once more.
Moved ask_again(const Repository::Impl& repository, const Move& move, const std::string& name,
                std::string why) {
  git_oid now;
  const int code = git_reference_name_to_id(&now, repository.get(), name.c_str());
  if (code == GIT_ENOTFOUND && move.from.empty()) return {Outcome::NotCommitted, why};
  if (code < 0) return {Outcome::Unknown, why + "; " + last_error()};
  const git_oid to = from_oid(move.to);
  if (!git_oid_equal(&now, &to)) {
    if (to_oid(now) == move.from) return {Outcome::NotCommitted, why};
    const int descends = git_graph_descendant_of(repository.get(), &now, &to);
    if (descends <= 0) return {descends == 0 ? Outcome::NotCommitted : Outcome::Unknown, why};
  }
  const std::string file = repository.common_dir + "/" + name;
  const Descriptor folder(
      ::open(file.substr(0, file.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0)
    return {Outcome::Unknown, why + "; " + std::generic_category().message(errno)};
  return {Outcome::Committed, why};
}

} // namespace

Moved move_branch(const Repository::Impl& repository, const Move& move, Clock::time_point deadline) {
  const std::string name = "refs/heads/" + move.branch;
  const git_oid to = from_oid(move.to);
  const git_oid from = move.from.empty() ? git_oid{} : from_oid(move.from);
  git_repository_set_ident(repository.get(), move.who.name.c_str(), move.who.email.c_str());
  for (std::chrono::milliseconds pause(5);; pause = std::min(pause * 2, std::chrono::milliseconds(50))) {
    git::ReferenceHandle reference;
    const int code =
        git::take(reference, git_reference_create_matching, repository.get(), name.c_str(), &to,
                  move.from.empty() ? 0 : 1, move.from.empty() ? nullptr : &from, move.why.c_str());
    if (code == 0) return {Outcome::Committed, ""};
    if (code == GIT_ELOCKED) {
      if (Clock::now() >= deadline) fail_git_lock(repository.common_dir + "/" + name + ".lock");
      std::this_thread::sleep_for(std::min<Clock::duration>(pause, deadline - Clock::now()));
      continue;
    }
    const std::string why = last_error();
    const auto moved = ask_again(repository, move, name, why);
    if (moved.outcome == Outcome::NotCommitted && (code == GIT_EMODIFIED || code == GIT_EEXISTS))
      throw base::Error(base::Kind::Busy,
                        "the branch " + move.branch + " was moved by git while this was being written",
                        "nothing was changed; run the command again");
    return moved;
  }
}

} // namespace crm::store
