// Versions of a record that somebody has edited by hand and crm has not taken in yet, as `git stash pop` and
// `--autostash` bring them to git's merge driver.
#pragma once

#include "core/schema.hpp"
#include "store/text_merge.hpp"

#include <optional>
#include <string>

namespace crm::sync {

/// The lines of three versions of a record merged by their text, where a side has another text than `base`
/// under the same stamps: no stamp says what was changed there, and a join by stamps would lose it. Clean
/// only when the result can be read as a sound record, which the next write then stamps. Nothing where
/// stamps tell what each side wrote, or a version cannot be read.
std::optional<store::TextMerge> merge_unstamped(const std::string& base, const std::string& ours,
                                                const std::string& theirs, const std::string& path,
                                                const core::Schema& schema);

/// Both versions whole, one below the other, between git's marks.
std::string both_marked(const std::string& ours, const std::string& theirs);

} // namespace crm::sync
