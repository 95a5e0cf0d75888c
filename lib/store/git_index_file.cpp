#include "store/git_index_file.hpp"

#include "store/big_endian.hpp"
#include "store/ewah.hpp"
#include "store/git_error.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t header = 12, fixed = 62, checksum_size = 20;
constexpr std::uint16_t has_extended = 0x4000, name_mask = 0x0fff;

Sha1 digest_at(std::string_view data, std::size_t at) {
  Sha1 out;
  std::memcpy(out.data(), data.data() + at, out.size());
  return out;
}

void need(bool condition) {
  if (!condition) throw Unreadable(true);
}

} // namespace

void take_stat(IndexEntry& entry, const struct stat& info) {
  entry.ctime = static_cast<std::uint32_t>(info.st_ctim.tv_sec);
  entry.ctime_ns = static_cast<std::uint32_t>(info.st_ctim.tv_nsec);
  entry.mtime = static_cast<std::uint32_t>(info.st_mtim.tv_sec);
  entry.mtime_ns = static_cast<std::uint32_t>(info.st_mtim.tv_nsec);
  entry.dev = static_cast<std::uint32_t>(info.st_dev);
  entry.ino = static_cast<std::uint32_t>(info.st_ino);
  entry.uid = info.st_uid;
  entry.gid = info.st_gid;
  entry.size = static_cast<std::uint32_t>(info.st_size);
}

bool same_stat(const IndexEntry& entry, const struct stat& info) {
  IndexEntry now;
  take_stat(now, info);
  return entry.ctime == now.ctime && entry.ctime_ns == now.ctime_ns && entry.mtime == now.mtime &&
         entry.mtime_ns == now.mtime_ns && entry.ino == now.ino && entry.size == now.size;
}

EntryName read_name(std::string_view data, std::size_t& at) {
  need(data.size() >= at && data.size() - at >= fixed + 2);
  EntryName out;
  out.flags = be16(data, at + 60);
  std::size_t name = at + fixed;
  if ((out.flags & has_extended) != 0) {
    out.extended = be16(data, name);
    name += 2;
  }
  std::size_t length = out.flags & name_mask;
  if (length == name_mask) {
    const auto end = data.find('\0', name);
    need(end != std::string_view::npos);
    length = end - name;
  }
  need(length < data.size() - name && data[name + length] == '\0');
  out.path = data.substr(name, length);
  at += (name - at + length + 8) & ~std::size_t{7};
  need(at <= data.size());
  return out;
}

IndexEntry read_entry(std::string_view data, std::size_t& at) {
  const std::size_t start = at;
  const auto name = read_name(data, at);
  IndexEntry entry;
  std::uint32_t* const numbers[] = {&entry.ctime, &entry.ctime_ns, &entry.mtime, &entry.mtime_ns,
                                    &entry.dev,   &entry.ino,      &entry.mode,  &entry.uid,
                                    &entry.gid,   &entry.size};
  for (std::size_t i = 0; i < 10; ++i)
    *numbers[i] = be32(data, start + 4 * i);
  entry.blob = digest_at(data, start + 40);
  entry.flags = name.flags;
  entry.extended = name.extended;
  entry.path = name.path;
  return entry;
}

void append_entry(std::string& out, const IndexEntry& entry) {
  const std::size_t start = out.size();
  for (const std::uint32_t number : {entry.ctime, entry.ctime_ns, entry.mtime, entry.mtime_ns, entry.dev,
                                     entry.ino, entry.mode, entry.uid, entry.gid, entry.size})
    append_be32(out, number);
  out.append(reinterpret_cast<const char*>(entry.blob.data()), entry.blob.size());
  const auto length = static_cast<std::uint16_t>(std::min<std::size_t>(entry.path.size(), name_mask));
  const auto flags = static_cast<std::uint16_t>((entry.flags & ~(name_mask | has_extended)) | length |
                                                (entry.extended != 0 ? has_extended : 0));
  append_be16(out, flags);
  if (entry.extended != 0) append_be16(out, entry.extended);
  out += entry.path;
  out.append(8 - (out.size() - start) % 8, '\0');
}

