// What people wrote beside the data of a record's file, so that it can travel with the data.
#pragma once

#include "core/problem.hpp"
#include "core/record.hpp"
#include "core/schema.hpp"

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::codec {

/// Each line with its "#", without the space around it.
struct EntryComments {
  std::vector<std::string> above; ///< also those within an entry of several lines
  std::string behind;             ///< on the line of a one-line entry
  std::vector<std::string> below; ///< until the next entry's own
  friend auto operator<=>(const EntryComments&, const EntryComments&) = default;
  bool empty() const { return above.empty() && behind.empty() && below.empty(); }
};

struct Comments {
  std::vector<std::string> head;                ///< of the file
  std::map<std::string, EntryComments> entries; ///< those that have any, by field, "id" and "crm"
  friend bool operator==(const Comments&, const Comments&) = default;
};

struct RecordFile; // see codec/record_file

/// Empty for text that cannot be read, or not line by line.
Comments comments_of(std::string_view text, const core::Schema& schema);
/// Of a text that was read as `file`.
Comments comments_of(std::string_view text, const RecordFile& file);

/// A record and its comments, read once. The comments are empty where they cannot be read line by line.
struct CommentedRecord {
  core::Record record;
  Comments comments;
};
std::variant<CommentedRecord, std::vector<core::Problem>>
read_commented(std::string_view text, const std::string& file, const core::Schema& schema);

/// Whether a comment has room behind the entry as `emit_record` writes it.
bool is_one_line(const std::string& key, const core::Value& value);

/// Canonical text with comments: a function of the three alone. Those of fields that the record does not have
/// are left out, but for what stands below them. Reading the result gives `record`.
std::string emit_record(const core::Record& record, const core::Schema& schema, const Comments& comments);

} // namespace crm::codec
