// Bringing working files to what is committed, without ever overwriting somebody's hand edit.
#pragma once

#include "store/repository_impl.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace crm::store {

/// What stands in a working file's place, as a blob id: "" for nothing, "?" for what is no readable file.
Oid seen_id(const Seen& seen);
inline constexpr std::string_view not_a_file = "?";

struct Target {
  std::string path;
  Oid blob;                             ///< "" removes the file
  const std::string* content = nullptr; ///< null: read from the blob
  std::set<Oid> replaceable; ///< what may stand there now; anything else is a hand edit and is kept
  bool replace_any = false;
};

struct Published {
  std::vector<std::string> kept;     ///< paths with a hand edit
  std::vector<std::string> problems; ///< one sentence for each file that could not be written
  std::set<std::string> failed;      ///< their paths
};

/// Of how many the new file is written, and then of how many it is in its place.
using PublishProgress = std::function<void(bool in_place, std::size_t done)>;

/// Never throws for a single file.
Published publish(const Repository::Impl& repository, const std::vector<Target>& targets,
                  const PublishProgress& progress = {});

/// With more files than this, one syncfs costs less than an fsync for each.
inline constexpr std::size_t most_single_syncs = 16;

} // namespace crm::store
