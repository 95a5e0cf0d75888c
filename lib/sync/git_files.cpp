#include "sync/git_files.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace crm::sync {
namespace {

constexpr std::string_view attributes_file = ".gitattributes", ignore_file = ".gitignore";
// A filter is a command that git would run over every record; an encoding would change their bytes.
constexpr std::array<std::string_view, 3> forbidden{"filter", "working-tree-encoding", "ident"};

/// "filter" of "filter=lfs", "-filter" and "!filter".
std::string_view attribute_name(std::string_view word) {
  if (word.starts_with('-') || word.starts_with('!')) word.remove_prefix(1);
  return word.substr(0, word.find('='));
}

/// The forbidden attribute that a line of .gitattributes names, or "": a pattern or the name of a macro, then
/// attributes. Lines that begin with # are for people.
std::string_view forbidden_in(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  const auto next = [&](std::string_view separators) {
    line.remove_prefix(std::min(line.find_first_not_of(separators), line.size()));
    const auto word = line.substr(0, line.find_first_of(separators));
    line.remove_prefix(word.size());
    return word;
  };
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  if (line.starts_with('#')) return "";
  // An attribute may follow the end of a quoted pattern at once: all words of such a line are looked at.
  const bool is_quoted = line.starts_with('"');
  if (!is_quoted) next(blanks);
  for (auto word = next(" \t\r\""); !word.empty(); word = next(" \t\r\""))
    if (const auto at = std::find(forbidden.begin(), forbidden.end(), attribute_name(word));
        at != forbidden.end())
      return *at;
  return "";
}

} // namespace

bool is_git_file(std::string_view path) {
  return path == attributes_file || path == ignore_file;
}

std::string git_file_problem(std::string_view path, std::string_view text) {
  if (!base::is_utf8(text) || text.find('\0') != std::string_view::npos) return "is no text";
  if (path != attributes_file) return "";
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf"; // which git skips
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  for (const auto line : base::split(text, '\n'))
    if (const auto attribute = forbidden_in(line); !attribute.empty())
      return fmt::format("must not set \"{}\": records are stored byte for byte", attribute);
  return "";
}

} // namespace crm::sync
