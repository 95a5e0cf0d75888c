// From what a person types for a field to the value that a record keeps.
#pragma once

#include "app/workspace.hpp"
#include "core/provenance.hpp"
#include "core/stamp.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

/// "a task", "an appointment".
std::string with_article(std::string_view noun);

/// By the field's shape: phrases for times and durations, names for references, suggestions for states. Empty
/// text is null. Throws Error(Usage | NotFound | Ambiguous) that names the field.
core::Value parse_field(Workspace& workspace, const core::Schema& schema, const core::Field& field,
                        std::string_view text);

/// "phone=0123", "tags+=vip", "tags-=vip", "due=" (unset).
struct Assignment {
  enum class Kind { Set, Add, Remove };
  std::string field, text;
  Kind kind = Kind::Set;
};
/// Throws Error(Usage) when there is no "=", or the field is `id` or `crm`.
Assignment parse_assignment(std::string_view text);

/// Assignments to a record's present fields, as edits; several to one list field build on each other. A field
/// that neither the schema nor the record knows is an Error(Usage) with a suggestion.
std::vector<core::Edit> to_edits(Workspace& workspace, const core::Schema& schema, const core::Map& present,
                                 const std::vector<Assignment>& assignments);

/// A moment, strictly: Error(Usage) with the phrase's own explanation. `zone` "" is the store's. `seen_from`
/// stands for now: "16:00" is on its day.
core::When parse_when(Workspace& workspace, std::string_view phrase, const std::string& zone = {},
                      std::optional<core::LocalTime> seen_from = {});
/// Since when, and until when: of what has been, so that "mon" is the last one. Of `until` a day is included.
struct TimePast {
  std::optional<core::StampTime> since, until;
};
/// Each may be "". "mon" until "fri": the first Friday after that Monday. Throws Error(Usage), also for one
/// that ends before it begins.
TimePast parse_past(Workspace& workspace, const std::string& since, const std::string& until);
/// As a record keeps it. A time that the clock skips or shows twice: Error(Usage) with the choices.
core::WallTime settled(const core::When& when);
core::Days parse_days(Workspace& workspace, std::string_view phrase,
                      core::WhenContext::Nearest nearest = core::WhenContext::Nearest::Coming);
core::Duration parse_duration(std::string_view text, std::string_view field);

} // namespace crm::app
