#include "store/paths.hpp"

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "core/record.hpp"

#include <algorithm>

namespace crm::store {
namespace {

constexpr std::size_t deepest = 4;
constexpr std::size_t longest_component =
    200; // leaves room for temporary_name() below the usual limit of 255
constexpr std::string_view temporary_prefix = ".crm-tmp-";
constexpr std::string_view record_extension = ".yaml";
constexpr std::size_t sha256_length = 64;

bool allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

bool is_git_folder(std::string_view name) {
  return name.size() == 4 && name[0] == '.' && (name[1] | 0x20) == 'g' && (name[2] | 0x20) == 'i' &&
         (name[3] | 0x20) == 't';
}

} // namespace

std::string record_path(std::string_view folder, std::string_view id) {
  std::string path(folder);
  path += '/';
  path += id.substr(0, 2);
  path += '/';
  path += id;
  path += record_extension;
  return path;
}

std::optional<RecordPath> parse_record_path(std::string_view path) {
  const auto first = path.find('/');
  if (first == std::string_view::npos || !path.ends_with(record_extension)) return std::nullopt;
  const auto name = path.substr(path.rfind('/') + 1);
  const auto id = name.substr(0, name.size() - record_extension.size());
  if (!base::Id::parse(id)) return std::nullopt;
  RecordPath out{std::string(path.substr(0, first)), std::string(id)};
  if (record_path(out.folder, out.id) != path || !path_problem(path).empty()) return std::nullopt;
  return out;
}

std::string attachment_path(std::string_view sha256) {
  std::string path(attachment_folder);
  path += '/';
  path += sha256.substr(0, 2);
  path += '/';
  path += sha256;
  return path;
}

std::optional<std::string_view> parse_attachment_path(std::string_view path) {
  if (!is_in_attachments(path)) return std::nullopt;
  const auto name = path.substr(path.rfind('/') + 1);
  if (name.size() != sha256_length || name.find_first_not_of("0123456789abcdef") != std::string_view::npos ||
      attachment_path(name) != path)
    return std::nullopt;
  return name;
}

bool is_in_attachments(std::string_view path) {
  return path.size() > attachment_folder.size() && path.starts_with(attachment_folder) &&
         path[attachment_folder.size()] == '/';
}

std::size_t largest_file(std::string_view path) {
  if (is_in_attachments(path)) return largest_attachment;
  return parse_record_path(path) ? core::largest_record : largest_other_file;
}

std::string path_problem(std::string_view path) {
  if (path.empty()) return "it is empty";
  if (path.front() == '/') return "it is not relative to the store";
  const auto parts = base::split(path, '/');
  if (parts.size() > deepest) return "it is more than 4 folders deep";
  for (const auto part : parts) {
    if (part.empty()) return "it has an empty part";
    if (part == "." || part == "..") return "it has a \".\" or \"..\"";
    if (part.size() > longest_component) return "a part of it is longer than 200 characters";
    if (!std::all_of(part.begin(), part.end(), allowed))
      return "only letters, digits and \". _ -\" are allowed in it";
    if (is_git_folder(part)) return "\".git\" belongs to git";
    if (is_temporary(part)) return "it has the name of one of crm's temporary files";
  }
  return "";
}

void check_path(std::string_view path) {
  if (const auto problem = path_problem(path); !problem.empty())
    throw base::Error(base::Kind::InvalidData,
                      "the store cannot hold a file named \"" + base::printable(path) + "\": " + problem);
}

std::string taking_back(std::string_view path) {
  return "`crm git checkout HEAD -- " + std::string(path) + "`";
}

std::string temporary_name(std::string_view file_name) {
  std::string name(temporary_prefix);
  name += file_name;
  return name;
}

bool is_temporary(std::string_view file_name) {
  return file_name.starts_with(temporary_prefix);
}

bool is_leftover(std::string_view file_name) {
  constexpr std::string_view endings[] = {"~", ".orig", ".rej", ".bak", ".tmp", ".save", ".kate-swp"};
  if (std::any_of(std::begin(endings), std::end(endings),
                  [&](std::string_view ending) { return file_name.ends_with(ending); }))
    return true;
  // Emacs locks with ".#FILE" and saves "#FILE#"; vim tries whether it may write with "4913", and keeps
  // ".FILE.swp", ".FILE.swo" and so on backwards.
  if (file_name.starts_with(".#") || file_name.starts_with('#') || file_name == "4913") return true;
  const auto dot = file_name.rfind('.');
  return file_name.starts_with('.') && file_name.size() - dot == 4 && file_name.substr(dot, 3) == ".sw" &&
         file_name.back() >= 'a' && file_name.back() <= 'z';
}

} // namespace crm::store
