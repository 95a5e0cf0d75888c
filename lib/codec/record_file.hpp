// A record's file between its text and its meaning: shared by reading, validating and editing.
#pragma once

#include "codec/record.hpp"
#include "codec/yaml.hpp"

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace crm::codec {

struct RecordFile {
  core::Record record;
  Node root; ///< a map
};
std::variant<RecordFile, std::vector<core::Problem>>
read_record_file(std::string_view text, const std::string& file, const core::Schema& schema);

/// `old_text`, which was read as `old`, brought to `record` as `edit_record` does it. Text that is line by
/// line the old one's has been read, to see that it gives `record`; the rest is canonical.
struct Edited {
  std::string text;
  std::optional<RecordFile> read;
};
Edited edit_file(std::string_view old_text, const RecordFile& old, const core::Record& record,
                 const core::Schema& schema);

enum class Demands {
  Schema,   ///< all that a record must be to be written
  Soundness ///< what no schema could allow: bounds, control characters, names of fields, provenance
};

/// `root` gives the lines and may be nullptr; `bytes` are those of the file, which may have comments.
std::vector<core::Problem> validate_record(const core::Record& record, const core::Schema& schema,
                                           const std::string& file, const Node* root,
                                           Demands demands = Demands::Schema, std::size_t bytes = 0);

using Path = std::vector<std::string>; ///< keys, and indices of lists as numbers

/// The line of what is at `path`, or of the deepest part of it that is there; 0 without a root.
int line_of(const Node* root, std::span<const std::string> path);

} // namespace crm::codec
