// Where one side's schema has its records in another folder than the schema that counts after a merge, the
// records move there.
#pragma once

#include "store/repository.hpp"
#include "sync/read_files.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace crm::sync {

struct FolderMoves {
  std::map<std::string, std::string> here, there; ///< of each side, from its folder to the one that counts
};

struct MovedRecords {
  std::vector<store::Difference> differences; ///< by the paths to which the records move
  std::set<std::string> arrived;              ///< of these, those that move here
  std::vector<std::string> left;              ///< the paths that they had here
};

/// All of the records that move must be among the differences: the other side's schema has another folder, so
/// it has none of them there.
MovedRecords move_records(std::vector<store::Difference> differences, const FolderMoves& moves);

/// Of each folder whose type has another one after the differences: from the one to the other.
std::map<std::string, std::string> moved_folders(const store::Repository& repository,
                                                 const std::vector<store::Difference>& differences,
                                                 ReadFiles& files);

/// Where a record goes with its type's folder, by `folders`; the path itself where it stays.
std::string moved_path(const std::string& path, const std::map<std::string, std::string>& folders);

/// The ids of records that leave one folder for another with their type. That the same id comes in the folder
/// of another type is no move.
std::set<std::string> moving_records(const std::vector<store::Difference>& differences,
                                     const std::map<std::string, std::string>& folders);

} // namespace crm::sync
