// Comments of two files as one. Nobody knows who removed or added a line, so all of them stay; and as devices
// meet in any order, this is a join: commutative, associative, idempotent.
//
// Lines are not sorted one by one: those that stand together are a block, a paragraph of somebody's, and a
// line of "#" alone stands between two of them. A block that another one holds, line after line with more in
// between, is left out. The rest stands in the order of its text.
#pragma once

#include "codec/record_comments.hpp"

#include <string>
#include <vector>

namespace crm::codec {

/// The blocks of both.
std::vector<std::string> join_lines(const std::vector<std::string>& a, const std::vector<std::string>& b);

/// Of what stands behind an entry on either side, the greater text stays there, and the other goes above.
EntryComments join_comments(const EntryComments& a, const EntryComments& b);

/// What joining a file's comments with themselves comes to. Comments that differ and come to the same say the
/// same.
Comments joinable(Comments comments);

} // namespace crm::codec
