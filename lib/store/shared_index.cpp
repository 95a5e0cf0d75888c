#include "store/shared_index.hpp"

#include "store/big_endian.hpp"
#include "store/git_error.hpp"
#include "store/small_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <utility>

namespace crm::store {
namespace {

constexpr std::size_t header = 12;

std::string offsets_path(const std::string& git_dir, const std::string& name) {
  return git_dir + "/crm/sharedindex." + name;
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
    read_name(m_file.data(), at);
  }
  (void)replace_file(offsets_path(git_dir, name), kept); // without it they are only found more slowly
}

std::optional<std::uint32_t> SharedIndex::find(std::string_view path) const {
  std::size_t low = 0, high = m_offsets.size(); // the block is in [low, high)
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    std::size_t at = m_offsets[middle];
    if (read_name(m_file.data(), at).path <= path) {
      low = middle;
    } else {
      high = middle;
    }
  }
  if (low >= m_offsets.size()) return std::nullopt;
  std::size_t at = m_offsets[low];
  for (std::uint32_t i = static_cast<std::uint32_t>(low) * every; i < m_count && i < (low + 1) * every; ++i) {
    const auto entry = read_name(m_file.data(), at);
    if (entry.path > path) break;
    if (entry.path == path && entry.stage() == 0) return i;
  }
  return std::nullopt;
}

std::string SharedIndex::path_at(std::uint32_t position) const {
  std::size_t at = m_offsets[position / every];
  for (std::uint32_t i = position / every * every; i < position; ++i)
    read_name(m_file.data(), at);
  return std::string(read_name(m_file.data(), at).path);
}

void SharedIndex::each(const std::function<void(std::uint32_t, IndexEntry)>& visit) const {
  std::size_t at = header;
  for (std::uint32_t i = 0; i < m_count; ++i)
    visit(i, read_entry(m_file.data(), at));
}

std::string SharedIndex::make(const std::string& git_dir, std::vector<IndexEntry> entries) {
  IndexFile file;
  file.entries = std::move(entries);
  const std::string content = emit_index(file);
  Sha1 checksum;
  std::copy(content.end() - 20, content.end(), checksum.begin());
  const std::string name = to_hex(checksum);
  if (!replace_file(path(git_dir, name), content)) fail_system(errno, "write", path(git_dir, name));
  return name;
}

void SharedIndex::touch(const std::string& git_dir, const std::string& name) {
  ::utimensat(AT_FDCWD, path(git_dir, name).c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

} // namespace crm::store
