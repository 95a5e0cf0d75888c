// Records that were merged into others of their type: where an id leads, whatever several devices merged at
// once, and what was written to a merged record by somebody who did not know of it. Derived from the records
// alone, and so the same on every device; see lib/core/README.md.
#pragma once

#include "core/record.hpp"
#include "core/schema.hpp"
#include "core/stamp.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core {

/// The fields of a merged record: which one it was merged into, and the newest write of each device that the
/// merge knew of, as "2026-11-23T16:40:02.007Z tablet-2".
inline constexpr std::string_view redirect_field = "merged_into", knew_field = "merged_knew";

/// True when the type has those fields, the first one refers to its own type by id, and it takes no time.
bool may_merge(const Schema& schema);

struct Redirect {
  std::string target;
  Stamp stamp; ///< of the write that says so
};
/// Nothing for a record that was not merged.
std::optional<Redirect> redirect_of(const Record& record);

/// What stands at an id.
struct Station {
  bool there = false; ///< a record of the type, deleted or not
  std::optional<Redirect> redirect;
};
using StationAt = std::function<Station(const std::string& id)>;

struct Landing {
  std::string id;                 ///< the record that counts
  std::vector<std::string> cycle; ///< those that were merged into each other, in the order of the way
  bool dangling = false;          ///< the last redirect on the way leads nowhere, and counts as none
};

/// So many redirects in a row are followed; a record further from the end counts for itself.
inline constexpr std::size_t longest_way = 256;

/// Follows redirects from `id`. Where they go round in a circle, the oldest of them (by stamp, then by id)
/// counts as none: what was decided last stands, and the record that has the oldest one is where all lead. A
/// pure function of what `at` says; every id of a circle lands on the same record.
Landing follow(const std::string& id, const StationAt& at);

/// A write to a merged record that the merge did not know of.
struct Landed {
  std::string unit;
  Map content;              ///< the unit's fields as they show now; empty when unset
  std::vector<Value> added; ///< of a set: the elements that came; none when some were only taken away
  Stamp stamp;              ///< the newest of those writes
};
/// In schema order. Empty for a record that was not merged.
std::vector<Landed> landed(const Record& record, const Schema& schema);

/// For `merged_knew`: all that this version of the record holds, beyond its creation. Sorted.
List knowledge(const Record& record, const Schema& schema);

} // namespace crm::core
