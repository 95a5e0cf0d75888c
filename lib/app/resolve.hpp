// From what a person types to the record that is meant: id prefix, key, exact name, unique part of a name.
#pragma once

#include "app/workspace.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crm::app {

/// Merged records stand for those that count, but among the deleted and with Stored, which is All as it is
/// stored.
enum class Scope { Live, Deleted, All, Stored };

/// `type` "" looks among all types. "SERIES@DAY" and "CONTACT@DAY" name occurrences. Throws Error(NotFound)
/// with suggestions, Refusal(Ambiguous) with the candidates.
Found resolve(Workspace& workspace, std::string_view type, std::string_view word, Scope scope = Scope::Live);

/// The same without an error when nothing matches.
std::optional<Found> find(Workspace& workspace, std::string_view type, std::string_view word,
                          Scope scope = Scope::Live);

/// Throws Refusal(Ambiguous) with the rows as candidates for the word.
[[noreturn]] void refuse_ambiguous(Workspace& workspace, std::string_view type, std::string_view word,
                                   const std::vector<index::Row>& rows);

/// What tells a record from others: its name; for one without, whose it is; when, where it has neither or
/// takes time; its id where it says nothing.
std::string described(Workspace& workspace, const core::Record& record);

/// `contact "Ada Lovelace"`; of what has no name or takes time `appointment gf32 Ada Lovelace, Mon 30 Nov …`.
std::string titled(Workspace& workspace, const core::Record& record);

/// The shortest unique beginning of an id, at least four characters; of an occurrence that is no record,
/// "SERIES@2026-12-01".
std::string short_id(Workspace& workspace, std::string_view id);

/// Of many, in their order.
std::vector<std::string> short_ids(Workspace& workspace, const std::vector<std::string>& ids);

/// "Ada Lovelace" for an id or key that a field refers to; the id or key itself when nothing is there.
std::string name_of(Workspace& workspace, std::string_view type, std::string_view target);

/// What people read for a target of a field that has `ref`: a key as it is, the name of what an id stands
/// for.
std::string shown_reference(Workspace& workspace, const core::Field& field, const std::string& target);

} // namespace crm::app
