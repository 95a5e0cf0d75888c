#include "sync/incoming_names.hpp"

#include "base/text.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <deque>
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
bool stands_before(const store::RawEntry& a, const store::RawEntry& b) {
  const auto common = std::min(a.name.size(), b.name.size());
  if (const int order = a.name.substr(0, common).compare(b.name.substr(0, common)); order != 0)
    return order < 0;
  const auto next = [common](const store::RawEntry& entry) -> unsigned char {
    if (entry.name.size() > common) return static_cast<unsigned char>(entry.name[common]);
    return is_folder(entry) ? '/' : '\0';
  };
  return next(a) < next(b);
}

bool is_folded(std::string_view name) {
  return is_plain(name) &&
         std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
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
  std::unordered_map<std::string_view, std::string_view> names; ///< as they are, by what they fold to
  std::deque<std::string> folded;
  names.reserve(folder.entries.size());
  const store::RawEntry* last = nullptr;
  for (const auto& entry : folder.entries) {
    std::string_view key = entry.name;
    if (!is_folded(key) && base::is_utf8(key)) key = folded.emplace_back(base::fold(key));
    const auto [at, is_new] = names.emplace(key, entry.name);
    if (!is_new) {
      out.push_back({std::string(entry.name),
                     at->second == entry.name
                         ? "is there twice"
                         : "differs only in case or accents from \"" + base::printable(at->second) + "\""});
    } else if (last != nullptr && stands_before(entry, *last)) {
      out.push_back({std::string(entry.name), "is not in git's order, and could not be found"});
    }
    last = &entry;
  }
  return out;
}

} // namespace crm::sync
