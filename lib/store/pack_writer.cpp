#include "store/pack_writer.hpp"

#include "store/big_endian.hpp"
#include "store/git_error.hpp"
#include "store/sha1.hpp"

#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <new>
#include <sys/stat.h>
#include <zlib.h>

namespace crm::store {

/// Made ready once for all objects: that costs more than compressing a record.
struct PackWriter::Deflater {
  Deflater() {
    if (deflateInit(&stream, Z_BEST_SPEED) != Z_OK) throw std::bad_alloc();
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() { deflateEnd(&stream); }

  void append(std::string_view bytes, std::string& out) {
    deflateReset(&stream);
    const std::size_t before = out.size();
    out.resize(before + deflateBound(&stream, bytes.size()));
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(out.size() - before);
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
      throw base::Error(base::Kind::Failure, "could not compress an object");
    out.resize(out.size() - stream.avail_out);
  }

  z_stream stream{};
};

namespace {

constexpr std::size_t count_at = 8;

/// How many objects there are is put in when all are.
void begin_pack(std::string& out) {
  out = "PACK";
  append_be32(out, 2); // version
  append_be32(out, 0);
}

/// Kind and size: four bits of it in the first byte, seven in each that follows.
void put_header(std::string& out, git_object_t kind, std::size_t size) {
  constexpr unsigned more = 0x80;
  unsigned byte = static_cast<unsigned>(kind) << 4 | (size & 0x0f);
  for (size >>= 4; size != 0; size >>= 7) {
    out += static_cast<char>(byte | more);
    byte = size & 0x7f;
  }
  out += static_cast<char>(byte);
}

} // namespace

PackWriter::PackWriter(git_repository* repository, const std::string& common_dir)
    : m_folder(common_dir + "/objects/pack"), m_deflater(std::make_unique<Deflater>()) {
  check_git(git::take(m_odb, git_repository_odb, repository), "open the object database");
}

PackWriter::~PackWriter() = default;

git_oid PackWriter::add(std::string_view bytes, git_object_t kind) {
  git_oid id;
  check_git(git_odb_hash(&id, bytes.data(), bytes.size(), kind), "hash an object");
  if (m_held.emplace(reinterpret_cast<const char*>(id.id), GIT_OID_RAWSZ).second) {
    if (m_pack.empty()) begin_pack(m_pack);
    put_header(m_pack, kind, bytes.size());
    m_deflater->append(bytes, m_pack);
  }
  return id;
}

void PackWriter::finish() {
  if (m_held.empty()) return;
  if (::mkdir(m_folder.c_str(), 0777) != 0 && errno != EEXIST)
    fail_system(errno, "make the folder", m_folder);
  std::string count;
  append_be32(count, static_cast<std::uint32_t>(m_held.size()));
  m_pack.replace(count_at, count.size(), count);
  const Sha1 sum = sha1(m_pack);
  // libgit2 reads each object once more, and gives both files their names when all is well.
  git::IndexerHandle indexer;
  check_git(git::take(indexer, git_indexer_new, m_folder.c_str(), 0, m_odb.get(), nullptr), "begin a pack in",
            m_folder);
  git_indexer_progress progress{};
  check_git(git_indexer_append(indexer.get(), m_pack.data(), m_pack.size(), &progress), "write a pack to",
            m_folder);
  check_git(git_indexer_append(indexer.get(), sum.data(), sum.size(), &progress), "write a pack to",
            m_folder);
  check_git(git_indexer_commit(indexer.get(), &progress), "finish a pack in", m_folder);
  check_git(git_odb_refresh(m_odb.get()), "look at the object database again");
  m_pack = {};
  m_held = {};
}

} // namespace crm::store
