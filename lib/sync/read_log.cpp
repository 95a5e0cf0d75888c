#include "sync/read_log.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/sha1.hpp"
#include "store/small_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace crm::sync {
namespace {

constexpr std::size_t most_noted = std::size_t{256} << 20, lines_of_a_file = 5000;
constexpr std::string_view log_ending = ".log";

std::string noted_file(const store::Repository& repository) {
  return repository.private_dir() + "/reads";
}
/// What a batch is taking in: there after a crash too, and then it may be in the store already.
std::string leaving_file(const store::Repository& repository) {
  return repository.private_dir() + "/reads.leaving";
}

/// The file that others append to, with nobody else at it.
class Locked {
 public:
  Locked(const std::string& path, int flags) {
    for (;;) {
      m_fd = ::open(path.c_str(), flags | O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
      if (m_fd < 0) return;
      struct stat opened {
      }, there{};
      if (!lock()) return;
      if (::fstat(m_fd, &opened) == 0 && ::stat(path.c_str(), &there) == 0 && opened.st_ino == there.st_ino)
        return;
      ::close(m_fd); // it was moved away meanwhile
    }
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() {
    if (m_fd >= 0) ::close(m_fd);
  }
  bool there() const { return m_fd >= 0; }
  int fd() const { return m_fd; }

 private:
  /// False with errno, and nothing open: the file system may know no locks.
  bool lock() {
    while (::flock(m_fd, LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      const int why = errno;
      ::close(std::exchange(m_fd, -1));
      errno = why;
      return false;
    }
    return true;
  }

  int m_fd = -1;
};

[[noreturn]] void cannot_note() {
  throw base::Error(base::Kind::Failure,
                    std::string("cannot note that this is read: ") + std::strerror(errno),
                    "its type wants that (`log_reads`), so it is not shown");
}

std::vector<core::Read> read_lines(std::string_view text) {
  std::vector<core::Read> out;
  for (const auto line : base::split(text, '\n'))
    if (auto read = core::parse_read(line)) out.push_back(*std::move(read));
  return out;
}

/// "reads/desk/2026-11/20261123T090000-3fa9c0d1.log": by content, so that taking it in twice is once.
std::string path_of(const std::string& device, const core::Read& first, const std::string& text) {
  const auto at = core::to_text(first.at); // 2026-11-23T09:00:00.000Z
  std::string moment;
  for (const char c : at.substr(0, 19))
    if (c != '-' && c != ':') moment += c;
  return std::string(reads_folder) + "/" + device + "/" + at.substr(0, 7) + "/" + moment + "-" +
         store::blob_name(text).substr(0, 8) + std::string(log_ending);
}

} // namespace

std::string reading_device(std::string_view path) {
  const auto parts = base::split(path, '/');
  if (parts.size() != 4 || parts[0] != reads_folder || !core::is_name(parts[1]) ||
      !parts[3].ends_with(log_ending))
    return "";
  return std::string(parts[1]);
}

void note_reads(const store::Repository& repository, const std::vector<core::Read>& reads) {
  if (reads.empty()) return;
  std::string text;
  for (const auto& read : reads)
    text += core::to_line(read) + "\n";
  const Locked file(noted_file(repository), O_CREAT);
  if (!file.there()) cannot_note();
  const auto before = ::lseek(file.fd(), 0, SEEK_END);
  if (store::append_lines(file.fd(), std::move(text)) && ::fsync(file.fd()) == 0) return;
  const int why = errno;
  [[maybe_unused]] const auto undone = ::ftruncate(file.fd(), before); // no half a line before the next one
  errno = why;
  cannot_note();
}

bool reads_wait(const store::Repository& repository) {
  struct stat there {};
  return (::stat(noted_file(repository).c_str(), &there) == 0 && there.st_size > 0) ||
         ::stat(leaving_file(repository).c_str(), &there) == 0;
}

std::vector<store::Change> reads_to_commit(const store::Repository& repository, const std::string& device) {
  if (!reads_wait(repository)) return {};
  const auto leaving = leaving_file(repository);
  if (::access(leaving.c_str(), F_OK) != 0) {
    const Locked noted(noted_file(repository), 0);
    if (!noted.there() || ::rename(noted_file(repository).c_str(), leaving.c_str()) != 0) return {};
  }
  const auto text = store::read_small_file(leaving, most_noted);
  const auto all = text ? read_lines(*text) : std::vector<core::Read>{};
  std::vector<store::Change> out;
  for (std::size_t from = 0; from < all.size(); from += lines_of_a_file) {
    std::string part;
    for (std::size_t i = from; i < all.size() && i < from + lines_of_a_file; ++i)
      part += core::to_line(all[i]) + "\n";
    auto path = path_of(device, all[from], part);
    if (!repository.blob_id(repository.head(), path)) out.push_back({std::move(path), std::move(part)});
  }
  if (out.empty() && text) reads_committed(repository);
  return out;
}

void reads_committed(const store::Repository& repository) {
  ::unlink(leaving_file(repository).c_str());
}

void each_read(const store::Repository& repository, const store::Oid& tree, const std::string& device,
               const std::function<void(NotedRead)>& visit) {
  repository.each(tree, std::string(reads_folder) + "/", [&](std::string_view path, const store::Oid& blob) {
    const auto by = reading_device(path);
    if (by.empty()) return;
    for (auto& read : read_lines(repository.blob(blob)))
      visit({std::move(read), by, true});
  });
  for (const auto& file : {leaving_file(repository), noted_file(repository)})
    if (const auto text = store::read_small_file(file, most_noted))
      for (auto& read : read_lines(*text))
        visit({std::move(read), device, false});
}

} // namespace crm::sync
