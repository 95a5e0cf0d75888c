// What this device tried with each remote, failed attempts too: one JSON object a line in the private folder.
#pragma once

#include "core/stamp.hpp"
#include "store/transport.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crm::sync {

struct Attempt {
  core::StampTime at{};
  std::string remote;
  /// "ok", or the trouble's word: "network", "host-key", "refused-data", …; "removed": the remote was
  /// forgotten, and whatever has its name later is another one.
  std::string outcome;
  std::string detail;                 ///< lines for people
  store::Oid head;                    ///< ours when the attempt ended
  std::size_t received = 0, sent = 0; ///< commits
  /// Ours before the sync that the attempt was part of; "" in what earlier versions wrote.
  store::Oid before{};
  std::string place{}; ///< place_of(the remote's URL); "" in what earlier versions wrote
  bool ok() const { return outcome == "ok"; }
};

/// Appends durably enough for a log: a line that a crash cut off is skipped when it is read. Older halves are
/// dropped at 1 MiB.
void record(const store::Repository& repository, const Attempt& attempt);

/// Oldest first, at most the newest `most`; lines that cannot be read are left out.
std::vector<Attempt> journal(const store::Repository& repository, std::size_t most = 1000);

inline constexpr const char* removed = "removed";

/// The newest success and the newest failure with a remote.
struct Contacts {
  std::optional<Attempt> success, failure;
  bool failing = false; ///< the last attempt was a failure
  bool heard = false;   ///< since the success the remote was reached, and something stood against it
  bool moved = false;   ///< its name was another remote's before, at another URL
};
/// What was tried at another URL was tried with another remote, though it has the name now.
Contacts contacts(const std::vector<Attempt>& attempts, const store::Remote& remote);

/// Tells one URL from another, and gives none away; "" for none.
std::string place_of(const std::string& url);

/// When this device last reached a remote, or first tried to where it never has; nothing when it never tried.
/// Made for the way of a write: no more than one line is parsed.
std::optional<core::StampTime> last_contact(const store::Repository& repository);

} // namespace crm::sync
