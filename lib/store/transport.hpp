// Fetch and push by the `git` program, hardened: nothing prompts, nothing that a remote says is run, and what
// went wrong is told apart by exit codes and porcelain, not by translated sentences.
#pragma once

#include "store/repository.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace crm::store {

struct Remote {
  std::string name, url;
};

/// Why a remote could not be reached or would not take what it was given.
enum class Trouble {
  None,
  Network,    ///< no route, refused, timed out, cut off
  Name,       ///< the host's name is not known
  Auth,       ///< the login was refused, or a folder may not be read
  HostKey,    ///< the host's key is unknown, changed or revoked
  Missing,    ///< there is no repository at that place
  OtherStore, ///< there is something else at that place, which is not going to become one
  Rejected,   ///< another device was first: fetch, merge and push again
  Refused,    ///< the remote's own rules, or its data is damaged
  Disk,       ///< no room, here or there
  Other
};
std::string_view to_text(Trouble trouble); ///< "network", "host-key": frozen, scripts read them
/// What such a word means, for people: "it cannot be reached"; "" for any other word.
std::string_view in_words(std::string_view trouble);
/// Whether it is the word of a remote that was not reached at all, so that nothing was learned of what it
/// has.
bool is_unreached(std::string_view trouble);

struct Contact {
  Trouble trouble = Trouble::None;
  std::string said; ///< git's and ssh's own lines, for people; printable, without passwords in URLs
  bool ok() const { return trouble == Trouble::None; }
};

/// Why a path can be no remote, ever: a file that is no bundle, or a folder with other files; else "".
std::string other_things_at(const std::string& url);

/// The remotes of this clone, by name.
std::vector<Remote> remotes(const Repository& repository);
/// A relative path counts from the current folder, and is kept absolute. Throws Error(Usage) for a name or
/// URL that no store may have: `ext::` and other helpers, a URL that begins with "-", a password within it;
/// Error(InvalidData) when the name is taken.
void add_remote(Repository& repository, const Remote& remote);
void remove_remote(Repository& repository, const std::string& name);

struct Fetched : Contact {
  Oid tip;    ///< of the remote's branch; "" when it has none yet
  Oid before; ///< the tip that was seen the time before; "" when there was none
  bool rewound() const { return lost; }
  /// `before` is not among the ancestors of `tip`: the remote's history was rewritten, or its branch removed.
  bool lost = false;
  /// Branches that it has instead of ours: where ours was never seen, it is likely to be something else.
  std::vector<std::string> others;
};

/// Brings the remote's branch to refs/crm/remotes/NAME/BRANCH, and devices' signs of life, which may fail, to
/// refs/crm/devices/NAME/DEVICE: objects are checked (fsck) on arrival, and
/// when the history was rewritten the ref stays where it was. Gives up after `patience` without any progress.
/// A bundle that is damaged is Refused.
/// A folder that is empty is a remote without a branch; but where something was seen before it is Missing: a
/// mount point without its stick. Here and in push(): Error(Busy) when another process talks with that remote
/// for longer than `patience`; a URL or name that add_remote() would refuse is Trouble::Refused.
Fetched fetch(const Repository& repository, const Remote& remote, std::chrono::seconds patience);

/// Where each device leaves a sign of life at a remote: refs/crm/devices/DEVICE there, and here, as fetched,
/// refs/crm/devices/REMOTE/DEVICE.
inline constexpr const char* device_refs = "refs/crm/devices/";
/// So many has no store; a remote that shows more is not believed.
inline constexpr std::size_t most_devices = 1000;

/// A ref of the remote that is set whatever it was; where the remote does not take it, nothing is said.
struct Beside {
  std::string ref;
  Oid commit;
};

/// The remote's branch moves to `tip` if that is a descendant of what the remote has: the remote itself
/// compares and swaps. On success the tip is remembered as seen. In an empty folder a bare repository is made
/// first. Hooks of a folder are not run, and its checked-out branch does not move: a folder should be bare.
Contact push(const Repository& repository, const Remote& remote, const Oid& tip,
             std::chrono::seconds patience, const std::vector<Beside>& beside = {});

struct WrittenBundle : Contact {
  Oid tip; ///< of the branch, as the file has it
};
/// The store's history in a file that fetch() takes for a remote. The file is replaced as a whole, or not at
/// all.
WrittenBundle write_bundle(const Repository& repository, const std::string& file,
                           std::chrono::seconds patience);

/// What a file says of itself: no bundle by its first line, or one whose pack is whole, or is not.
struct Bundle {
  enum class State { None, Sound, Damaged };
  State state = State::None;
  std::vector<Oid> tips; ///< that it names
};
Bundle look_at_bundle(const std::string& file);

/// Asks for the remote's refs and takes nothing.
struct Probed : Contact {
  std::vector<std::string> others; ///< as Fetched has them
};
Probed probe(const Repository& repository, const Remote& remote, std::chrono::seconds patience);

/// The branch's tip in a remote that is a folder, as its ref says at this moment and without asking git; what
/// was last seen for all others, and where it cannot be told.
std::optional<Oid> folder_tip(const Repository& repository, const Remote& remote);

/// The remote's tip as last seen; nothing when it was never reached, and where that commit was lost.
std::optional<Oid> last_seen(const Repository& repository, const std::string& remote);
/// What was seen of it counts no more, nor its devices' signs of life.
void forget_seen(const Repository& repository, const std::string& remote);
/// Somebody has agreed to a rewritten history: from here on `tip` counts as what the remote has, "" for
/// nothing.
void set_last_seen(const Repository& repository, const std::string& remote, const Oid& tip);

/// A new clone of URL at `path` (which must be empty or absent), checked as a fetch is, without its working
/// files: the caller looks at what came, and then checks it out with Transaction::fast_forward. HEAD names
/// the remote's branch, which is not there yet; last_seen(…, "origin") is its tip, or nothing when the remote
/// is empty. Nothing is left behind when it fails. Throws Error(Usage) for a URL that add_remote() would
/// refuse and for a path that is taken.
Contact clone(const std::string& url, const std::string& path, std::chrono::seconds patience);

} // namespace crm::store
