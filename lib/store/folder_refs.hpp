// The refs of a remote that is a folder, read as files: two thirds of what a sync with nothing to do costs is
// starting git to be told the same.
#pragma once

#include "store/repository.hpp"

#include <map>
#include <optional>
#include <string>

namespace crm::store {

/// The branch ("refs/heads/main") and the devices' signs of life of a repository in a folder, bare or not, by
/// their full names. Nothing where they are not in the files in which git usually keeps them, where one names
/// no commit by its id, where the folder seems to hold no objects, or there are too many: then git has to be
/// asked.
std::optional<std::map<std::string, Oid>> folder_refs(const std::string& folder, const std::string& branch);

} // namespace crm::store
