#include "store/publish.hpp"

#include "store/objects.hpp"

#include "base/error.hpp"

namespace crm::store {
namespace {

class Publisher {
 public:
  Publisher(const Repository::Impl& repository, const PublishProgress& progress)
      : m_repository(repository), m_progress(progress) {}

  Published run(const std::vector<Target>& targets) {
    const WorkFiles::Staying staying(m_repository.files);
    std::vector<const Target*> written;
    std::size_t done = 0;
    for (const auto& target : targets) {
      if (m_progress) m_progress(false, done++);
      guarded(target, [&] {
        if (prepare(target)) written.push_back(&target);
      });
    }
    if (!sync(targets, WorkFiles::Written::Prepared)) return std::move(m_out);
    done = 0;
    for (const auto* target : written) {
      if (m_progress) m_progress(true, done++);
      guarded(*target, [&] { m_repository.files.publish(target->path); });
    }
    sync(targets, WorkFiles::Written::InPlace);
    return std::move(m_out);
  }

 private:
  /// True when a new file waits to be published.
  bool prepare(const Target& target) {
    const auto& files = m_repository.files;
    if (!may_write(target)) return false;
    if (target.blob.empty()) {
      files.remove(target.path);
      return false;
    }
    const auto write = [&](std::string_view bytes) { files.prepare(target.path, bytes); };
    target.content != nullptr ? write(*target.content) : visit_blob(m_repository.get(), target.blob, write);
    // Writing took its time, and somebody's editor may have saved meanwhile.
    if (may_write(target)) return true;
    files.discard(target.path);
    return false;
  }

  bool may_write(const Target& target) {
    const auto seen = m_repository.files.look(target.path);
    if (seen.what == Seen::What::Unreadable)
      throw base::Error(base::Kind::Failure, target.path + " is " + seen.problem);
    const Oid now = seen_id(seen);
    if (now == target.blob) return false;
    if (target.replaceable.contains(now) || (target.replace_any && now != not_a_file)) return true;
    m_out.kept.push_back(target.path);
    return false;
  }

  bool sync(const std::vector<Target>& targets, WorkFiles::Written written) {
    try {
      std::vector<std::string_view> paths;
      for (const auto& target : targets)
        paths.push_back(target.path);
      if (targets.size() > most_single_syncs)
        m_repository.files.sync_all();
      else
        m_repository.files.sync(paths, written);
      return true;
    } catch (const base::Error& error) {
      m_out.problems.push_back(error.message);
      for (const auto& target : targets)
        m_out.failed.insert(target.path);
      return false;
    }
  }

  template <typename Work>
  void guarded(const Target& target, Work work) {
    try {
      work();
    } catch (const base::Error& error) {
      m_out.problems.push_back(error.message);
      m_out.failed.insert(target.path);
    }
  }

  const Repository::Impl& m_repository;
  const PublishProgress& m_progress;
  Published m_out;
};

} // namespace

Oid seen_id(const Seen& seen) {
  switch (seen.what) {
  case Seen::What::Missing:
    return "";
  case Seen::What::File:
    return hash_blob(seen.content);
  case Seen::What::Other:
  case Seen::What::Unreadable:
    break;
  }
  return Oid(not_a_file);
}

Published publish(const Repository::Impl& repository, const std::vector<Target>& targets,
                  const PublishProgress& progress) {
  return Publisher(repository, progress).run(targets);
}

} // namespace crm::store
