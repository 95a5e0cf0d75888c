#include "sync/merge_folders.hpp"

#include "store/paths.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace crm::sync {
namespace {

std::string moved(const std::string& path, const std::map<std::string, std::string>& folders) {
  const auto record = store::parse_record_path(path);
  const auto at = record ? folders.find(record->folder) : folders.end();
  return at == folders.end() ? path : store::record_path(at->second, record->id);
}

} // namespace

MovedRecords move_records(std::vector<store::Difference> differences, const FolderMoves& moves) {
  MovedRecords out;
  if (moves.here.empty() && moves.there.empty()) {
    out.differences = std::move(differences);
    return out;
  }
  std::map<std::string, store::Difference> by_path;
  for (auto& [path, before, after] : differences) {
    if (!before.empty()) {
      const auto here = moved(path, moves.here);
      by_path[here].before = std::move(before);
      if (here != path) {
        out.arrived.insert(here);
        out.left.push_back(path);
      }
    }
    if (!after.empty()) by_path[moved(path, moves.there)].after = std::move(after);
  }
  for (auto& [path, difference] : by_path) {
    difference.path = path;
    out.differences.push_back(std::move(difference));
  }
  return out;
}

std::set<std::string> moving_records(const std::vector<store::Difference>& differences) {
  std::set<std::string> leaving, arriving, out;
  for (const auto& difference : differences)
    if (const auto record = store::parse_record_path(difference.path)) {
      if (difference.after.empty()) leaving.insert(record->id);
      if (difference.before.empty()) arriving.insert(record->id);
    }
  std::set_intersection(leaving.begin(), leaving.end(), arriving.begin(), arriving.end(),
                        std::inserter(out, out.end()));
  return out;
}

} // namespace crm::sync
