// Any bytes as a signature, a key, or a signed commit: refused, or what writing it again keeps.
#include "fuzz.hpp"
#include "store/commit_proof.hpp"
#include "store/ssh_signature.hpp"
#include "store/ssh_wire.hpp"

namespace crm::fuzz {

void try_ssh(std::string_view text) {
  require(!std::holds_alternative<store::PublicKey>(store::ssh_verify(text, "nobody has signed this")));
  if (const auto bytes = store::ssh::unarmor("SSH SIGNATURE", text))
    require(store::ssh::unarmor("SSH SIGNATURE", store::ssh::armor("SSH SIGNATURE", *bytes)) == bytes);
  if (const auto key = store::parse_public_key(text))
    require(store::parse_public_key(store::to_line(*key)) == key);
  const auto parsed = store::parse_secret_key(text);
  if (const auto* key = std::get_if<store::SecretKey>(&parsed))
    require(std::holds_alternative<store::PublicKey>(store::ssh_verify(store::ssh_sign(*key, text), text)));
  const auto commit = store::split_commit(text);
  require(commit.payload.size() + commit.signature.size() <= text.size());
  require(!std::holds_alternative<store::Proved>(store::verify_commit(text, {})));
}

} // namespace crm::fuzz

CRM_FUZZ_ENTRY(crm::fuzz::try_ssh)
