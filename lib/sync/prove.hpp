// Why a commit can be trusted, or why not: one commit at a time, from its own bytes, its parents, and the
// keys that the members had in its parent.
#pragma once

#include "store/commit_proof.hpp"
#include "store/repository.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::sync {

/// Every key that some member's record has at a commit. What it returns must outlive the proof.
using KeysAt = std::function<const std::vector<store::AllowedKey>&(const store::Oid& commit)>;

struct Verdict {
  enum class How {
    First,      ///< begins a history, and is signed by a key that it brings along
    Signed,     ///< by a key that its author had in the parent
    Later,      ///< by a key that was vouched for only afterwards: told by app/audit/verify alone
    Merge,      ///< recomputed from its parents, it is the same commit
    BeforeKeys, ///< no member had a key yet
    Refused
  };
  store::Oid commit;
  How how = How::Refused;
  /// Whose signature it is. Also where it is refused for its key alone: the key fits, and the name is what
  /// the commit claims.
  std::optional<store::AllowedKey> by;
  /// Refused: store::to_text(NotProved::Why), or "merge", "other-trailers", "incomplete".
  std::string reason;
  std::string detail; ///< Refused: a part of a sentence about the commit
  bool ok() const { return how != How::Refused; }
};
std::string_view to_text(Verdict::How how); ///< "signed", "before-keys", …: as JSON has it

/// What `git log` shows must be what was proved: why not, where the trailers name somebody else.
std::optional<std::string> other_trailers(const store::Commit& commit, const std::string& member,
                                          const std::string& device);

/// Throws for nothing that a commit may hold. `kept_keys`: some commit before this one knew keys, so that one
/// without any is no longer "before keys" (true of what is not known).
Verdict prove(const store::Repository& repository, const store::Commit& commit, const KeysAt& keys,
              bool kept_keys);

} // namespace crm::sync
