#include "store/stat_cache.hpp"

#include "store/git_index.hpp"
#include "store/git_index_file.hpp"
#include "store/small_file.hpp"

#include <algorithm>

namespace crm::store {

struct StatCache::Impl {
  std::vector<IndexEntry> entries; ///< by path
  struct stat written {};

  /// Null when the index does not name it.
  const IndexEntry* find(std::string_view path) const {
    const auto at = std::lower_bound(
        entries.begin(), entries.end(), path,
        [](const IndexEntry& entry, std::string_view wanted) { return entry.path < wanted; });
    return at != entries.end() && at->path == path ? &*at : nullptr;
  }
};

StatCache::StatCache(const std::string& git_dir) : m_impl(std::make_unique<Impl>()) {
  if (::lstat((git_dir + "/index").c_str(), &m_impl->written) != 0) return;
  const bool read = read_entries(git_dir, [this](const IndexEntry& entry) {
    if (entry.stage() == 0) m_impl->entries.push_back(entry);
  });
  if (!read) m_impl->entries.clear();
}

StatCache::~StatCache() = default;

bool StatCache::untouched(const std::string& work_tree) const {
  const auto newer = [&](const struct stat& info) {
    const auto& written = m_impl->written.st_mtim;
    return info.st_mtim.tv_sec != written.tv_sec ? info.st_mtim.tv_sec > written.tv_sec
                                                 : info.st_mtim.tv_nsec > written.tv_nsec;
  };
  const auto folder_touched = [&](const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) != 0 || newer(info);
  };
  if (m_impl->entries.empty() || folder_touched(work_tree)) return false;
  std::string_view top, folder;
  for (const auto& entry : m_impl->entries) {
    const std::string_view path = entry.path;
    const auto first = path.find('/'), last = path.rfind('/');
    if (first != std::string_view::npos && path.substr(0, first) != top) {
      top = path.substr(0, first);
      if (folder_touched(work_tree + "/" + std::string(top))) return false;
    }
    if (last != std::string_view::npos && last != first && path.substr(0, last) != folder) {
      folder = path.substr(0, last);
      if (folder_touched(work_tree + "/" + std::string(folder))) return false;
    }
    struct stat info {};
    const std::string file = work_tree + "/" + entry.path;
    if (::lstat(file.c_str(), &info) != 0 || !same_stat(entry, info)) return false;
    if (vouches_for(path, to_hex(entry.blob), info)) continue;
    const auto content = read_small_file(file); // as young as the index: only its content tells
    if (!content || blob_name(*content) != to_hex(entry.blob)) return false;
  }
  return true;
}

bool StatCache::vouches_for(std::string_view path, const Oid& blob, const struct stat& now) const {
  const auto& written = m_impl->written.st_mtim;
  const bool older = now.st_mtim.tv_sec != written.tv_sec ? now.st_mtim.tv_sec < written.tv_sec
                                                          : now.st_mtim.tv_nsec < written.tv_nsec;
  if (!older) return false;
  const auto* entry = m_impl->find(path);
  return entry != nullptr && same_stat(*entry, now) && to_hex(entry->blob) == blob;
}

bool StatCache::leaves_out(std::string_view path) const {
  const auto* entry = m_impl->find(path);
  return entry != nullptr && entry->skips_worktree();
}

} // namespace crm::store
