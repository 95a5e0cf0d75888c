#include "sync/incoming_names.hpp"

#include "base/text.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <unordered_map>

namespace crm::sync {
namespace {

constexpr std::string_view folder_mode = "40000", file_mode = "100644";

/// As file systems that ignore case, dots at the end, or invisible characters would take it.
bool is_gits_own(std::string_view name) {
  std::string plain;
  for (const char c : base::fold(base::is_utf8(name) ? name : std::string_view()))
    if (static_cast<unsigned char>(c) < 0x80 && static_cast<unsigned char>(c) > ' ') plain += c;
  while (plain.ends_with('.'))
    plain.pop_back();
  return plain == ".git" || plain == "git~1" || plain.starts_with(".git:");
}

bool is_plain(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// In git's order a folder stands where its name with a "/" behind it would.
std::string sort_key(const store::RawEntry& entry) {
  return is_folder(entry) ? entry.name + "/" : entry.name;
}

std::string folded(const std::string& name) {
  if (!is_plain(name)) return base::is_utf8(name) ? base::fold(name) : name;
  std::string out = name;
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return out;
}

} // namespace

bool is_folder(const store::RawEntry& entry) {
  return entry.mode == folder_mode;
}

std::string name_problem(std::string_view name) {
  if (name.empty()) return "has no name";
  if (name == "." || name == "..") return "leads out of its folder";
  if (name.find('/') != std::string_view::npos) return "has a \"/\" in its name";
  if (is_gits_own(name))
    return "has the name of git's own folder, or one that a file system could take for it";
  if (!base::is_utf8(name)) return "has a name that is no UTF-8";
  if (base::printable(name) != name) return "has characters in its name that cannot be seen";
  const auto why = store::path_problem(name);
  return why.empty() ? "" : "cannot have that name: " + why;
}

std::string mode_problem(const store::RawEntry& entry) {
  if (entry.mode == file_mode || entry.mode == folder_mode) return "";
  if (entry.mode == "120000") return "is a symbolic link: a store holds files and folders only";
  if (entry.mode == "160000") return "is a submodule: a store holds files and folders only";
  if (entry.mode == "100755") return "is executable: a store's files are not";
  return "has the mode \"" + base::printable(entry.mode) + "\": a store's files have 100644";
}

std::vector<BadEntry> listing_problems(const store::RawFolder& folder) {
  std::vector<BadEntry> out;
  std::unordered_map<std::string, const std::string*> names;
  const store::RawEntry* last = nullptr;
  for (const auto& entry : folder.entries) {
    const auto [at, is_new] = names.emplace(folded(entry.name), &entry.name);
    if (!is_new) {
      out.push_back({entry.name, *at->second == entry.name ? "is there twice"
                                                           : "differs only in case or accents from \"" +
                                                                 base::printable(*at->second) + "\""});
    } else if (last != nullptr && sort_key(*last) > sort_key(entry)) {
      out.push_back({entry.name, "is not in git's order, and could not be found"});
    }
    last = &entry;
  }
  return out;
}

} // namespace crm::sync
