#include "app/readers.hpp"

#include "store/repository.hpp"

#include <optional>

namespace crm::app {

Readers::Readers(std::string root, std::size_t threads) : m_root(std::move(root)) {
  for (std::size_t i = 0; i < threads; ++i)
    m_threads.emplace_back([this] { work(); });
}

Readers::~Readers() {
  {
    const std::lock_guard lock(m_mutex);
    m_stopping = true;
  }
  m_changed.notify_all();
  for (auto& thread : m_threads)
    thread.join();
}

void Readers::give(Slice slice) {
  auto job = std::make_shared<Job>();
  job->slice = std::move(slice);
  {
    const std::lock_guard lock(m_mutex);
    m_given.push_back(job);
    m_waiting.push_back(std::move(job));
  }
  m_changed.notify_all();
}

Slice Readers::take() {
  const auto job = m_given.front();
  m_given.pop_front();
  std::unique_lock lock(m_mutex);
  m_changed.wait(lock, [&] { return job->done; });
  if (job->failure) std::rethrow_exception(job->failure);
  return std::move(job->slice);
}

void Readers::work() {
  std::optional<store::Repository> repository;
  const auto read = [&](Slice& slice) {
    if (!repository) repository = store::Repository::open(m_root);
    for (const auto& file : slice.files) {
      if (auto entry = project_file(repository->blob(file.second), *slice.schema, file.first, *slice.context))
        slice.entries.push_back(*std::move(entry));
    }
  };
  std::unique_lock lock(m_mutex);
  while (true) {
    m_changed.wait(lock, [&] { return m_stopping || !m_waiting.empty(); });
    if (m_stopping) return;
    const auto job = m_waiting.front();
    m_waiting.pop_front();
    lock.unlock();
    try {
      read(job->slice);
    } catch (...) { // for the one who takes it
      job->failure = std::current_exception();
    }
    lock.lock();
    job->done = true;
    m_changed.notify_all();
  }
}

} // namespace crm::app
