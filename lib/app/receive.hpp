// What came is judged before it is merged. What this device has and the other side has not is judged with it
// where something that came has a say in it (a batch may have become one that does not count, by a device's
// being revoked), and else when it is sent.
#pragma once

#include "app/workspace.hpp"
#include "core/problem.hpp"
#include "core/stamp.hpp"
#include "sync/judge.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace crm::app {

/// What is further ahead of the clock here is not taken in: it would outlive every later write.
constexpr std::chrono::days far_ahead{30};

struct Judged {
  store::Oid theirs;      ///< what is to be merged: what came, or that without what was put aside
  store::Oid ours_before; ///< the head that it was judged for
  store::Oid ours;        ///< what it is to be merged with: that head, or it without what was put aside
  std::vector<sync::Refused> put_aside; ///< now, of either side
  /// Of theirs: nothing that came may be taken in.
  std::vector<sync::Refused> unproved;
  std::vector<store::Oid> asides; ///< commits that put something aside, new to this device
};
/// `head` is ours: HEAD, or in a dry run what HEAD would be by now. Moves nothing. Throws Error(InvalidData)
/// where the put-aside commits cannot be made.
Judged judge_received(Workspace& workspace, const store::Oid& tip, const store::Oid& head,
                      const std::shared_ptr<sync::JudgeMemory>& memory = {});

/// From here on the put-aside commits are known here. Before the branch moves, so that a kill between the two
/// leaves nothing to find out again.
void remember_asides(store::Repository& repository, const std::vector<store::Oid>& asides);

/// What this device would send with `head` to who has `known` ("" for nothing), judged as it will be there.
struct OwnJudged {
  /// What no other device would take in: nobody vouched for the key yet, or somebody committed by hand
  /// without one.
  std::vector<sync::Refused> unproved;
  std::vector<sync::Refused> put_aside; ///< now
  store::Oid head;                      ///< as given, or that without what is put aside
};
/// Moves nothing.
OwnJudged judge_own(Workspace& workspace, const store::Oid& head, const store::Oid& known,
                    const std::shared_ptr<sync::JudgeMemory>& memory = {});
/// What may not count is put aside here already.
void put_aside_own(Workspace& workspace, store::Transaction& transaction, const OwnJudged& judged);

/// Those that `from` has and `without` has not ("" for neither); merges are nobody's work, and do not count.
std::size_t count_batches(const store::Repository& repository, const store::Oid& from,
                          const store::Oid& without);

/// How far ahead of this device's clock a batch may be that is taken in, or sent.
struct ClockLimit {
  core::StampTime now;
  std::chrono::days ahead;
  core::StampTime latest() const { return now + ahead; }
};
/// Sentences for people where a batch that `tip` has and `head` has not was written later than that, by its
/// own clock: whose, when it will be taken in, and what can be done before; else "".
std::string clock_refusal(const store::Repository& repository, const ClockLimit& limit, const store::Oid& tip,
                          const store::Oid& head);

/// Why nothing may be sent.
struct Unfit {
  std::string detail;                  ///< sentences for people; "" where all may be sent
  std::vector<core::Problem> problems; ///< of single files and commits
};
/// What would harm the store of what `head` has and `known` ("" for nothing) has not: no other device would
/// take it in, as with a date after the limit, or it takes records away that others have. The files of what
/// crm wrote itself are as they should be: looked at where there is an edit by hand among it.
Unfit unfit_to_send(const store::Repository& repository, const store::Oid& head, const store::Oid& known,
                    const ClockLimit& limit);

/// "3f2a… of bob on tablet-2: it is not signed" for people.
std::string refusal_text(const sync::Refused& refused);

} // namespace crm::app
