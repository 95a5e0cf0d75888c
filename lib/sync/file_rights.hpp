// Who may change a file that is no record: schemas, settings, the policy, and what members propose that it
// should be.
#pragma once

#include "core/foreign.hpp"
#include "sync/authority.hpp"

#include <optional>
#include <string>

namespace crm::sync {

/// Nothing where the file is not there.
struct FileChange {
  std::string path;
  std::optional<std::string> before, after;
};

/// The log of reads: what a device noted stays as it is. Holds in a store without a policy too.
std::optional<core::Forbidden> decide_reads(const core::Writer& by, const FileChange& change);

/// Why the actor may not, by what the store said before the change; nothing when it is allowed. The store has
/// a policy. What one device writes and what another receives are judged by this alike.
struct FileForbidden {
  std::string reason; ///< "forbidden", or "policy" where the policy's own rules are against it
  core::Forbidden why;
};
std::optional<FileForbidden> decide_file(const Authority& authority, const core::Actor& actor,
                                         const FileChange& change);

} // namespace crm::sync
