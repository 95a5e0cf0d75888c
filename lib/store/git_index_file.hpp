// Git's index file, version 2 and 3, whole or split (gitformat-index(5)): bytes ↔ entries. Everything is
// bounds-checked; what is not understood is `Unreadable`, and the `git` program is asked instead.
#pragma once

#include "store/sha1.hpp"

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace crm::store {

/// Damaged, or of a version or with an extension that only git itself knows.
class Unreadable : public std::exception {
 public:
  explicit Unreadable(bool is_damaged) : damaged(is_damaged) {}
  const char* what() const noexcept override { return "git's index cannot be read"; }
  bool damaged;
};

struct IndexEntry {
  std::uint32_t ctime = 0, ctime_ns = 0, mtime = 0, mtime_ns = 0, dev = 0, ino = 0, mode = 0100644, uid = 0,
                gid = 0, size = 0;
  Sha1 blob{};
  std::uint16_t flags = 0; ///< assume-valid, extended, stage; the low twelve bits are the length of the name
  std::uint16_t extended = 0; ///< version 3: skip-worktree, intent-to-add
  std::string path;           ///< "" for an entry that replaces one of the shared index

  unsigned stage() const { return flags >> 12 & 3; }
  bool skips_worktree() const { return (extended >> 14 & 1) != 0; }
};

/// Records the file's times and size, so that git need not read it again.
void take_stat(IndexEntry& entry, const struct stat& info);
bool same_stat(const IndexEntry& entry, const struct stat& info);

/// As much of an entry as it takes to find it.
struct EntryName {
  std::uint16_t flags = 0, extended = 0;
  std::string_view path;
  unsigned stage() const { return flags >> 12 & 3; }
};
/// Reads the entry at `at` and moves on behind it. Throw Unreadable.
EntryName read_name(std::string_view data, std::size_t& at);
IndexEntry read_entry(std::string_view data, std::size_t& at);
void append_entry(std::string& out, const IndexEntry& entry);

/// The file as it is: entries in order, and where it is split, what it says of the shared part.
struct IndexFile {
  std::vector<IndexEntry> entries;
  std::optional<std::string> shared;         ///< hex name of the shared index
  std::set<std::uint32_t> deleted, replaced; ///< positions in it
};

enum class Checksum { Verify, Trust };
/// `shared_count` gives how many entries a shared index has. Throws Unreadable.
IndexFile parse_index(std::string_view data, Checksum checksum,
                      const std::function<std::uint32_t(const std::string&)>& shared_count);
/// With its checksum.
std::string emit_index(const IndexFile& file);

/// A file in memory, read-only.
class Mapped {
 public:
  /// Empty when the file is not there. Throws Error(Failure) for other errors.
  explicit Mapped(const std::string& path);
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped();
  bool exists() const { return m_exists; }
  std::string_view data() const { return {static_cast<const char*>(m_address), m_size}; }
  const struct stat& info() const { return m_info; }

 private:
  bool m_exists = false;
  void* m_address = nullptr;
  std::size_t m_size = 0;
  struct stat m_info {};
};

/// The header's count of entries, or Unreadable.
std::uint32_t entry_count(std::string_view data);

} // namespace crm::store
