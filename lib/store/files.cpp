#include "store/files.hpp"

#include "store/git_error.hpp"
#include "store/paths.hpp"
#include "store/sync_at_once.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <system_error>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr int open_folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

Seen other(std::string problem) {
  return {Seen::What::Other, "", std::move(problem)};
}

Seen unreadable(int error) {
  return {Seen::What::Unreadable, "", "unreadable: " + std::generic_category().message(error)};
}

Seen other(mode_t mode) {
  if (S_ISLNK(mode)) return {Seen::What::Other, "", "a symbolic link", true};
  if (S_ISDIR(mode)) return other("a folder");
  if (S_ISFIFO(mode)) return other("a pipe");
  return other("not a regular file");
}

} // namespace

Descriptor& Descriptor::operator=(Descriptor&& moved) noexcept {
  if (this != &moved) {
    if (m_fd >= 0) ::close(m_fd);
    m_fd = std::exchange(moved.m_fd, -1);
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (m_fd >= 0) ::close(m_fd);
}

void write_all(int fd, std::string_view content, std::string_view path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_system(errno, "write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_descriptor(int fd, std::string_view path) {
  while (::fsync(fd) != 0)
    if (errno != EINTR) fail_system(errno, "write to the disk", path);
}

Seen look_at(int at, const char* name, std::size_t most) {
  // O_NONBLOCK: a fifo in the place of a file must not hang the command.
  const Descriptor file(::openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info {};
  if (!file) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) return {};
    if (::fstatat(at, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(info.st_mode))
      return other(info.st_mode);
    return unreadable(error);
  }
  if (::fstat(file.get(), &info) != 0) return unreadable(errno);
  if (!S_ISREG(info.st_mode)) return other(info.st_mode);
  Seen out{Seen::What::File, "", ""};
  // One byte more than the size says: a file that grows meanwhile is read to its end.
  std::size_t want = static_cast<std::size_t>(info.st_size) + 1;
  for (;;) {
    if (want > most + 1) return other(fmt::format("larger than {} MiB", most >> 20));
    const std::size_t have = out.content.size();
    out.content.resize(want);
    const ssize_t got = ::read(file.get(), out.content.data() + have, want - have);
    const int error = errno;
    out.content.resize(have + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0 && error == EINTR) continue;
    if (got < 0) return unreadable(error);
    if (got == 0) return out;
    if (out.content.size() == want) want += 4096;
  }
}

Descriptor WorkFiles::open_already(std::string_view path) const {
  const auto end = path.rfind('/') + 1;
  if (!m_at || path.substr(0, end) != m_folder) return Descriptor();
  return Descriptor(::fcntl(m_at.get(), F_DUPFD_CLOEXEC, 0));
}

void WorkFiles::stay(std::string_view path, const Descriptor& folder) const {
  if (!m_staying || !folder) return;
  m_at = Descriptor(::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0));
  m_folder = path.substr(0, path.rfind('/') + 1);
}

void WorkFiles::leave() const {
  m_staying = false;
  m_at = Descriptor();
}

Descriptor WorkFiles::open_folder(std::string_view path, Folders folders) const {
  if (auto here = open_already(path)) return here;
  Descriptor at(::open(m_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!at) fail_system(errno, "open", m_root);
  const auto parts = base::split(path, '/');
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const std::string name(parts[i]);
    Descriptor next(::openat(at.get(), name.c_str(), open_folder_flags));
    if (!next && errno == ENOENT && folders == Folders::Make) {
      if (::mkdirat(at.get(), name.c_str(), 0777) != 0 && errno != EEXIST)
        fail_system(errno, "make the folder of", path);
      next = Descriptor(::openat(at.get(), name.c_str(), open_folder_flags));
    }
    if (!next) {
      const int error = errno;
      if (error == ELOOP || error == ENOTDIR)
        throw base::Error(base::Kind::Failure,
                          "\"" + name + "\" on the way to " + std::string(path) +
                              " is a link or a file, where a folder belongs",
                          "move it away");
      fail_system(error, "open the folder of", path);
    }
    at = std::move(next);
  }
  stay(path, at);
  return at;
}

Seen WorkFiles::look(std::string_view path) const {
  const std::string name(file_name(path));
  if (const auto here = open_already(path)) return look_at(here.get(), name.c_str(), largest_file(path));
  Descriptor at(::open(m_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto parts = base::split(path, '/');
  for (std::size_t i = 0; at && i + 1 < parts.size(); ++i) {
    const std::string folder(parts[i]);
    Descriptor next(::openat(at.get(), folder.c_str(), open_folder_flags));
    if (!next && errno == ENOENT) return {};
    if (!next && (errno == ELOOP || errno == ENOTDIR))
      return other("below a link or a file, where a folder belongs");
    at = std::move(next);
  }
  if (!at) return unreadable(errno);
  stay(path, at);
  return look_at(at.get(), name.c_str(), largest_file(path));
}

void WorkFiles::prepare(std::string_view path, std::string_view content) const {
  check_path(path);
  const Descriptor at = open_folder(path, Folders::Make);
  const std::string temporary = temporary_name(file_name(path));
  const std::string name(file_name(path));
  struct stat old {};
  const bool replaces =
      ::fstatat(at.get(), name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(old.st_mode);
  ::unlinkat(at.get(), temporary.c_str(), 0); // of a killed process; whatever it is, O_EXCL follows no link
  const Descriptor file(
      ::openat(at.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (!file) fail_system(errno, "write", path);
  try {
    if (replaces && ::fchmod(file.get(), old.st_mode & 0777) != 0) fail_system(errno, "write", path);
    write_all(file.get(), content, path);
  } catch (...) {
    ::unlinkat(at.get(), temporary.c_str(), 0);
    throw;
  }
}

void WorkFiles::publish(std::string_view path) const {
  const Descriptor at = open_folder(path, Folders::MustExist);
  const std::string name(file_name(path));
  const std::string temporary = temporary_name(name);
  if (::renameat(at.get(), temporary.c_str(), at.get(), name.c_str()) != 0) {
    const int error = errno;
    ::unlinkat(at.get(), temporary.c_str(), 0);
    fail_system(error, "put in its place", path);
  }
}

void WorkFiles::remove(std::string_view path) const {
  check_path(path);
  {
    const Descriptor at = open_folder(path, Folders::MustExist);
    if (::unlinkat(at.get(), std::string(file_name(path)).c_str(), 0) != 0 && errno != ENOENT)
      fail_system(errno, "remove", path);
  }
  // As git does: it knows no empty folders.
  m_at = Descriptor();
  for (auto end = path.rfind('/'); end != std::string_view::npos && end > 0; end = path.rfind('/', end - 1)) {
    const auto folder = path.substr(0, end);
    const Descriptor above = open_folder(folder, Folders::MustExist);
    if (::unlinkat(above.get(), std::string(file_name(folder)).c_str(), AT_REMOVEDIR) != 0) break;
  }
}

void WorkFiles::discard(std::string_view path) const {
  try {
    const Descriptor at = open_folder(path, Folders::MustExist);
    ::unlinkat(at.get(), temporary_name(file_name(path)).c_str(), 0);
  } catch (const base::Error&) { // no folder, no file
  }
}

void WorkFiles::sync(const std::vector<std::string_view>& paths, Written written) const {
  std::set<std::string> all;
  for (const auto path : paths) {
    auto end = path.rfind('/');
    if (written == Written::Prepared) {
      const auto folder = end == path.npos ? std::string() : std::string(path.substr(0, end + 1));
      all.insert(m_root + "/" + folder + temporary_name(file_name(path)));
      continue;
    }
    // Any of the folders on the way may be new.
    for (; end != path.npos && end > 0; end = path.rfind('/', end - 1))
      all.insert(m_root + "/" + std::string(path.substr(0, end)));
    all.insert(m_root);
  }
  sync_at_once({all.begin(), all.end()});
}

void try_to_write(const std::string& folder) {
  constexpr std::size_t largest = 1024 * 1024;
  std::string path = folder + "/try-XXXXXX";
  const Descriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file) fail_system(errno, "write", folder);
  ::unlink(path.c_str());
  write_all(file.get(), std::string(largest, '\n'), path);
  sync_descriptor(file.get(), path);
}

void WorkFiles::sync_all() const {
  const Descriptor at(::open(m_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!at || ::syncfs(at.get()) != 0) fail_system(errno, "write to the disk", m_root);
}

} // namespace crm::store
