#include "store/stat_cache.hpp"

#include "store/git_handles.hpp"

namespace crm::store {
namespace {

using IndexHandle = std::unique_ptr<git_index, git::Freed<git_index_free>>;

bool same(const git_index_time& then, const timespec& now) {
  return then.seconds == static_cast<std::int32_t>(now.tv_sec) && then.nanoseconds == static_cast<std::uint32_t>(now.tv_nsec);
}

bool before(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

} // namespace

struct StatCache::Impl {
  IndexHandle index;
  timespec written{};
};

StatCache::StatCache(const std::string& git_dir) : m_impl(std::make_unique<Impl>()) {
  const std::string file = git_dir + "/index";
  struct stat info {};
  if (::lstat(file.c_str(), &info) != 0) return;
  m_impl->written = info.st_mtim;
  if (git::take(m_impl->index, git_index_open, file.c_str()) < 0) m_impl->index.reset();
}

StatCache::~StatCache() = default;

bool StatCache::vouches_for(std::string_view path, const Oid& blob, const struct stat& now) const {
  if (!m_impl->index || !before(now.st_mtim, m_impl->written)) return false;
  const git_index_entry* entry = git_index_get_bypath(m_impl->index.get(), std::string(path).c_str(), 0);
  git_oid wanted;
  if (entry == nullptr || git_oid_fromstr(&wanted, blob.c_str()) < 0 || git_oid_equal(&entry->id, &wanted) == 0) return false;
  return same(entry->mtime, now.st_mtim) && same(entry->ctime, now.st_ctim) && entry->ino == static_cast<std::uint32_t>(now.st_ino) &&
         entry->file_size == static_cast<std::uint32_t>(now.st_size);
}

} // namespace crm::store
