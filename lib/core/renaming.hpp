// A device that was copied, or brought back from a backup, and has written under a name that another one
// has: what it wrote gets a name of its own. Otherwise each of the two would pass for having seen what the
// other one wrote, and the merge would let it go.
#pragma once

#include "core/record.hpp"
#include "core/schema.hpp"
#include "core/stamp.hpp"

#include <string>

namespace crm::core {

/// The batch that does it says so: `name`, and `since` as text where there is one.
inline constexpr const char *becomes_trailer = "Crm-Becomes", *since_trailer = "Crm-Since";

struct Renaming {
  std::string device, name; ///< from, to
  StampTime since{};        ///< the last stamp of `device` that both copies have
};

/// Stamps of `device`, and of its calendar, that are later than `since` become those of `name`, at their
/// times and by their members. A record that was made since then is in one copy alone, and stays as it is.
/// False where nothing changed.
bool rename_writer(Record& record, const Schema& schema, const Renaming& renaming);

/// Whether the second is the first with its writer renamed, and nothing else.
bool is_renamed(const Record& before, const Record& after, const Schema& schema, const Renaming& renaming);

} // namespace crm::core
