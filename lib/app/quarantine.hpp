// Batches that were put aside: none of them counts, none is lost, and somebody who may decides what becomes
// of each.
#pragma once

#include "app/batch.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// The trailer by which a batch says which commits it leaves out for good; it changes no file.
inline constexpr const char* drops_trailer = "Crm-Drops";

struct Quarantined {
  enum class State { Waiting, Adopted, Dropped };
  store::Commit commit;
  std::string batch, member, device; ///< as the commit tells; its signature was proved
  std::string reason;                ///< as sync::Refused has it
  store::Oid put_aside;              ///< the commit that took it out
  State state = State::Waiting;
  std::string decided; ///< the batch that adopted or dropped it, "" while it waits
};
std::string_view to_text(Quarantined::State state);

/// Oldest first. Reads the whole history's messages.
std::vector<Quarantined> quarantined(const store::Repository& repository);

struct Decision {
  /// Batch ids, commit ids, or unique beginnings of either; only those that wait.
  std::vector<std::string> batches;
  Mode mode = Mode::Write;
};
struct Decided {
  Committed committed;
  std::vector<Quarantined> batches; ///< oldest first
};
/// What those batches wrote is written now, by the acting member, who must be allowed to; the commit says who
/// wrote it first, and when. A record that one of them made keeps that in its provenance. Throws
/// Error(NotFound | Ambiguous | Denied), and Error(InvalidData) where one builds on another that is not
/// adopted.
Decided adopt_quarantined(Workspace& workspace, const Decision& decision);
/// They stay in the history, and no list shows them any more. For whoever may change members.
Decided drop_quarantined(Workspace& workspace, const Decision& decision);

} // namespace crm::app
