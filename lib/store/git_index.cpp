#include "store/git_index.hpp"

#include "base/error.hpp"
#include "store/files.hpp"
#include "store/git_error.hpp"
#include "store/git_program.hpp"
#include "store/shared_index.hpp"
#include "store/small_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::store {
namespace {

/// `index.lock`, as git takes it; what is written to it becomes the index.
class IndexLock {
 public:
  explicit IndexLock(const std::string& git_dir)
      : m_index(git_dir + "/index"), m_lock(git_dir + "/index.lock") {
    m_fd = ::open(m_lock.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (m_fd < 0 && errno == EEXIST)
      throw base::Error(base::Kind::Busy, "git is using its index (" + m_lock + " is there)",
                        "it will be brought up to date by the next command");
    if (m_fd < 0) fail_system(errno, "make", m_lock);
  }
  IndexLock(const IndexLock&) = delete;
  IndexLock& operator=(const IndexLock&) = delete;
  ~IndexLock() {
    if (m_fd >= 0) ::close(m_fd);
    if (!m_done) ::unlink(m_lock.c_str());
  }

  void replace_index(std::string_view content) {
    write_all(m_fd, content, m_lock);
    const int fd = std::exchange(m_fd, -1);
    if (::close(fd) != 0) fail_system(errno, "write", m_lock);
    if (::rename(m_lock.c_str(), m_index.c_str()) != 0) fail_system(errno, "replace", m_index);
    m_done = true;
  }

 private:
  std::string m_index, m_lock;
  int m_fd = -1;
  bool m_done = false;
};

Sha1 digest_of(const std::string& hex) {
  Sha1 out{};
  for (std::size_t i = 0; i < 20 && hex.size() == 40; ++i)
    out[i] = static_cast<unsigned char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  return out;
}

/// Stat data only where the file holds the blob: otherwise git must see that it differs.
void take_file(IndexEntry& entry, const std::string& file) {
  struct stat before {
  }, after{};
  if (::lstat(file.c_str(), &before) != 0 || !S_ISREG(before.st_mode)) return;
  const auto content = read_small_file(file);
  if (!content || blob_name(*content) != to_hex(entry.blob)) return;
  if (::lstat(file.c_str(), &after) == 0 && after.st_mtim.tv_sec == before.st_mtim.tv_sec &&
      after.st_mtim.tv_nsec == before.st_mtim.tv_nsec)
    take_stat(entry, after);
}

bool by_name(const IndexEntry& a, const IndexEntry& b) {
  return a.path != b.path ? a.path < b.path : a.stage() < b.stage();
}

/// A file as young as the index that vouches for it may have been changed within one tick of the clock. Once
/// the index is written anew that would no longer show, so it is found out now (git calls such entries racy).
/// The tick is a second: git as Debian builds it compares no nanoseconds.
void settle_young(IndexEntry& entry, const std::string& path, const std::string& work_tree,
                  const struct stat& index) {
  if (entry.mtime == 0 || entry.mtime < static_cast<std::uint32_t>(index.st_mtim.tv_sec)) return;
  const auto content = read_small_file(work_tree + "/" + path);
  if (!content || blob_name(*content) != to_hex(entry.blob)) entry.size = 0;
}

class Stager {
 public:
  Stager(std::string git_dir, std::string work_tree, const IndexLimits& limits)
      : m_git_dir(std::move(git_dir)), m_work_tree(std::move(work_tree)), m_limits(limits) {}

