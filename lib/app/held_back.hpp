// What keeps batches where they are, of this device or for it, and what can be done about that.
#pragma once

#include "app/receive.hpp"
#include "store/transport.hpp"
#include "sync/merge.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct HeldBack {
  std::string outcome; ///< RemoteOutcome's
  std::string detail;  ///< sentences for people
};

/// What a remote has, and why it can neither be taken in nor replaced: its history was rewritten (unless that
/// is `allowed`), or it holds something else than this store; nothing where it can.
std::optional<HeldBack> kept_apart(const store::Repository& repository, const store::Remote& remote,
                                   const store::Fetched& fetched, bool allowed);
/// The same of a remote that was only asked for its branches.
std::optional<HeldBack> other_branches(const store::Repository& repository, const store::Remote& remote,
                                       const std::vector<std::string>& branches);

/// Of what holds something else than this store; `why` is a sentence.
HeldBack other_store(const store::Remote& remote, const std::string& why);

/// Of a clone that has not all of the history: why it cannot be synced, and the way out; else "".
std::string cut_history(const store::Repository& repository);

/// A merge that takes away so much is more likely an accident, or somebody's cleaning up, than a day's work:
/// of so many live records, sentences for people; else "".
std::string deletions_refusal(const sync::MergePlan& plan, std::size_t live);

/// How a commit of this device's own is left out of what has not been sent: onto what the remote has the rest
/// is written anew. Crm's own merges need not be, as the next sync makes them again.
std::string leaving_out(const store::Oid& commit, const store::Oid& seen);

/// "unapproved" where all only wait for their key, else "own-unproved". `unproved` is not empty, parents
/// before children; `seen` is what the remote has, "" for nothing.
HeldBack held_back(Workspace& workspace, const std::vector<sync::Refused>& unproved, const store::Oid& seen);

/// The edits by hand of files that the plan would change, and what can be done with them; "" where none are.
std::string edits_in_the_way(const store::Repository& repository, const sync::MergePlan& plan);

} // namespace crm::app
