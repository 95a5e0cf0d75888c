// The working files: looked at and written component by component, never through a link.
#pragma once

#include "store/paths.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace crm::store {

/// A file descriptor, closed at the end of its life.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : m_fd(fd) {}
  Descriptor(Descriptor&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return m_fd; }
  explicit operator bool() const { return m_fd >= 0; }
  int release() { return std::exchange(m_fd, -1); }

 private:
  int m_fd;
};

/// What stands in the place of a working file.
struct Seen {
  enum class What { Missing, File, Other, Unreadable };
  What what = What::Missing;
  std::string content;  ///< of a File
  std::string problem;  ///< of the last two: "a symbolic link", "larger than 1 MiB", "unreadable: …"
  bool is_link = false; ///< of Other
};

/// Reads `name` in the folder `at` (a descriptor, or AT_FDCWD), at most `most` bytes, without following a
/// link or waiting on a fifo.
Seen look_at(int at, const char* name, std::size_t most);

/// Nothing is durable before sync() or sync_all().
class WorkFiles {
 public:
  explicit WorkFiles(std::string root) : m_root(std::move(root)) {}
  const std::string& root() const { return m_root; }

  /// Never throws; what cannot be looked at is Unreadable: nothing may be concluded from that.
  Seen look(std::string_view path) const;

  /// Writes the content beside the file, to be put in its place by publish(). Makes missing folders. These
  /// throw Error(Failure), with the file as it was.
  void prepare(std::string_view path, std::string_view content) const;
  void publish(std::string_view path) const;
  /// Also folders that are empty afterwards.
  void remove(std::string_view path) const;
  /// Removes what a killed prepare() left; never throws.
  void discard(std::string_view path) const;

  enum class Written { Prepared, InPlace };
  /// What prepare() wrote, or what publish() and remove() changed, at these paths is on the disk afterwards.
  void sync(const std::vector<std::string_view>& paths, Written written) const;
  /// Everything written so far is on the disk afterwards.
  void sync_all() const;

  /// While one lives, the folder used last stays open: for many files in path order.
  class Staying {
   public:
    explicit Staying(const WorkFiles& files) : m_files(files) { m_files.m_staying = true; }
    Staying(const Staying&) = delete;
    Staying& operator=(const Staying&) = delete;
    ~Staying() { m_files.leave(); }

   private:
    const WorkFiles& m_files;
  };

 private:
  enum class Folders { MustExist, Make };
  Descriptor open_folder(std::string_view path, Folders folders) const;
  /// The folder of `path` once more, if it is the one that stayed open.
  Descriptor open_already(std::string_view path) const;
  void stay(std::string_view path, const Descriptor& folder) const;
  void leave() const;
  std::string m_root;
  mutable bool m_staying = false;
  mutable std::string m_folder; ///< with its "/"
  mutable Descriptor m_at;
};

/// Writes a file as large as a record may be into the folder, brings it to the disk and removes it. Throws
/// Error(Failure) for what cannot be done of that.
void try_to_write(const std::string& folder);

/// Writes all or throws Error(Failure).
void write_all(int fd, std::string_view content, std::string_view path);
void sync_descriptor(int fd, std::string_view path);

} // namespace crm::store
