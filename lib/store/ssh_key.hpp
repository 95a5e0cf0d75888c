// Ed25519 keys (RFC 8032) as OpenSSH writes them: public key lines, fingerprints, unencrypted private key
// files (openssh-key-v1: PROTOCOL.key of OpenSSH). ssh-keygen reads what is written here, and the other way
// round.
#pragma once

#include "base/env.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace crm::store {

struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

/// "ssh-ed25519 AAAA…", with a comment behind it when there is one.
std::string to_line(const PublicKey& key, std::string_view comment = {});
/// Only ssh-ed25519; a comment is skipped. Nothing for what is no such line.
std::optional<PublicKey> parse_public_key(std::string_view line);
/// The bytes as they stand in a line, a signature and a private key file.
std::string to_wire(const PublicKey& key);
std::optional<PublicKey> parse_wire_key(std::string_view bytes);
/// "SHA256:" and 43 characters, as ssh-keygen -l prints it.
std::string fingerprint(const PublicKey& key);

/// The secret half, in memory of its own that is kept from the swap where the system allows it, and zeroed
/// afterwards.
class SecretKey {
 public:
  static SecretKey random(base::Environment& env);
  SecretKey(SecretKey&&) noexcept = default;
  SecretKey& operator=(SecretKey&&) noexcept = default;

  const PublicKey& public_key() const { return m_public; }
  std::array<std::uint8_t, 64> sign(std::string_view message) const;
  /// The file's whole text. The caller wipes it (`ssh::wipe`).
  std::string to_file(std::string_view comment, base::Environment& env) const;

 private:
  friend struct SecretKeyReader;
  struct Free {
    void operator()(unsigned char* memory) const noexcept;
  };
  using Memory = std::unique_ptr<unsigned char, Free>;
  SecretKey(Memory secret, PublicKey key) : m_secret(std::move(secret)), m_public(key) {}
  static SecretKey from_seed(std::string_view seed);
  Memory m_secret; ///< 64 bytes: the seed, then the public key
  PublicKey m_public;
};

/// Why a file holds no key that can be used, for people: "it is not a private key of OpenSSH".
struct KeyProblem {
  std::string why;
  bool has_passphrase = false;
};
std::variant<SecretKey, KeyProblem> parse_secret_key(std::string_view file);

/// Nothing of libsodium is set up before somebody signs or makes a key: verifying needs no setting up.
void start_sodium();

} // namespace crm::store
