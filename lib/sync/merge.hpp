// Two heads become one: what differs is joined record by record, and nothing else is read. No merge base for
// records; for files without stamps (crm.yaml, schemas) the newest change of either history counts.
#pragma once

#include "core/merge.hpp"
#include "core/problem.hpp"
#include "store/repository.hpp"
#include "sync/read_files.hpp"

#include <string>
#include <vector>

namespace crm::sync {

/// A record that both sides had, differently.
struct Joined {
  std::string path, type, id, name; ///< the name as it is after the merge
  std::vector<core::Decision> decisions;
  std::vector<core::Decision> outdone; ///< where both sides wrote, and the newer value took the other's place
};

/// A file without stamps that both sides had changed: the newest was taken, and the other change is not in
/// it.
struct Chosen {
  std::string path;
  store::Oid commit;          ///< has the file as it was not taken; "" where that was its removal
  std::string member, device; ///< whose change that is; "" where the history does not say
  friend bool operator<(const Chosen& a, const Chosen& b) { return a.path < b.path; }
};

/// A device of which each side holds batches that the other one lacks: two clones write in its name, or one
/// was moved back and went on. What one of them wrote passes for having been seen by the other.
struct Doubled {
  std::string device;
  std::vector<std::string> records; ///< "type id": that it wrote on both sides
};

/// What merging `theirs` into `ours` comes to. A pure function of the two heads: planned twice, the same.
struct MergePlan {
  enum class Kind {
    Nothing,     ///< ours holds theirs already
    FastForward, ///< theirs holds ours
    Merge
  };
  Kind kind = Kind::Nothing;
  store::Oid ours, theirs;
  std::vector<store::Change> changes; ///< relative to ours, by path; the whole way from ours to the result
  std::vector<Joined> joined;         ///< Merge only
  std::vector<Chosen> chosen;         ///< Merge only
  std::vector<Doubled> doubled;       ///< Merge only, and where the origins were looked at
  /// Records, as seen from ours: new here, changed here, newly marked as deleted (or removed) here; each
  /// counts once.
  std::size_t arrived = 0, changed = 0, deleted = 0;
  store::Message message;     ///< Merge only: a function of the two trees
  store::Signature signature; ///< Merge only: author and committer alike
};

/// Throws Error(InvalidData) with every problem of a record or schema that cannot be merged, and
/// Error(NotFound) for an unknown commit. Both histories must begin with the same commit, or it is
/// Error(VerificationFailed): that is another store. `files` is what was read before, of theirs or for other
/// merges. Where `origins` are known to be the same that is not looked at, and a merge of records alone
/// costs what differs, however many commits there are.
enum class Origins { Unknown, Same };
MergePlan plan_merge(const store::Repository& repository, const store::Oid& ours, const store::Oid& theirs,
                     Origins origins = Origins::Unknown, ReadFiles* files = nullptr);

/// What others have chosen already in the merges that come with the plan, against changes that are here.
std::vector<Chosen> chosen_by_others(const store::Repository& repository, const MergePlan& plan);

/// Carries the plan out: the ref moves, the working files follow. HEAD must still be `plan.ours`, or it is
/// Error(Busy). Returns the new head.
store::Oid apply(store::Transaction& transaction, const MergePlan& plan);

/// The commit that apply() would move to, written and in no history: for planning on from there.
store::Oid outcome_of(const store::Repository& repository, const MergePlan& plan);

/// One file as the merge driver has it: the join of two versions of a record, whole texts. Throws
/// Error(InvalidData).
std::string merge_texts(const std::string& ours, const std::string& theirs, const std::string& path,
                        const core::Schema& schema);

} // namespace crm::sync
