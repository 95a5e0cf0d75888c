#include "store/small_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace crm::store {

std::optional<std::string> read_small_file(const std::string& path, std::size_t most) {
  // O_NONBLOCK: a fifo in the place of a file must not hang the command.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  struct stat info {};
  std::optional<std::string> out;
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && static_cast<std::size_t>(info.st_size) <= most) {
    out.emplace(static_cast<std::size_t>(info.st_size), '\0');
    std::size_t have = 0;
    while (have < out->size()) {
      const ssize_t got = ::read(fd, out->data() + have, out->size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    if (have < out->size()) out.reset(); // changed while it was read, or unreadable
  }
  ::close(fd);
  return out;
}

bool replace_file(const std::string& path, std::string_view content, std::optional<mode_t> mode) {
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) return false;
  bool good = !mode || ::fchmod(fd, *mode) == 0;
  while (good && !content.empty()) {
    const ssize_t done = ::write(fd, content.data(), content.size());
    if (done < 0 && errno == EINTR) continue;
    good = done > 0;
    if (good) content.remove_prefix(static_cast<std::size_t>(done));
  }
  good = ::close(fd) == 0 && good;
  if (good && ::rename(temporary.c_str(), path.c_str()) == 0) return true;
  const int why = errno;
  ::unlink(temporary.c_str());
  errno = why;
  return false;
}

void keep_small_file(const std::string& path, std::string_view content) {
  ::mkdir(path.substr(0, path.rfind('/')).c_str(), 0755);
  (void)replace_file(path, content);
}

bool append_lines(int fd, std::string lines) {
  char last = '\n';
  if (const auto end = ::lseek(fd, 0, SEEK_END); end > 0 && ::pread(fd, &last, 1, end - 1) < 0) return false;
  if (last != '\n') lines.insert(0, 1, '\n');
  return ::write(fd, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size());
}

void append_lines(const std::string& path, std::string lines) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;
  append_lines(fd, std::move(lines));
  ::close(fd);
}

} // namespace crm::store
