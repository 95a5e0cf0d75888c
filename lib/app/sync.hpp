// fetch, check, merge, rules, push: with each remote in turn, and none of them can stop the others.
#pragma once

#include "app/batch.hpp"
#include "app/receive.hpp"
#include "app/rules.hpp"
#include "app/workspace.hpp"
#include "base/error.hpp"
#include "store/transport.hpp"
#include "sync/merge.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace crm::app {

struct SyncRequest {
  std::vector<std::string> remotes; ///< by name; empty for all
  bool pull = true, push = true;
  bool allow_deletions = false; ///< take in a merge that deletes a large part of the store
  bool allow_rewound = false;   ///< take in a remote whose history was rewritten
  Mode mode = Mode::Write;      ///< DryRun fetches, and says what would be
  std::chrono::seconds patience{30};
  std::function<void(const std::string& remote, std::string_view step)> progress;
};

/// What came of one remote.
struct RemoteOutcome {
  store::Remote remote;
  /// "ok", the trouble's word (store::Trouble), or why what it sent was not taken: "refused-data", "rewound",
  /// "renamed", "deletions", "other-store", "hand-edits", "clock", "busy", "unproved" (what it sent is signed
  /// by nobody that the store knows); "unapproved": nobody has vouched for this device's key yet, and its
  /// batches wait; "own-unproved": what was committed by hand here is not signed as it must be, and nothing
  /// was sent; "unfit": a commit of this device would be refused everywhere, and nothing was sent; "revoked":
  /// this device's key was, and nothing was taken or sent.
  std::string outcome = "ok";
  std::string detail;                  ///< sentences for people; "" when it went well
  std::vector<core::Problem> problems; ///< of refused data
  sync::MergePlan::Kind kind = sync::MergePlan::Kind::Nothing;
  std::size_t arrived = 0, changed = 0, deleted = 0; ///< records
  std::size_t received = 0, sent = 0;                ///< batches
  bool pushed = false;                  ///< the remote's branch moved: batches, or a merge of others
  std::vector<sync::Joined> joined;     ///< records that both sides had changed
  std::vector<sync::Refused> put_aside; ///< batches that do not count, and are kept for somebody to look at
  std::vector<std::string> files;       ///< schemas, settings and policy that changed here
  std::vector<sync::Chosen> chosen; ///< by this merge, or by another device's against a change that was here
  std::vector<sync::Doubled> doubled; ///< devices in whose name two clones write
  /// Of a dry run: what a remote holds that lost what it had; "" for nothing.
  std::optional<store::Oid> rewound_to;
  bool ok() const { return outcome == "ok"; }
};

/// Adds what a plan comes to.
void tell(RemoteOutcome& outcome, const store::Repository& repository, const sync::MergePlan& plan);

struct SyncReport {
  std::vector<RemoteOutcome> remotes;
  Rules rules;               ///< broken by what this sync brought or changed
  std::size_t conflicts = 0; ///< records that wait for a person, all of them
  store::Oid head;
  store::Oid
      offered; ///< our branch before anything was sent: what is written after that waits for another sync
  bool all_ok() const;
  bool any_ok() const;
  /// Nothing could be reached, and for no other reason than the network.
  bool offline() const;
};

/// What stopped all of it is what came of each remote.
SyncReport failed_report(Workspace& workspace, const std::vector<store::Remote>& remotes,
                         const base::Error& error);
/// Into the journal. `before`: our head before the sync.
void note_attempts(const Workspace& workspace, const SyncReport& report, const store::Oid& before);

/// Throws Error(NotFound) for an unknown remote, Error(Usage) when there is none; and what stops all of it,
/// which is in the journal then.
SyncReport sync(Workspace& workspace, const SyncRequest& request);

/// Whether a remote answers, and is one of this store as far as it says without sending anything.
RemoteOutcome test_remote(Workspace& workspace, const store::Remote& remote, std::chrono::seconds patience);

/// What a file is called in reports, and what no remote can be called.
inline constexpr const char* bundle_remote = "bundle-file";
/// The file is a `git bundle`: what it holds is taken in, and it holds all of ours afterwards; one that is
/// not there is made. It is replaced as a whole or not at all. Throws Error(NotFound | Usage | Failure).
SyncReport sync_bundle(Workspace& workspace, const std::string& file, const SyncRequest& request);

struct JoinRequest {
  std::string url, folder; ///< folder "": the last part of the URL
  std::string member, device;
  std::chrono::seconds patience{30};
  /// Given: `url` is the history out of this archive, and no remote. All of it is taken as it is: what
  /// nobody's signature stands for, or the policy forbids, becomes a warning.
  std::string archive{};
  bool only_look = false; ///< nothing will be written there, so it need not be known who would
  /// The last look at the store before it counts as joined: what it throws leaves nothing behind.
  std::function<void(Workspace&)> look{};
};
struct JoinedStore {
  std::string root, member, device, name;
  std::string bundle;      ///< the file that was joined, which is no remote; else ""
  std::string fingerprint; ///< of the key that was made, and waits for approval; "" in a store without keys
  std::size_t records = 0;
  std::vector<std::string> warnings;
};
/// A clone of a store, looked at before it is used. Throws Error(Offline | InvalidData | Failure | Usage).
JoinedStore join_store(base::Environment& env, const JoinRequest& request);

} // namespace crm::app
