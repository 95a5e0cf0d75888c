// Starting libgit2: costs milliseconds where it is linked with its TLS library, so nobody else may trigger
// it.
#pragma once

namespace crm::store {

/// Once a process: fsync for everything under .git, no configuration but the repository's own.
void start_library();

/// Does nothing. Its call puts no_transport.cpp into the program before the linker comes to libgit2's
/// archive.
void leave_transport_out();

} // namespace crm::store