  void run(const std::vector<Staged>& changes) {
    IndexLock lock(m_git_dir);
    const Mapped present(m_git_dir + "/index");
    IndexFile file;
    std::unique_ptr<SharedIndex> shared;
    if (present.exists())
      file = parse_index(present.data(),
                         present.data().size() <= m_limits.whole ? Checksum::Verify : Checksum::Trust,
                         [&](const std::string& name) {
                           shared = std::make_unique<SharedIndex>(m_git_dir, name);
                           return shared->count();
                         });
    if (file.shared && !shared) shared = std::make_unique<SharedIndex>(m_git_dir, *file.shared);
    split_up(file, present, shared.get());
    if (!file.shared && present.data().size() > m_limits.whole) shared = share(file);
    for (const auto& change : changes)
      apply(change, shared.get());
    if (file.shared && m_replacing.size() + m_added.size() + m_deleted.size() > m_limits.apart) {
      gather(file, *shared);
      shared = share(file);
    }
    IndexFile out;
    out.shared = file.shared;
    out.deleted = m_deleted;
    for (auto& [position, entry] : m_replacing) {
      out.replaced.insert(position);
      out.entries.push_back(std::move(entry));
    }
    out.entries.insert(out.entries.end(), m_added.begin(), m_added.end());
    lock.replace_index(emit_index(out));
    if (out.shared) SharedIndex::touch(m_git_dir, *out.shared);
    for (const auto& name : m_old_shared) // what no index refers to any more
      if (name != out.shared.value_or("")) ::unlink((m_git_dir + "/crm/sharedindex." + name).c_str());
  }

 private:
  /// The file's entries by what they are: in place of shared ones, or more than them.
  void split_up(IndexFile& file, const Mapped& present, const SharedIndex* shared) {
    auto entry = file.entries.begin();
    for (const std::uint32_t position : file.replaced) {
      if (shared != nullptr && position < shared->count())
        settle_young(*entry, shared->path_at(position), m_work_tree, present.info());
      m_replacing.emplace(position, std::move(*entry++));
    }
    m_deleted = file.deleted;
    for (; entry != file.entries.end(); ++entry) {
      settle_young(*entry, entry->path, m_work_tree, present.info());
      m_added.push_back(std::move(*entry));
    }
    if (shared != nullptr)
      for (auto& [position, each] : m_replacing)
        each.path.clear();
    if (!std::is_sorted(m_added.begin(), m_added.end(), by_name)) throw Unreadable(true);
  }

  void apply(const Staged& change, const SharedIndex* shared) {
    const auto first =
        std::lower_bound(m_added.begin(), m_added.end(), change.path,
                         [](const IndexEntry& e, const std::string& path) { return e.path < path; });
    auto last = first;
    while (last != m_added.end() && last->path == change.path)
      ++last;
    const auto position = shared != nullptr ? shared->find(change.path) : std::nullopt;
    IndexEntry entry;
    if (first != last) entry.mode = first->mode;
    entry.blob = digest_of(change.blob);
    take_file(entry, m_work_tree + "/" + change.path);
    const auto at = m_added.erase(first, last);
    if (position) {
      m_replacing.erase(*position);
      if (change.blob.empty()) {
        m_deleted.insert(*position);
      } else {
        m_deleted.erase(*position);
        m_replacing.emplace(*position, std::move(entry));
      }
    } else if (!change.blob.empty()) {
      entry.path = change.path;
      m_added.insert(at, std::move(entry));
    }
  }

  /// All entries into `m_added`, as one whole index.
  void gather(IndexFile& file, const SharedIndex& shared) {
    std::vector<IndexEntry> all;
    shared.each([&](std::uint32_t position, IndexEntry entry) {
      if (m_deleted.contains(position)) return;
      if (const auto replaced = m_replacing.find(position); replaced != m_replacing.end()) {
        replaced->second.path = std::move(entry.path);
        entry = std::move(replaced->second);
      }
      all.push_back(std::move(entry));
    });
    std::move(m_added.begin(), m_added.end(), std::back_inserter(all));
    std::sort(all.begin(), all.end(), by_name);
    m_added = std::move(all);
    m_deleted.clear();
    m_replacing.clear();
    m_old_shared.push_back(*file.shared);
    file.shared.reset();
  }

