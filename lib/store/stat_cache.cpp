#include "store/stat_cache.hpp"

#include "store/git_index.hpp"
#include "store/git_index_file.hpp"

#include <algorithm>

namespace crm::store {

struct StatCache::Impl {
  std::vector<IndexEntry> entries; ///< by path
  struct stat written {};
};

StatCache::StatCache(const std::string& git_dir) : m_impl(std::make_unique<Impl>()) {
  if (::lstat((git_dir + "/index").c_str(), &m_impl->written) != 0) return;
  const bool read = read_entries(git_dir, [this](const IndexEntry& entry) {
    if (entry.stage() == 0) m_impl->entries.push_back(entry);
  });
  if (!read) m_impl->entries.clear();
}

StatCache::~StatCache() = default;

bool StatCache::vouches_for(std::string_view path, const Oid& blob, const struct stat& now) const {
  const auto& written = m_impl->written.st_mtim;
  const bool older = now.st_mtim.tv_sec != written.tv_sec ? now.st_mtim.tv_sec < written.tv_sec
                                                          : now.st_mtim.tv_nsec < written.tv_nsec;
  if (!older) return false;
  const auto& entries = m_impl->entries;
  const auto at =
      std::lower_bound(entries.begin(), entries.end(), path,
                       [](const IndexEntry& entry, std::string_view wanted) { return entry.path < wanted; });
  return at != entries.end() && at->path == path && same_stat(*at, now) && to_hex(at->blob) == blob;
}

} // namespace crm::store
