// Trees as they are, byte for byte: what a hostile remote sends need not be what git would ever write, and
// libgit2 makes modes of its own from those that it does not know. For Repository::walk_raw.
#pragma once

#include "store/repository.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crm::store {

struct RawEntry {
  enum class Found { Blob, Tree, Other, Missing, Same };
  std::string_view mode;     ///< the octal digits
  std::string_view name;     ///< any bytes but NUL; may hold a "/"
  Oid id;                    ///< "" for Same
  Found found = Found::Same; ///< what is stored under `id`; Same: the other tree has this very entry
  std::uint64_t size = 0;    ///< of what was found, without reading it
  bool descend = false;      ///< for the visitor to set
};

/// Its entries' modes and names are there until the visit of what is below it has ended.
struct RawFolder {
  std::string path; ///< "" for the root
  int depth = 0;    ///< of the root: 0
  std::vector<RawEntry> entries;
  std::string damage; ///< why it cannot be read further, or ""
};

enum class Visit { Continue, Stop };

} // namespace crm::store
