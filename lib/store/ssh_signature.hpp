// SSH signatures of messages (PROTOCOL.sshsig of OpenSSH), as git puts them into a commit's gpgsig header.
#pragma once

#include "store/ssh_key.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace crm::store {

inline constexpr std::string_view git_namespace = "git";

/// Armored, with sha512, as `ssh-keygen -Y sign -n NAMESPACE` makes it (ed25519 signatures are
/// deterministic).
std::string ssh_sign(const SecretKey& key, std::string_view message,
                     std::string_view name_space = git_namespace);

struct SignatureProblem {
  enum class Why { Malformed, OtherAlgorithm, OtherNamespace, Wrong };
  Why why;
  std::string detail; ///< a part of a sentence: "its signature is made for \"file\", not for \"git\""
};

/// Whose key made it. That the key is anybody's is for the caller to find out.
std::variant<PublicKey, SignatureProblem> ssh_verify(std::string_view armored, std::string_view message,
                                                     std::string_view name_space = git_namespace);

} // namespace crm::store