std::uint32_t entry_count(std::string_view data) {
  need(data.size() >= header + checksum_size && data.substr(0, 4) == "DIRC");
  if (const auto version = be32(data, 4); version != 2 && version != 3)
    throw Unreadable(version < 2 || version > 4);
  const std::uint32_t count = be32(data, 8);
  need(count <= (data.size() - header) / 64);
  return count;
}

IndexFile parse_index(std::string_view data, Checksum checksum,
                      const std::function<std::uint32_t(const std::string&)>& shared_count) {
  IndexFile out;
  const std::uint32_t count = entry_count(data);
  const std::string_view body = data.substr(0, data.size() - checksum_size);
  if (checksum == Checksum::Verify) {
    const Sha1 written = digest_at(data, body.size());
    need(written == Sha1{} || written == sha1(body)); // all zeros: index.skipHash
  }
  std::size_t at = header;
  out.entries.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i)
    out.entries.push_back(read_entry(body, at));
  while (body.size() - at >= 8) {
    const std::string_view name = body.substr(at, 4);
    const std::size_t size = be32(body, at + 4);
    need(size <= body.size() - at - 8);
    std::string_view content = body.substr(at + 8, size);
    at += 8 + size;
    if (name == "link") {
      need(content.size() >= 20);
      out.shared = to_hex(digest_at(content, 0));
      content.remove_prefix(20);
      if (*out.shared == std::string(40, '0')) {
        out.shared.reset();
        continue;
      }
      if (content.empty()) continue;
      const std::uint32_t most = shared_count(*out.shared);
      auto deleted = decode_ewah(content, most),
           replaced = deleted ? decode_ewah(content, most) : std::nullopt;
      need(deleted && replaced && replaced->size() <= out.entries.size());
      out.deleted = std::move(*deleted);
      out.replaced = std::move(*replaced);
    } else if (name[0] < 'A' || name[0] > 'Z') {
      throw Unreadable(false); // must be understood, and is not
    } // TREE, UNTR, FSMN, EOIE and the like are caches: they are left out when the file is written
  }
  return out;
}

std::string emit_index(const IndexFile& file) {
  bool extended = false;
  for (const auto& entry : file.entries)
    extended = extended || entry.extended != 0;
  std::string out = "DIRC";
  append_be32(out, extended ? 3 : 2);
  append_be32(out, static_cast<std::uint32_t>(file.entries.size()));
  for (const auto& entry : file.entries)
    append_entry(out, entry);
  if (file.shared) {
    std::string link;
    for (std::size_t i = 0; i < 40; i += 2)
      link += static_cast<char>(std::stoi(file.shared->substr(i, 2), nullptr, 16));
    link += encode_ewah(file.deleted) + encode_ewah(file.replaced);
    out += "link";
    append_be32(out, static_cast<std::uint32_t>(link.size()));
    out += link;
  }
  const Sha1 checksum = sha1(out);
  out.append(reinterpret_cast<const char*>(checksum.data()), checksum.size());
  return out;
}

Mapped::Mapped(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    if (errno == ENOENT) return;
    fail_system(errno, "open", path);
  }
  const bool known = ::fstat(fd, &m_info) == 0;
  const int error = errno;
  m_size = known ? static_cast<std::size_t>(m_info.st_size) : 0;
  if (m_size > 0) m_address = ::mmap(nullptr, m_size, PROT_READ, MAP_PRIVATE, fd, 0);
  const int map_error = errno;
  ::close(fd);
  if (!known) fail_system(error, "look at", path);
  if (m_address == MAP_FAILED) {
    m_address = nullptr;
    fail_system(map_error, "read", path);
  }
  m_exists = true;
}

Mapped::~Mapped() {
  if (m_address != nullptr) ::munmap(m_address, m_size);
}

} // namespace crm::store
