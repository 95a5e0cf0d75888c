#include "base/error.hpp"
#include "sync/merge.hpp"

#include <algorithm>

namespace crm::sync {

using store::Oid;

Oid apply(store::Transaction& transaction, const MergePlan& plan) {
  if (transaction.head() != plan.ours)
    throw base::Error(base::Kind::Busy, "the store has changed since this merge was planned",
                      "nothing was changed; run the command again");
  switch (plan.kind) {
  case MergePlan::Kind::Nothing:
    return plan.ours;
  case MergePlan::Kind::FastForward:
    transaction.fast_forward(plan.theirs);
    return plan.theirs;
  case MergePlan::Kind::Merge:
    break;
  }
  return transaction.merge(plan.theirs, plan.changes, plan.message, plan.signature);
}

Oid outcome_of(const store::Repository& repository, const MergePlan& plan) {
  if (plan.kind == MergePlan::Kind::Nothing) return plan.ours;
  if (plan.kind == MergePlan::Kind::FastForward) return plan.theirs;
  return repository.write_commit(repository.write_tree(plan.ours, plan.changes),
                                 {std::min(plan.ours, plan.theirs), std::max(plan.ours, plan.theirs)},
                                 plan.message, plan.signature);
}

} // namespace crm::sync
