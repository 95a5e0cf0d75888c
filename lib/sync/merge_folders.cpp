#include "sync/merge_folders.hpp"

#include "store/paths.hpp"
#include "sync/merge_schemas.hpp"

#include <utility>

namespace crm::sync {

std::string moved_path(const std::string& path, const std::map<std::string, std::string>& folders) {
  const auto record = store::parse_record_path(path);
  const auto at = record ? folders.find(record->folder) : folders.end();
  return at == folders.end() ? path : store::record_path(at->second, record->id);
}

std::map<std::string, std::string> moved_folders(const store::Repository& repository,
                                                 const std::vector<store::Difference>& differences,
                                                 ReadFiles& files) {
  std::map<std::string, std::string> out;
  for (const auto& [path, before, after] : differences) {
    if (!is_schema_path(path) || before.empty() || after.empty()) continue;
    const auto *was = std::get_if<core::Schema>(&files.schema(path, repository.blob(before))),
               *is = std::get_if<core::Schema>(&files.schema(path, repository.blob(after)));
    if (was != nullptr && is != nullptr && was->folder != is->folder) out[was->folder] = is->folder;
  }
  return out;
}

MovedRecords move_records(std::vector<store::Difference> differences, const FolderMoves& moves) {
  MovedRecords out;
  if (moves.here.empty() && moves.there.empty()) {
    out.differences = std::move(differences);
    return out;
  }
  std::map<std::string, store::Difference> by_path;
  for (auto& [path, before, after] : differences) {
    if (!before.empty()) {
      const auto here = moved_path(path, moves.here);
      by_path[here].before = std::move(before);
      if (here != path) {
        out.arrived.insert(here);
        out.left.push_back(path);
      }
    }
    if (!after.empty()) by_path[moved_path(path, moves.there)].after = std::move(after);
  }
  for (auto& [path, difference] : by_path) {
    difference.path = path;
    out.differences.push_back(std::move(difference));
  }
  return out;
}

std::set<std::string> moving_records(const std::vector<store::Difference>& differences,
                                     const std::map<std::string, std::string>& folders) {
  std::set<std::string> arriving, out;
  if (folders.empty()) return out;
  for (const auto& difference : differences)
    if (difference.before.empty()) arriving.insert(difference.path);
  for (const auto& difference : differences)
    if (difference.after.empty())
      if (const auto to = moved_path(difference.path, folders);
          to != difference.path && arriving.contains(to))
        out.insert(store::parse_record_path(difference.path)->id);
  return out;
}

} // namespace crm::sync
