// Two texts of one record become one: the data by core::join, the comments and the layout by what is said
// here.
#pragma once

#include "core/merge.hpp"
#include "core/problem.hpp"

#include <string>
#include <variant>
#include <vector>

namespace crm::sync {

/// One side's version of a record, read and found sound.
struct Version {
  std::string text;
  core::Record record;
};

/// Read and its provenance checked, but not validated: a record need not fit a schema that is newer than it.
std::variant<Version, std::vector<core::Problem>> read_version(std::string text, const std::string& path,
                                                               const core::Schema& schema);

/// Which side's history touched the file, where that is known.
enum class Touched { Unknown, OnlyA, OnlyB, Both };

/// True when both texts are as crm writes them, and always were: no comments, no other layout. Then `touched`
/// is not needed.
bool are_plain(const Version& a, const Version& b, const core::Schema& schema);

/// Commutative. One side's text as it is where that side holds all that the other has, data and comments;
/// else canonical text with the comments of both. A side that alone touched the file may also have removed
/// comments without a stamp. Sets the stamps of comments of `joined`, which is the data of both.
std::string join_texts(const Version& a, const Version& b, core::Record& joined, const core::Schema& schema,
                       Touched touched);

[[noreturn]] void fail_invalid(const std::vector<core::Problem>& problems);

} // namespace crm::sync
