// Starting libgit2: costs milliseconds where it is linked with its TLS library, so nobody else may trigger
// it.
#pragma once

namespace crm::store {

/// Once a process: fsync for everything under .git, no configuration but the repository's own.
void start_library();

} // namespace crm::store
