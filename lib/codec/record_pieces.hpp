// A record's text by its top-level entries, with the comments that stand at each. Internal to codec.
#pragma once

#include "codec/yaml.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::codec {

using Lines = std::vector<std::string_view>; ///< each with its line end

Lines split_lines(std::string_view text);
bool is_blank(std::string_view line);

/// One top-level entry with all lines up to the next one.
struct Piece {
  std::string key;
  std::string lead;  ///< comments directly above
  std::string body;  ///< the entry itself
  std::string after; ///< comments directly behind, then blank lines and comments that belong to nobody
  bool one_line = false;
  std::string comment;               ///< behind a one-line entry, with the space before it
  std::vector<std::string> comments; ///< within an entry of several lines
};

struct Pieces {
  std::string preamble; ///< above the first entry and its comments
  std::vector<Piece> pieces;
};

/// `root` is what `text` was read as. Nothing when the file is not written line by line.
std::optional<Pieces> cut_record(std::string_view text, const Node& root);

} // namespace crm::codec
