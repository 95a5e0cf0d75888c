#include "cmd/render/output_file.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::cmd {
namespace {

[[noreturn]] void fail(const std::string& path, int why) {
  throw base::Error(base::Kind::Failure, "cannot write " + base::printable(path) + ": " + std::strerror(why));
}

/// 0, or why not.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t done = ::write(fd, content.data(), content.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(done));
  }
  return 0;
}

void write_in_place(const std::string& path, std::string_view content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) fail(path, errno);
  const int wrong = write_all(fd, content);
  ::close(fd);
  // A reader that has seen enough is no failure.
  if (wrong != 0 && wrong != EPIPE) fail(path, wrong);
}

mode_t mode_of_new_files() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

std::string followed(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : path;
}

} // namespace

void write_file_atomically(const std::string& path, std::string_view content) {
  struct stat there {};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) fail(path, EISDIR);
  if (exists && !S_ISREG(there.st_mode)) return write_in_place(path, content);
  const std::string target = followed(path);
  std::string temporary = target + ".XXXXXX";
  const int fd = ::mkstemp(temporary.data());
  if (fd < 0) fail(path, errno);
  int wrong = write_all(fd, content);
  if (wrong == 0 && ::fchmod(fd, exists ? there.st_mode & 07777 : mode_of_new_files()) != 0) wrong = errno;
  if (wrong == 0 && ::fsync(fd) != 0) wrong = errno;
  if (::close(fd) != 0 && wrong == 0) wrong = errno;
  if (wrong == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) wrong = errno;
  if (wrong == 0) return;
  ::unlink(temporary.c_str());
  fail(path, wrong);
}

} // namespace crm::cmd
