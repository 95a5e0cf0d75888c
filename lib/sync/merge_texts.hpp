// Two texts of one record become one: the data by core::join, the comments and the layout by what is said
// here.
#pragma once

#include "codec/record_comments.hpp"
#include "core/merge.hpp"
#include "core/problem.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace crm::sync {

/// One side's version of a record, read and found sound.
struct Version {
  std::string text;
  core::Record record;
  std::optional<codec::Comments> comments; ///< of the text, where they were read with it
};

/// Read and its provenance checked, but not validated: a record need not fit a schema that is newer than it.
std::variant<Version, std::vector<core::Problem>> read_version(std::string text, const std::string& path,
                                                               const core::Schema& schema);

/// Commutative, associative, idempotent. One side's text as it is where that side holds all that the other
/// has, data, comments and stamps; else canonical text with the comments of both. Sets the stamps of comments
/// of `joined`, which is the data of both.
std::string join_texts(const Version& a, const Version& b, core::Record& joined, const core::Schema& schema);

[[noreturn]] void fail_invalid(const std::vector<core::Problem>& problems);

} // namespace crm::sync
