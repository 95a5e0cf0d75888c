#include "store/standstill.hpp"

#include "store/repository_impl.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

namespace crm::store {
namespace {

/// The command of git that was begun; "" for what crm's writes do not disturb.
std::string begun(git_repository* repository) {
  switch (git_repository_state(repository)) {
  case GIT_REPOSITORY_STATE_REBASE:
  case GIT_REPOSITORY_STATE_REBASE_INTERACTIVE:
  case GIT_REPOSITORY_STATE_REBASE_MERGE:
  case GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE:
    return "rebase";
  case GIT_REPOSITORY_STATE_APPLY_MAILBOX:
    return "am";
  case GIT_REPOSITORY_STATE_MERGE:
    return "merge";
  default:
    return "";
  }
}

} // namespace

std::optional<Standstill> Repository::Impl::standstill() const {
  if (const auto command = begun(get()); !command.empty())
    return Standstill{
        fmt::format("`git {}` is under way here, and has not ended", command),
        fmt::format("`crm git {0} --continue` goes on with it, `crm git {0} --abort` takes it back",
                    command)};
  if (branch().empty())
    return Standstill{"the store is on no branch: HEAD names a commit", "run `crm git switch main`"};
  return std::nullopt;
}

std::optional<Standstill> Repository::standstill() const {
  return m_impl->standstill();
}

void fail_standstill(const Standstill& standstill) {
  throw base::Error(base::Kind::Failure, standstill.what, standstill.advice);
}

void check_standstill(const Repository& repository) {
  if (const auto standstill = repository.standstill()) fail_standstill(*standstill);
}

} // namespace crm::store
