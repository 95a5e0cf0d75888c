// Names as the trigram search sees them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crm::index {

/// Each word of a folded name preceded by two spaces, so that trigrams also tell where words begin. What is a
/// part of a name is, with its spaces doubled, a part of this. Valid UTF-8 without NUL whatever the name is.
std::string spaced(std::string_view folded);
/// Its spaces doubled, as within `spaced`.
std::string doubled(std::string_view part);

/// All different ones, in order of appearance, of code points.
std::vector<std::string> trigrams(std::string_view text);

/// An FTS5 query for texts that have all of these: quoted, so that nothing in them is an operator.
std::string having_all(const std::vector<std::string>& trigrams);

} // namespace crm::index
