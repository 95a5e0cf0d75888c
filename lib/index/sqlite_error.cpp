#include "index/sqlite_error.hpp"

#include "base/error.hpp"
#include "index/index.hpp"

#include <cstring>
#include <new>
#include <sqlite3.h>
#include <string>

namespace crm::index {

bool means_damage(int code) {
  switch (code & 0xff) {
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_SCHEMA:     // the tables are not those that the format has
  case SQLITE_CONSTRAINT: // no statement of ours breaks one in a sound file
    return true;
  default:
    return code == SQLITE_IOERR_SHORT_READ || code == SQLITE_READONLY_DBMOVED;
  }
}

void throw_sqlite_error(sqlite3* database, int code) {
  if (means_damage(code)) throw Stale();
  std::string cause = sqlite3_errstr(code);
  if (database != nullptr) {
    cause = sqlite3_errmsg(database);
    if (const int error = sqlite3_system_errno(database); error != 0)
      cause += std::string(" (") + std::strerror(error) + ")";
  }
  switch (code & 0xff) {
  case SQLITE_NOMEM:
    throw std::bad_alloc();
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_PROTOCOL:
    throw base::Error(base::Kind::Busy, "another process is writing to the query index",
                      "try again in a moment");
  case SQLITE_FULL:
    throw base::Error(base::Kind::Failure, "the query index cannot be written: the disk is full",
                      "free some disk space; the records themselves are safe");
  case SQLITE_READONLY:
    throw base::Error(base::Kind::Failure, "the query index cannot be written: " + cause,
                      "make the store's folder .git/crm writable for you");
  default:
    throw base::Error(base::Kind::Failure, "the query index cannot be used: " + cause,
                      "look after the disk; deleting .git/crm/index.sqlite is safe, it is made anew");
  }
}

} // namespace crm::index
