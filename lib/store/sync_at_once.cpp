#include "store/sync_at_once.hpp"

#include "store/files.hpp"
#include "store/git_error.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

namespace crm::store {
namespace {

// A quick disk has done all that a batch writes before more threads than a few have started; a slow one is
// asked for everything at once.
constexpr std::size_t few = 4, most = 16;
constexpr auto patience = std::chrono::milliseconds{1};

/// The error, or 0.
int sync_one(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return errno == ENOENT ? 0 : errno;
  while (::fsync(file.get()) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

/// The files, for all who sync them: each takes the next one.
class SyncQueue {
 public:
  explicit SyncQueue(const std::vector<std::string>& paths) : m_paths(paths), m_errors(paths.size(), 0) {}

  /// False when none is left to take.
  bool sync_next() {
    const std::size_t i = m_next++;
    if (i >= m_paths.size()) return false;
    m_errors[i] = sync_one(m_paths[i]);
    return true;
  }
  std::size_t left() const { return m_paths.size() - std::min(m_next.load(), m_paths.size()); }
  void throw_first_error() const {
    for (std::size_t i = 0; i < m_paths.size(); ++i)
      if (m_errors[i] != 0) fail_system(m_errors[i], "write to the disk", m_paths[i]);
  }

 private:
  const std::vector<std::string>& m_paths;
  std::vector<int> m_errors;
  std::atomic<std::size_t> m_next{0};
};

/// Threads with a small stack, which std::thread cannot have: the usual 8 MiB are mapped anew for each, may
/// begin with a huge page, and cost more than a quick disk's flush.
class Helpers {
 public:
  explicit Helpers(SyncQueue& queue) : m_queue(queue) { m_threads.reserve(most); }
  Helpers(const Helpers&) = delete;
  ~Helpers() {
    for (const auto thread : m_threads)
      ::pthread_join(thread, nullptr);
  }

  /// Brings them to so many, or to what the system lets us have: then it takes longer.
  void grow_to(std::size_t count) {
    pthread_attr_t attributes;
    if (m_threads.size() >= count || ::pthread_attr_init(&attributes) != 0) return;
    ::pthread_attr_setstacksize(&attributes, std::size_t{256} << 10);
    pthread_t thread{};
    while (m_threads.size() < count && ::pthread_create(&thread, &attributes, run, &m_queue) == 0)
      m_threads.push_back(thread);
    ::pthread_attr_destroy(&attributes);
  }
  std::size_t size() const { return m_threads.size(); }

 private:
  static void* run(void* queue) {
    while (static_cast<SyncQueue*>(queue)->sync_next()) {
    }
    return nullptr;
  }

  SyncQueue& m_queue;
  std::vector<pthread_t> m_threads;
};

} // namespace

void sync_at_once(const std::vector<std::string>& paths) {
  SyncQueue queue(paths);
  {
    const auto begin = std::chrono::steady_clock::now();
    Helpers helpers(queue);
    if (paths.size() > 1) helpers.grow_to(std::min(paths.size(), few) - 1);
    while (queue.sync_next())
      if (std::chrono::steady_clock::now() - begin > patience)
        helpers.grow_to(std::min(helpers.size() + queue.left(), most - 1));
  }
  queue.throw_first_error();
}

} // namespace crm::store
