// Whose keys are whose: each member has a key on each device, an owner vouches for it, and batches are signed
// with it. A member's record lists the keys that somebody approved (`keys`, a line for each device); a device
// that joins asks for that with the sign of life that it leaves at the remotes. That is no record on purpose:
// who is not yet known can write nothing into the store, and asks all the same.
#pragma once

#include "app/batch.hpp"
#include "store/commit_proof.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::app {

/// The write lock, with the acting member's key read before it: batches are signed from then on. In a store
/// whose members have keys one is made for a member who has none here yet.
store::Transaction begin_writing(Workspace& workspace);

/// What is written from now on is signed with the member's key, where there is one here.
void sign_as_member(store::Repository& repository, const std::string& member);

/// A line of a member's `keys`: "ssh-ed25519 AAAA… tablet-2".
std::string key_line(const store::PublicKey& key, const std::string& device);

/// The devices whose keys an owner has vouched for, as a member's record lists them.
std::vector<std::string> approved_devices(const core::Record& member);

/// Whether an owner has taken back that the member's key is believed.
bool is_revoked(const core::Record& member, const store::PublicKey& key);
/// The devices whose keys somebody has vouched for and nobody took back.
std::vector<std::string> believed_devices(const core::Record& member);

/// Somebody vouched for a key of the member's on that device, and none that is believed is left.
bool is_revoked_on(Workspace& workspace, const std::string& member, const std::string& device);

/// Brings git's list of signers to what the members' records say.
void refresh_signers(const store::Repository& repository);

/// A key for a member of this device, kept; the one that is there when there is one.
store::PublicKey ensure_key(store::Repository& repository, base::Environment& env, const std::string& member,
                            const std::string& device);

/// A clone that was copied takes a name of its own, and keys: whoever revokes the key of one of the two must
/// not mean both. Returns what that comes to, a part of a sentence.
std::string become_device(Workspace& workspace, const std::string& name);

/// "bob ssh-ed25519 AAAA…" for each key of this device that nobody has approved: goes with its sign of life.
std::vector<std::string> offers(Workspace& workspace);

/// A device that asks for a key to be approved.
struct KeyRequest {
  std::string member, device, fingerprint;
  store::PublicKey key;
  std::optional<core::StampTime> since; ///< by that device's clock; nothing for this device's own
};
std::vector<KeyRequest> key_requests(Workspace& workspace);

struct ApproveRequest {
  std::string who; ///< a member's key, or the beginning of a fingerprint
  /// Given: that key is approved for this member and device, whether it was asked for or not.
  std::string public_key, device;
  Mode mode = Mode::Write;
};
struct Approved {
  KeyRequest request;
  Committed committed;
};
/// Throws Error(NotFound | Ambiguous | Usage).
Approved approve_key(Workspace& workspace, const ApproveRequest& request);

struct Identity {
  std::string member, name, role, device; ///< name and role are "" where the store has no such member
  std::optional<store::PublicKey> key;
  bool approved = false;   ///< somebody vouched for the key, and nobody took that back
  bool revoked = false;    ///< somebody took it back: nothing that it signs counts
  bool keeps_keys = false; ///< the store's members have keys at all
};
Identity identity(Workspace& workspace);
/// The same of another member who writes on this device.
Identity identity_of(Workspace& workspace, const std::string& member);

/// The command by which an owner approves a key of this device; with the key in it where no remote takes the
/// request there.
std::string command_to_approve(Workspace& workspace, const Identity& me);

} // namespace crm::app
