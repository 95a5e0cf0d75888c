// Who made a commit, proved by its signature: pure, over the commit's own bytes.
#pragma once

#include "store/ssh_key.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace crm::store {

/// A commit's bytes, as `git cat-file commit` prints them, apart.
struct SignedCommit {
  std::string payload;   ///< what is signed: the commit without its signature headers
  std::string signature; ///< armored; "" when there is none
  std::string author_name, author_email;
};
/// Never throws: what is no commit has an empty author, and so is nobody's.
SignedCommit split_commit(std::string_view commit);

/// A key that somebody vouched for: whose, and on which device.
struct AllowedKey {
  PublicKey key;
  std::string member, device;
};

struct Proved {
  PublicKey key;
  std::string member, device;
};
struct NotProved {
  enum class Why { Unsigned, Malformed, OtherAlgorithm, OtherNamespace, Wrong, UnknownKey, OtherAuthor };
  Why why;
  std::string detail; ///< a part of a sentence about the commit: "it is not signed"
};
std::string_view to_text(NotProved::Why why); ///< "unsigned", "unknown-key", …: as JSON has it

/// Proved when the signature is git's, fits, and is by a key of `allowed` whose member and device are those
/// that the commit names as its author (`bob <bob@tablet>`).
std::variant<Proved, NotProved> verify_commit(std::string_view commit, std::span<const AllowedKey> allowed);

/// The file that git and ssh-keygen read (ALLOWED SIGNERS of ssh-keygen(1)): a line for each key, for git's
/// signatures alone. The principal is `member@device`, as in the author.
std::string allowed_signers(std::span<const AllowedKey> keys);

} // namespace crm::store
