#include "store/ssh_signature.hpp"

#include "base/text.hpp"
#include "store/ssh_wire.hpp"

#include <sodium.h>

namespace crm::store {
namespace {

using Why = SignatureProblem::Why;

constexpr std::string_view magic = "SSHSIG", label = "SSH SIGNATURE", algorithm = "ssh-ed25519";
constexpr std::uint32_t version = 1;
constexpr std::size_t longest = 16 * 1024; // of an RSA key of 16384 bits it is 6 KiB

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string sha512(std::string_view text) {
  std::string out(crypto_hash_sha512_BYTES, '\0');
  crypto_hash_sha512(reinterpret_cast<unsigned char*>(out.data()), raw(text), text.size());
  return out;
}

std::string sha256(std::string_view text) {
  std::string out(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(out.data()), raw(text), text.size());
  return out;
}

/// What is really signed.
std::string signed_bytes(std::string_view name_space, std::string_view hash_name, std::string_view hash) {
  std::string out(magic);
  ssh::put_string(out, name_space);
  ssh::put_string(out, ""); // reserved
  ssh::put_string(out, hash_name);
  ssh::put_string(out, hash);
  return out;
}

} // namespace

std::string ssh_sign(const SecretKey& key, std::string_view message, std::string_view name_space) {
  const auto bytes = key.sign(signed_bytes(name_space, "sha512", sha512(message)));
  std::string signature;
  ssh::put_string(signature, algorithm);
  ssh::put_string(signature, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  std::string blob(magic);
  ssh::put_number(blob, version);
  ssh::put_string(blob, to_wire(key.public_key()));
  ssh::put_string(blob, name_space);
  ssh::put_string(blob, "");
  ssh::put_string(blob, "sha512");
  ssh::put_string(blob, signature);
  return ssh::armor(label, blob);
}

std::variant<PublicKey, SignatureProblem> ssh_verify(std::string_view armored, std::string_view message,
                                                     std::string_view name_space) {
  const auto malformed = [](const char* detail) { return SignatureProblem{Why::Malformed, detail}; };
  if (armored.size() > longest) return malformed("its signature is too large");
  const auto blob = ssh::unarmor(label, armored);
  if (!blob) return malformed("its signature is not one of SSH");
  ssh::Reader reader(*blob);
  const bool is_ours = reader.bytes(magic.size()) == magic && reader.number() == version;
  const auto wire_key = reader.string(), made_for = reader.string();
  reader.string(); // reserved: to be ignored
  const auto hash_name = reader.string();
  ssh::Reader signature(reader.string());
  if (!is_ours || !reader.at_end()) return malformed("its signature is damaged");
  const auto made_by = signature.string(), bytes = signature.string();
  if (!signature.at_end()) return malformed("its signature is damaged");
  const auto key = parse_wire_key(wire_key);
  if (!key || made_by != algorithm)
    return SignatureProblem{Why::OtherAlgorithm, "its signature is no ed25519 one"};
  if (hash_name != "sha512" && hash_name != "sha256")
    return SignatureProblem{Why::OtherAlgorithm, "its signature uses an unknown hash"};
  if (made_for != name_space)
    return SignatureProblem{Why::OtherNamespace, "its signature is made for \"" +
                                                     base::printable(base::fit(made_for, 40)) +
                                                     "\", not for \"" + std::string(name_space) + "\""};
  const auto what =
      signed_bytes(made_for, hash_name, hash_name == "sha512" ? sha512(message) : sha256(message));
  if (bytes.size() != crypto_sign_BYTES ||
      crypto_sign_verify_detached(raw(bytes), raw(what), what.size(), key->bytes.data()) != 0)
    return SignatureProblem{Why::Wrong, "its signature does not fit what it signs"};
  return *key;
}

} // namespace crm::store
