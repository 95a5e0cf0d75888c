// Records read, checked and projected by several threads: what making the index anew takes longest over.
#pragma once

#include "app/project.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace crm::app {

/// Some files of one type, and what they come to.
struct Slice {
  const core::Schema* schema = nullptr;
  std::shared_ptr<const ProjectContext> context;          ///< used by several threads at once
  std::vector<std::pair<std::string, std::string>> files; ///< path and blob
  std::vector<index::Entry> entries; ///< in that order; without those that are no valid records
};

class Readers {
 public:
  /// Each thread opens the repository at `root` for itself: libgit2's handles are not for two.
  Readers(std::string root, std::size_t threads);
  ~Readers(); ///< drops what was not taken
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  /// So many slices given and not yet taken keep all threads busy and memory small.
  bool full() const { return m_given.size() >= 4 * m_threads.size(); }
  bool empty() const { return m_given.empty(); }
  void give(Slice slice);
  /// The oldest one given, when it is done. Throws what reading it threw.
  Slice take();

 private:
  struct Job {
    Slice slice;
    std::exception_ptr failure;
    bool done = false;
  };
  void work();

  std::string m_root;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::deque<std::shared_ptr<Job>> m_given, m_waiting; ///< in order; those that no thread has begun
  bool m_stopping = false;
  std::vector<std::thread> m_threads;
};

} // namespace crm::app
