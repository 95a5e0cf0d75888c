// Queries as people type them: saved ones by their @name, references by name, and what the index can leave
// out beforehand.
#pragma once

#include "app/workspace.hpp"
#include "core/query.hpp"

#include <string>
#include <variant>
#include <vector>

namespace crm::app {

/// What live records have for a state, and their schema has not: an earlier one did.
std::vector<std::string> other_states(Workspace& workspace, const core::Schema& schema);
/// Those of the schema, and other ones; none for a type without states.
std::vector<std::string> open_states(Workspace& workspace, const core::Schema& schema);

/// Throws Error(Usage) naming the word, what is wrong with it and what is allowed.
core::Query parse_query(Workspace& workspace, const core::Schema& schema,
                        const std::vector<std::string>& words);

/// The words with those that are saved (@name) in the place of their names. Throws Error(Usage).
std::vector<std::string> with_saved(const Settings& settings, const std::vector<std::string>& words);

/// Without an error: for those who ask several schemas whether it suits them. `words`
/// are without saved ones.
std::variant<core::Query, core::NotAQuery> try_query(Workspace& workspace, const core::Schema& schema,
                                                     const std::vector<std::string>& words);

/// True when the query itself says something of that field: then no list adds a default of its own.
bool speaks_of(const core::Query& query, const std::string& field);

/// Narrows what the index is asked, to no more than the query leaves anyway.
void narrow(index::Query& wanted, const core::Query& query, const core::Schema& schema);

} // namespace crm::app
