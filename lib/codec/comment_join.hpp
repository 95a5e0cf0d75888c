// Comments of two files as one where no stamp says who removed or added a line: all of them stay. As devices
// meet in any order, this is a join: commutative, associative, idempotent.
//
// Lines are not sorted one by one: those that stand together are a paragraph of somebody's, and a line of "#"
// alone stands between two of them. A paragraph that another one holds, line after line with more in between,
// is left out. The rest stands in the order of its text.
#pragma once

#include "codec/record_comments.hpp"

#include <string>
#include <vector>

namespace crm::codec {

/// Lines that stand together, up to a line of "#" alone.
std::vector<std::vector<std::string>> paragraphs(const std::vector<std::string>& lines);

/// The paragraphs of both.
std::vector<std::string> join_lines(const std::vector<std::string>& a, const std::vector<std::string>& b);

/// Of what stands behind an entry on either side, the greater text stays there, and the other goes above.
EntryComments join_comments(const EntryComments& a, const EntryComments& b);

} // namespace crm::codec
