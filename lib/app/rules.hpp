// What no single write did wrong and two together did: rooms taken twice, references to what somebody else
// deleted, handles given twice, records that do not fit their schema any more. Derived from the records, and
// so the same on every device; never stored.
#pragma once

#include "app/booking.hpp"
#include "app/workspace.hpp"

#include <string>
#include <vector>

namespace crm::app {

/// An appointment that wants what another one has, with what could be done.
struct OpenClash {
  Found appointment;
  ClashReport report;
};

struct BrokenRule {
  enum class Kind {
    Missing, ///< refers to a record that is not there
    Deleted, ///< still wants something, and refers to a record that was deleted
    SameKey, ///< another live record of the type has its handle
    Invalid, ///< does not fit its schema
    Circle,  ///< it and others were merged into each other; it counts, as the newest merge says
    Landed,  ///< written to a merged record without knowledge of the merge, and not carried over
    Outlived ///< a part of a series that stands, as who called the series off did not know of it
  };
  Kind kind;
  std::string type, id, name, path;
  std::string field;               ///< "" for Invalid
  std::string detail;              ///< the target, the handle, or the first problem
  std::vector<std::string> repair; ///< command lines, the likeliest first
};
std::string_view to_text(
    BrokenRule::Kind kind); ///< "missing", "deleted", "same-key", "invalid", "circle", "landed", "outlived"

struct Rules {
  std::vector<OpenClash> clashes;
  std::vector<BrokenRule> broken;
};

/// Over what differs between `before` and HEAD and what refers to that. Clashes that are over, or that
/// somebody has forced, count as none; each pair is told once.
Rules rules_since(Workspace& workspace, const store::Oid& before);

/// Over the whole store, from the index alone: by time, then by type and name.
Rules all_rules(Workspace& workspace);

/// Of those, what is about records that were merged: circles, redirects to nowhere, what landed.
std::vector<BrokenRule> broken_merges(Workspace& workspace);

/// Warns of how many appointments are booked where a batch has made or moved absences.
void note_bookings(Workspace& workspace, const Committed& committed);

} // namespace crm::app
