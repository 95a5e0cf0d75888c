// A whole history, commit by commit: does each one follow from what was trusted before it?
#pragma once

#include "sync/prove.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace crm::sync {

struct ChainRequest {
  store::Oid head;
  store::Oid since; ///< taken for good, with all before it; "" for the whole history
  store::Oid first; ///< the commit that the whole history has to begin with; "" for whichever
  KeysAt keys;
  /// What the rules of the store have against a commit whose author is proved: a part of a sentence, or
  /// nothing. May be empty.
  std::function<std::optional<std::string>(const store::Commit&, const Verdict&)> judge;
  std::function<void(std::size_t done, std::size_t total)> progress; ///< may be empty
};

struct Refusal {
  store::Oid commit;
  std::string summary, author, reason,
      detail; ///< as Verdict has them, and "other-store", "withdrawn-key", "forbidden"
};

struct ChainReport {
  std::size_t commits = 0;
  std::size_t by_key = 0; ///< signed by a key that its author had by then
  std::size_t later = 0;  ///< signed by a key that was vouched for only afterwards
  std::size_t merges = 0, before_keys = 0;
  store::Oid first;              ///< where the history begins; "" when `since` was given
  std::vector<Refusal> refusals; ///< oldest first
};

/// A key is worth as much as the commit that brought it: one that only refused commits have vouched for
/// proves nothing. A device writes before its key is approved, too; such a commit is good when somebody
/// trusted has vouched for the key since, and `head` still has it.
ChainReport verify_chain(const store::Repository& repository, const ChainRequest& request);

} // namespace crm::sync
