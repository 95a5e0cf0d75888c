// The files that make up an index, and how processes agree on them. SQLite finds its log beside the database
// by name; so nobody may put another database under that name while somebody is between opening the two.
#pragma once

#include <string>
#include <sys/types.h>

namespace crm::index {

/// A lock between processes (and within one), gone at the end of its life.
class FileLock {
 public:
  /// Gate: shared while a database is being opened up to its first read, exclusive while it is being
  /// replaced. Fill: held by the one who makes a fresh one.
  enum class Door { Gate, Fill };
  enum class Mode { Shared, Exclusive };
  /// Waits up to two seconds, then throws Error(Busy).
  FileLock(const std::string& file, Door door, Mode mode);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  int m_fd;
};

/// Tells a file from another one that has taken its name.
struct FileIdentity {
  ::dev_t device = 0;
  ::ino_t inode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};
FileIdentity identity_of(const std::string& file);

std::string temporary_of(const std::string& file);
/// The database and its log. The gate must be held.
void remove_database(const std::string& file) noexcept;
/// Makes what was written to it outlast a power failure. Throws Error(Failure).
void sync_file(const std::string& file);
/// Puts `from` (closed, without a log) in the place of `file`. The gate must be held. Throws Error(Failure).
void replace_database(const std::string& from, const std::string& file);

/// A folder of one's own for an index whose folder takes no file: a disk that may only be read. It goes with
/// all that is in it.
class TemporaryPlace {
 public:
  /// Makes one only where it is needed. Throws Error(Failure) when that cannot be either.
  explicit TemporaryPlace(const std::string& file);
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;
  ~TemporaryPlace();
  /// The file that was asked for, or the one that stands for it.
  const std::string& file() const { return m_file; }

 private:
  std::string m_folder, m_file;
};

} // namespace crm::index
