// The one translator of SQLite's errors.
#pragma once

struct sqlite3;

namespace crm::index {

/// What an error code says of the file: it is not one that can be used, or the fault is elsewhere.
bool means_damage(int code);

/// Throws Stale for a damaged file, Error(Busy) where another process was in the way for too long,
/// std::bad_alloc, and Error(Failure) with the cause for everything else. `database` may be nullptr.
[[noreturn]] void throw_sqlite_error(sqlite3* database, int code);

} // namespace crm::index
