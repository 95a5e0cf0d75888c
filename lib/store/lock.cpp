#include "store/lock.hpp"

#include "store/git_error.hpp"
#include "store/paths.hpp"
#include "store/small_file.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace crm::store {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t longest_identity = 4096;

/// "crm book": the program and its command, without what the customer said.
std::string command_line() {
  // /proc files have no size, so read_small_file() is no use here.
  const Descriptor file(::open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC));
  char buffer[512];
  const ssize_t got = file ? ::read(file.get(), buffer, sizeof buffer) : 0;
  const auto words =
      base::split(std::string_view(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0))), '\0');
  std::string out(words[0].substr(words[0].rfind('/') + 1));
  const auto verb = words.size() > 1 ? words[1] : std::string_view();
  if (!verb.empty() && verb.size() < 20 && verb.front() != '-' &&
      verb.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos)
    out.append(" ").append(verb);
  return out;
}

std::string identity(const std::optional<timespec>& died_since, std::size_t at_least) {
  char host[256] = "?";
  ::gethostname(host, sizeof host - 1);
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  std::string out = "pid " + std::to_string(::getpid()) + "\nhost " + host + "\ncommand " + command_line() +
                    "\nstarted " + std::to_string(now.tv_sec) + "\n";
  // Kept through a chain of deaths: what the first one left behind must still count as a dead process's.
  if (died_since)
    out += "since " + std::to_string(died_since->tv_sec) + " " + std::to_string(died_since->tv_nsec) + "\n";
  out.resize(std::max(out.size(), at_least), '\n');
  return out;
}

std::string_view value_of(std::string_view text, std::string_view key) {
  for (const auto line : base::split(text, '\n'))
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
      return line.substr(key.size() + 1);
  return "";
}

std::optional<timespec> parse_time(std::string_view text) {
  timespec out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.tv_sec);
  if (error != std::errc{} || end == text.data() + text.size() || *end != ' ') return std::nullopt;
  if (std::from_chars(end + 1, text.data() + text.size(), out.tv_nsec).ec != std::errc{}) return std::nullopt;
  return out;
}

[[noreturn]] void fail_busy(const std::string& path) {
  const auto text = read_small_file(path, longest_identity).value_or("");
  const std::string pid(value_of(text, "pid")), command(value_of(text, "command")),
      host(value_of(text, "host"));
  std::string who =
      pid.empty() ? "another process" : "`" + command + "` (process " + pid + " on " + host + ")";
  throw base::Error(base::Kind::Busy, "the store is being written by " + base::printable(who),
                    "nothing was changed; run the command again when that one has finished");
}

/// False when it is held by somebody else.
bool try_flock(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK && errno != EINTR) fail_system(errno, "lock", path);
  return false;
}

/// Waits between two tries, a little longer each time; false when the time is over.
bool pause_before(Clock::time_point deadline, std::chrono::milliseconds& pause) {
  const auto now = Clock::now();
  if (now >= deadline) return false;
  std::this_thread::sleep_for(std::min<Clock::duration>(pause, deadline - now));
  pause = std::min(pause * 2, std::chrono::milliseconds(50));
  return true;
}

} // namespace

WriteLock WriteLock::acquire(const std::string& private_dir, std::chrono::milliseconds wait) {
  if (::mkdir(private_dir.c_str(), 0777) != 0 && errno != EEXIST) fail_system(errno, "make", private_dir);
  const std::string path = private_dir + "/" + std::string(lock_file);
  const auto deadline = Clock::now() + wait;
  std::chrono::milliseconds pause(5);
  for (;;) {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) fail_system(errno, "open", path);
    while (!try_flock(fd.get(), path))
      if (!pause_before(deadline, pause)) fail_busy(path);
    struct stat held {
    }, named{};
    if (::fstat(fd.get(), &held) != 0) fail_system(errno, "lock", path);
    // Somebody removed the file while we waited: what we hold is no longer what others will lock.
    if (::stat(path.c_str(), &named) != 0 || named.st_ino != held.st_ino || named.st_dev != held.st_dev)
      continue;

    std::optional<timespec> died;
    if (held.st_size > 0) {
      const auto text = read_small_file(path, longest_identity);
      died = text ? parse_time(value_of(*text, "since")) : std::nullopt;
      if (!died) died = held.st_mtim;
    }
    const auto old_size = std::min<std::size_t>(static_cast<std::size_t>(held.st_size), longest_identity);
    const std::string text = identity(died, old_size); // at least as long, so that one write replaces it
    ssize_t written = 0;
    do {
      written = ::pwrite(fd.get(), text.data(), text.size(), 0);
    } while (written < 0 && errno == EINTR);
    if (written != static_cast<ssize_t>(text.size())) {
      const int error = written < 0 ? errno : ENOSPC;
      if (!died) (void)!::ftruncate(fd.get(), 0);
      fail_system(error, "lock", path);
    }
    return {std::move(fd), died};
  }
}

WriteLock::~WriteLock() {
  release();
}

void WriteLock::release() noexcept {
  if (!m_fd) return;
  // If this fails, the next holder takes us for dead and looks after us: needless, and harmless.
  (void)!::ftruncate(m_fd.get(), 0);
  // Explicitly: a child between fork and exec has the descriptor too, and would keep the lock.
  ::flock(m_fd.get(), LOCK_UN);
  m_fd = Descriptor();
}

} // namespace crm::store
