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

std::string first_work_tree(std::string_view common_dir) {
  constexpr std::string_view usual = "/.git";
  if (common_dir.ends_with(usual)) common_dir.remove_suffix(usual.size());
  return std::string(common_dir);
}

} // namespace

std::optional<Standstill> Repository::Impl::standstill() const {
  // What it wrote beside the first would be stamped and signed as by one device, and be two histories.
  if (git_repository_is_worktree(get()) != 0)
    return Standstill{
        "this is a second working tree of a store, by `git worktree`: crm only reads here",
        fmt::format("write in {}; what git has committed here comes there by `crm git merge {}`",
                    first_work_tree(common_dir), branch().empty() ? "COMMIT" : branch())};
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
