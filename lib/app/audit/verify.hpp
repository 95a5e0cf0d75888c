// Is all of the history by whom it names, from the store's first commit on?
#pragma once

#include "app/workspace.hpp"
#include "sync/judge.hpp"
#include "sync/prove.hpp"

namespace crm::app {

struct VerifyRequest {
  std::string
      since; ///< a commit that is taken for good, or the beginning of its id; "" for the whole history
};

struct Verified {
  sync::Judgement judgement;
  store::Oid head, since;
  store::Oid first;         ///< where the history begins; "" when `since` was given
  bool other_store = false; ///< and it is not where this clone knows it to begin
  bool pinned_now = false;  ///< where the history begins was not noted in this clone before: it is now
  bool ok() const { return judgement.ok() && !other_store; }
};
/// Throws Error(NotFound) for an unknown commit, and Error(VerificationFailed) when the history no longer
/// holds it.
Verified verify_history(Workspace& workspace, const VerifyRequest& request);

/// Of one commit by itself: that whoever vouched for its key could be trusted, only the whole history proves.
sync::Verdict verify_one(Workspace& workspace, const store::Commit& commit);

} // namespace crm::app