  /// What is whole becomes a new shared index.
  std::unique_ptr<SharedIndex> share(IndexFile& file) {
    // Later batches do not look at these entries again, so a file that may change within this tick is left
    // for git to read.
    struct timespec now {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    for (auto& entry : m_added)
      if (entry.mtime + 1 >= static_cast<std::uint32_t>(now.tv_sec)) entry.size = 0;
    std::vector<IndexEntry> plain, unmerged;
    for (auto& entry : m_added)
      (entry.stage() == 0 ? plain : unmerged).push_back(std::move(entry));
    file.shared = SharedIndex::make(m_git_dir, std::move(plain));
    m_added = std::move(unmerged);
    return std::make_unique<SharedIndex>(m_git_dir, *file.shared);
  }

  std::string m_git_dir, m_work_tree;
  IndexLimits m_limits;
  std::map<std::uint32_t, IndexEntry> m_replacing;
  std::set<std::uint32_t> m_deleted;
  std::vector<IndexEntry> m_added; ///< sorted
  std::vector<std::string> m_old_shared;
};

/// What we cannot read, git can; and what nobody can read is made again from HEAD, which holds the changes
/// already.
void stage_by_git(const std::string& git_dir, const std::string& work_tree,
                  const std::vector<Staged>& changes, bool damaged) {
  const auto run = [&](std::vector<std::string> words) {
    const auto done = run_git(work_tree, std::move(words), Errors::Collect);
    if (done.status != 0)
      throw base::Error(base::Kind::Failure, "git could not bring its index up to date: " + done.output,
                        "`crm git status` says more");
  };
  if (damaged) {
    ::unlink((git_dir + "/index").c_str());
    run({"read-tree", "HEAD"});
  }
  constexpr std::size_t at_once = 200;
  for (std::size_t i = 0; !damaged && i < changes.size(); i += at_once) {
    std::vector<std::string> words{"update-index", "--add"}, gone{"update-index", "--force-remove", "--"};
    for (std::size_t j = i; j < std::min(changes.size(), i + at_once); ++j) {
      if (changes[j].blob.empty()) {
        gone.push_back(changes[j].path);
      } else {
        words.insert(words.end(), {"--cacheinfo", "100644," + changes[j].blob + "," + changes[j].path});
      }
    }
    if (words.size() > 2) run(words);
    if (gone.size() > 3) run(gone);
  }
  run_git(work_tree, {"update-index", "-q", "--refresh"},
          Errors::Collect); // says 1 where files differ, which they may
}

} // namespace

void stage(const std::string& git_dir, const std::string& work_tree, const std::vector<Staged>& changes,
           const IndexLimits& limits) {
  try {
    Stager(git_dir, work_tree, limits).run(changes);
  } catch (const Unreadable& unreadable) {
    stage_by_git(git_dir, work_tree, changes, unreadable.damaged);
  }
}

bool read_entries(const std::string& git_dir, const std::function<void(const IndexEntry&)>& visit) {
  try {
    const Mapped present(git_dir + "/index");
    if (!present.exists()) return false;
    std::unique_ptr<SharedIndex> shared;
    IndexFile file = parse_index(present.data(), Checksum::Trust, [&](const std::string& name) {
      shared = std::make_unique<SharedIndex>(git_dir, name);
      return shared->count();
    });
    if (file.shared && !shared) shared = std::make_unique<SharedIndex>(git_dir, *file.shared);
    std::map<std::uint32_t, const IndexEntry*> replacing;
    auto entry = file.entries.begin();
    for (const std::uint32_t position : file.replaced)
      replacing.emplace(position, &*entry++);
    const auto more_until = [&](std::string_view path, bool all) {
      for (; entry != file.entries.end() && (all || entry->path < path); ++entry)
        visit(*entry);
    };
    if (shared)
      shared->each([&](std::uint32_t position, const IndexEntry& each) {
        if (file.deleted.contains(position)) return;
        more_until(each.path, false);
        const auto replaced = replacing.find(position);
        if (replaced == replacing.end()) return visit(each);
        IndexEntry now = *replaced->second;
        now.path = each.path;
        visit(now);
      });
    more_until({}, true);
    return true;
  } catch (const Unreadable&) {
    return false;
  }
}

} // namespace crm::store
