#include "index/file_set.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace crm::index {
namespace {

constexpr std::chrono::milliseconds patience{2000}, pause{2};

[[noreturn]] void fail(const std::string& what, const std::string& file) {
  throw base::Error(base::Kind::Failure,
                    "the query index cannot be " + what + ": " + file + ": " + std::strerror(errno),
                    "it lives in the store's folder .git/crm, which must be writable for you");
}

} // namespace

FileLock::FileLock(const std::string& file, Door door, Mode mode)
    : m_fd(::open((file + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666)) {
  if (m_fd < 0) fail("locked", file + ".lock");
  struct ::flock wish {};
  wish.l_type = mode == Mode::Shared ? F_RDLCK : F_WRLCK;
  wish.l_whence = SEEK_SET;
  wish.l_start = door == Door::Gate ? 0 : 1;
  wish.l_len = 1;
  // Locks of the open file description: unlike a process's, they hold between threads and survive another
  // close() of the same file.
  for (auto waited = std::chrono::milliseconds{0}; ::fcntl(m_fd, F_OFD_SETLK, &wish) != 0; waited += pause) {
    const bool taken = errno == EAGAIN || errno == EACCES;
    if ((taken && waited < patience) || errno == EINTR) {
      std::this_thread::sleep_for(pause);
      continue;
    }
    if (!taken) {
      const int cause = errno;
      ::close(m_fd);
      errno = cause;
      fail("locked", file + ".lock");
    }
    ::close(m_fd);
    throw base::Error(base::Kind::Busy, "another process is making the query index",
                      "try again in a moment: in a large store that takes a while");
  }
}

FileLock::~FileLock() {
  ::close(m_fd);
}

FileIdentity identity_of(const std::string& file) {
  struct ::stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

std::string temporary_of(const std::string& file) {
  return file + ".new";
}

void remove_database(const std::string& file) noexcept {
  // The log last: alone it means nothing, while a database without its log may be half an older one.
  char name[4096];
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    if (std::snprintf(name, sizeof name, "%s%s", file.c_str(), suffix) < static_cast<int>(sizeof name))
      ::unlink(name);
}

void sync_file(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("written", file);
  if (::fsync(fd) != 0) {
    const int cause = errno;
    ::close(fd);
    errno = cause;
    fail("written", file);
  }
  ::close(fd);
}

void replace_database(const std::string& from, const std::string& file) {
  remove_database(file);
  if (std::rename(from.c_str(), file.c_str()) != 0) fail("put in its place", file);
}

TemporaryPlace::TemporaryPlace(const std::string& file) : m_file(file) {
  const auto home = std::filesystem::path(file).parent_path();
  if (::access(home.c_str(), W_OK) == 0 || (errno != EROFS && errno != EACCES)) return;
  std::error_code error;
  const auto beside = std::filesystem::temp_directory_path(error);
  m_folder = (error ? std::filesystem::path("/tmp") : beside).string() + "/crm-index.XXXXXX";
  if (::mkdtemp(m_folder.data()) == nullptr) fail("made", m_folder);
  m_file = m_folder + "/index.sqlite";
}

TemporaryPlace::~TemporaryPlace() {
  std::error_code ignored;
  if (!m_folder.empty()) std::filesystem::remove_all(m_folder, ignored);
}

} // namespace crm::index
