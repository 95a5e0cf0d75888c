// Whether what came may count: each commit by its signature and by the policy in force before it, and what
// the store comes to without those that may not.
//
// A commit is judged by its own parent: by the policy, members and keys as they were there, without what was
// put aside. Two things may be known only later: that a key was vouched for, and that a device was lost; for
// these counts all that the tip says, and this device's own head. What a member's key signed and the policy
// forbids is put aside, by a commit that takes it out again and that every device makes alike. What no
// member's key stands for is no part of the store at all: then nothing that came with it is taken in.
#pragma once

#include "sync/authority.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace crm::sync {

/// A commit that may not count, and why.
struct Refused {
  store::Oid commit;
  /// For scripts: "forbidden", "no-member", "policy", "keys", "stamps", "removal", "revoked",
  /// "builds-on", "unreadable" are put aside; "unsigned", "unknown-key" and the like (store::NotProved),
  /// "merge", "put-aside" and "other-store" prove nothing.
  std::string reason;
  std::string detail;         ///< for people: "bob (staff) may not change role of a member"
  std::string member, device; ///< who signed it, "" where that is not proved
};

struct Judgement {
  std::size_t commits = 0, merges = 0; ///< looked at
  std::size_t by_key = 0;              ///< signed by a key that its author had by then
  std::size_t later = 0;               ///< signed by a key that was vouched for only afterwards
  std::size_t before_keys = 0;         ///< from when the store had no keys: nothing can be proved
  std::vector<Refused> unproved;       ///< parents before children
  std::vector<Refused> refused;        ///< all that may not count, put aside already or not
  std::vector<Refused> standing;       ///< of these, those that nothing has put aside yet
  std::vector<store::Oid> put_aside;   ///< the commits that did, proved
  store::Oid tip, clean;               ///< the tree without what is refused: the tip's own where nothing is
  bool is_clean = true;
  bool ok() const { return unproved.empty() && standing.empty() && is_clean; }
};

/// What judging has read and worked out: all of it follows from commits and trees, which never change.
/// Whoever judges several times in one command gives it on.
struct JudgeMemory;
std::shared_ptr<JudgeMemory> new_judge_memory(const store::Repository& repository);

class Judge {
 public:
  using Progress = std::function<void(std::size_t done, std::size_t total)>;
  explicit Judge(const store::Repository& repository, Progress progress = {},
                 std::shared_ptr<JudgeMemory> memory = {});

  /// Every commit that `tip` has and `known` ("" for none) has not; `known` has been judged before.
  /// `knowing`: a commit whose keys and revocations count, "" for none.
  Judgement judge(const store::Oid& tip, const store::Oid& known, const store::Oid& knowing);
  Authorities& authorities();

 private:
  const store::Repository& m_repository;
  std::shared_ptr<JudgeMemory> m_memory;
  Progress m_progress;
  std::vector<store::Commit> m_asides; ///< that were found by what it has judged so far
};

/// The commit that puts aside what stands against the judged tip, written and in no history yet: a function
/// of the tip and of what is refused.
store::Oid put_aside(const store::Repository& repository, const Judgement& judgement);

/// The put-aside commits of a history. How far it was looked through, and what was found, is kept beside the
/// repository, so that each commit is read once.
std::vector<store::Commit> asides_in(const store::Repository& repository, const store::Oid& tip);

/// A put-aside commit names with it each commit that it takes out, and why.
inline constexpr const char* quarantine_trailer = "Crm-Quarantine";
/// The commits that a put-aside commit names.
std::vector<store::Oid> named_in(const store::Commit& put_aside);
/// Refs to put-aside commits, so that they stay, also those of a history that was not taken in yet.
inline constexpr const char* quarantine_refs = "refs/crm/quarantine/";

} // namespace crm::sync
