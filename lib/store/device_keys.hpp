// The secret keys that this device holds, one for each member who writes here: files of OpenSSH's format in
// <git dir>/crm/keys, readable by their owner alone.
#pragma once

#include "store/ssh_key.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crm::store {

class DeviceKeys {
 public:
  /// `private_dir` as Repository::private_dir() has it.
  explicit DeviceKeys(std::string private_dir) : m_private_dir(std::move(private_dir)) {}

  /// Nothing when the member has none here. Throws Error(InvalidData) for a file that is no key, and
  /// Error(Denied) for one with a passphrase.
  std::optional<SecretKey> load(const std::string& member) const;
  /// On the disk when it returns; false, and nothing is touched, where the member has one already. Throws
  /// Error(Failure).
  bool keep(const std::string& member, const std::string& device, const SecretKey& key,
            base::Environment& env) const;
  /// The key that is to take the place of the member's once this is `device`: on the disk beside it when it
  /// returns, and the same one when a killed process has made it. Throws Error(Failure).
  SecretKey prepare(const std::string& member, const std::string& device, base::Environment& env) const;
  /// What was prepared for `device` takes its place, also what a killed process has left. Throws
  /// Error(Failure).
  void put_in_place(const std::string& device) const;
  /// Members and their public keys, by the .pub files beside the keys: no secret is read.
  std::vector<std::pair<std::string, PublicKey>> list() const;
  std::string path(const std::string& member) const;

 private:
  std::string folder() const { return m_private_dir + "/keys"; }
  std::string beside(const std::string& member, const std::string& device) const;
  void make_folder() const;
  /// Members with a key beside their own that waits for `device`.
  std::vector<std::string> prepared(const std::string& device) const;
  void place(const std::string& member, const std::string& device, const PublicKey& key) const;
  std::string m_private_dir;
};

/// What git itself needs, so that `git log --show-signature` and commits by hand are as good as crm's:
/// gpg.format, gpg.ssh.allowedSignersFile, and the member's key for signing.
class Repository;
void configure_signing(Repository& repository, const std::string& member);
/// The file that `git verify-commit` goes by, replaced as a whole; not touched when it says so already.
void write_allowed_signers(const Repository& repository, const std::string& content);

} // namespace crm::store
