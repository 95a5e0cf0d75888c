#include "store/shared_index.hpp"

#include "store/big_endian.hpp"
#include "store/git_error.hpp"
#include "store/small_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t header = 12;

std::string offsets_path(const std::string& git_dir, const std::string& name) {
  return git_dir + "/crm/sharedindex." + name;
}

/// A temporary file, renamed into place. False when that fails: what it would have held can be had more
/// slowly.
bool write_beside(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) return false;
  bool good = true;
  while (good && !content.empty()) {
    const ssize_t done = ::write(fd, content.data(), content.size());
    if (done < 0 && errno == EINTR) continue;
    good = done > 0;
    if (good) content.remove_prefix(static_cast<std::size_t>(done));
  }
  good = ::close(fd) == 0 && good && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!good) ::unlink(temporary.c_str());
  return good;
}

} // namespace

SharedIndex::SharedIndex(const std::string& git_dir, const std::string& name) : m_file(path(git_dir, name)) {
  if (!m_file.exists()) throw Unreadable(true);
  m_count = entry_count(m_file.data());
  load_offsets(git_dir, name);
}

void SharedIndex::load_offsets(const std::string& git_dir, const std::string& name) {
  const std::size_t wanted = (m_count + every - 1) / every;
  // The count and the size of the shared file say whether these offsets are its own: its name is its
  // checksum.
  if (const auto kept = read_small_file(offsets_path(git_dir, name), 64 * 1024 * 1024);
      kept && kept->size() == 8 + 4 * wanted && be32(*kept, 0) == m_count &&
      be32(*kept, 4) == static_cast<std::uint32_t>(m_file.data().size())) {
    for (std::size_t i = 0; i < wanted; ++i)
      m_offsets.push_back(be32(*kept, 8 + 4 * i));
    return;
  }
  std::string kept;
  append_be32(kept, m_count);
  append_be32(kept, static_cast<std::uint32_t>(m_file.data().size()));
  std::size_t at = header;
  for (std::uint32_t i = 0; i < m_count; ++i) {
    if (i % every == 0) {
      m_offsets.push_back(static_cast<std::uint32_t>(at));
      append_be32(kept, static_cast<std::uint32_t>(at));
    }
    read_entry(m_file.data(), at);
  }
  write_beside(offsets_path(git_dir, name), kept);
}

std::optional<std::uint32_t> SharedIndex::find(std::string_view path) const {
  std::size_t low = 0, high = m_offsets.size(); // the block is in [low, high)
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    std::size_t at = m_offsets[middle];
    if (std::string_view(read_entry(m_file.data(), at).path) <= path) {
      low = middle;
    } else {
      high = middle;
    }
  }
  if (low >= m_offsets.size()) return std::nullopt;
  std::size_t at = m_offsets[low];
  for (std::uint32_t i = static_cast<std::uint32_t>(low) * every; i < m_count && i < (low + 1) * every; ++i) {
    const IndexEntry entry = read_entry(m_file.data(), at);
    if (entry.path == path && entry.stage() == 0) return i;
  }
  return std::nullopt;
}

std::string SharedIndex::path_at(std::uint32_t position) const {
  std::size_t at = m_offsets[position / every];
  for (std::uint32_t i = position / every * every; i < position; ++i)
    read_entry(m_file.data(), at);
  return read_entry(m_file.data(), at).path;
}

void SharedIndex::each(const std::function<void(std::uint32_t, const IndexEntry&)>& visit) const {
  std::size_t at = header;
  for (std::uint32_t i = 0; i < m_count; ++i)
    visit(i, read_entry(m_file.data(), at));
}

std::string SharedIndex::make(const std::string& git_dir, const std::vector<IndexEntry>& entries) {
  IndexFile file;
  file.entries = entries;
  const std::string content = emit_index(file);
  Sha1 checksum;
  std::copy(content.end() - 20, content.end(), checksum.begin());
  const std::string name = to_hex(checksum);
  if (!write_beside(path(git_dir, name), content)) fail_system(errno, "write", path(git_dir, name));
  return name;
}

void SharedIndex::touch(const std::string& git_dir, const std::string& name) {
  ::utimensat(AT_FDCWD, path(git_dir, name).c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

} // namespace crm::store
