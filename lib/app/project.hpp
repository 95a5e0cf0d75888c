// From a record to what the index keeps of it.
#pragma once

#include "core/record.hpp"
#include "core/schema.hpp"
#include "core/time.hpp"
#include "index/index.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace crm::app {

/// Time to keep free before and after an appointment, from its service.
struct Buffers {
  std::chrono::seconds before{0}, after{0};
};

struct ProjectContext {
  std::string zone; ///< the store's, for records without one
  std::function<Buffers(const std::string& service_key)> buffers;
  /// The id that counts for this one, when its record was merged into another; without it all count.
  std::function<std::string(const std::string& id)> landing{};
};

/// Of the service that the record names; none when it names none.
Buffers buffers_of(const core::Record& record, const core::Schema& schema, const ProjectContext& context);

/// Records with a conflict link to it in the index: no record can have such an id or key.
inline constexpr std::string_view conflict_mark = "?conflict";

/// Records that their schema has something against link to it: merges of good writes and newer schemas leave
/// such behind.
inline constexpr std::string_view unfit_mark = "?unfit";

/// Series link to it, and what they take is of the kind "series member": asked for apart, as each has to be
/// computed. Their time is from the first occurrence to the end of the last one.
inline constexpr std::string_view series_mark = "?series";
std::string series_kind(std::string_view kind);

/// Records that were merged into others link to it. They are entries that are deleted, and what refers to
/// them refers to where they lead as well, and by their fields to that alone.
inline constexpr std::string_view merged_mark = "?merged";

index::Entry project(const core::Record& record, const core::Schema& schema, const std::string& path,
                     const ProjectContext& context);

/// The same of a record's file. Nothing when it cannot be used: `crm doctor` names it, and the rest of the
/// store works.
std::optional<index::Entry> project_file(std::string_view text, const core::Schema& schema,
                                         const std::string& path, const ProjectContext& context);

/// Back from an index row; the row's data is ours, so it is not validated again.
core::Record to_record(const index::Row& row);

/// As its file says it: with references to merged records as they were written.
core::Record to_stored_record(const index::Row& row);

/// The stretch that a record takes by its time and duration fields, without buffers; nothing when it has
/// none.
std::optional<core::Interval> stretch(const core::Record& record, const core::Schema& schema,
                                      const std::string& zone);

/// True when the record's state lets go of its time (cancelled, no-show).
bool frees_time(const core::Record& record, const core::Schema& schema);

/// Who and what the record's busy fields name: {"member","bob"}, {"resource","room-2"}.
struct Claim {
  std::string kind, key;
  friend bool operator==(const Claim&, const Claim&) = default;
};
std::vector<Claim> claims(const core::Record& record, const core::Schema& schema);

} // namespace crm::app
