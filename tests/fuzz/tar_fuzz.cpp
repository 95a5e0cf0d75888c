// Any bytes as the archive that `crm import all` reads. What it takes holds what its manifest names, and
// nothing else; what it does not take it refuses in words.
#include "app/exchange/manifest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/tar.hpp"
#include "fuzz.hpp"
#include "store/paths.hpp"
#include "store/sha256.hpp"

#include <fmt/format.h>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <variant>
#include <vector>

namespace crm::fuzz {
namespace {

constexpr std::size_t largest_input = std::size_t{1} << 20, sum_at = 148, sum_size = 8, magic_at = 257;

/// A file without a folder.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : m_file(::memfd_create("crm-fuzz", MFD_CLOEXEC)) {
    if (m_file < 0 || ::write(m_file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("cannot make a file in memory");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(m_file); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(m_file); }
  std::string read() const {
    std::string out(static_cast<std::size_t>(::lseek(m_file, 0, SEEK_END)), '\0');
    require(::pread(m_file, out.data(), out.size(), 0) == static_cast<ssize_t>(out.size()));
    return out;
  }

 private:
  int m_file;
};

struct Held {
  std::string name;
  std::string_view bytes;
};

/// Read as any tar is, without a manifest.
std::vector<Held> held_in(std::string_view archive) {
  std::vector<Held> out;
  for (std::size_t at = 0;;) {
    const auto found = codec::read_tar_header(archive.substr(at, codec::tar_block));
    at += codec::tar_block;
    if (std::holds_alternative<codec::TarEnd>(found)) {
      require(archive.substr(at) == codec::tar_end().substr(codec::tar_block));
      return out;
    }
    const auto& file = std::get<codec::TarFile>(found);
    require(file.size <= archive.size() - at);
    out.push_back({file.name, archive.substr(at, file.size)});
    at += file.size;
    const auto fill = codec::tar_padding(file.size);
    require(archive.substr(at, fill.size()) == fill);
    at += fill.size();
  }
}

void require_whole(std::string_view archive, const app::Manifest& manifest, const std::string& bundle) {
  const auto held = held_in(archive);
  require(held.size() == manifest.files.size() + 2);
  const std::string folder(app::archive_folder);
  require(held[0].name == folder + std::string(app::manifest_name));
  require(held[1].name == folder + std::string(app::sums_name));
  for (std::size_t i = 0; i < manifest.files.size(); ++i) {
    const auto& file = manifest.files[i];
    const auto& there = held[i + 2];
    require(store::path_problem(file.name).empty() && there.name == folder + file.name);
    require(there.bytes.size() == file.bytes && store::sha256(there.bytes) == file.sha256);
    if (file.name == app::bundle_name) require(bundle == there.bytes);
  }
  const auto again = app::parse_manifest(app::to_text(manifest));
  require(again && app::to_text(*again) == app::to_text(manifest));
}

enum class Taken { No, Yes };

Taken try_as_it_is(std::string_view archive) {
  const MemoryFile file(archive), bundle("");
  std::optional<app::Manifest> manifest;
  try {
    manifest = app::check_archive(file.path(), bundle.path());
  } catch (const base::Error& error) {
    require(error.kind == base::Kind::InvalidData || error.kind == base::Kind::VerificationFailed);
    require(!error.message.empty() && base::is_utf8(error.message) && !error.hint.empty());
    return Taken::No;
  }
  require_whole(archive, *manifest, bundle.read());
  return Taken::Yes;
}

/// A sum keeps what is behind it from being tried at all: so headers get theirs.
std::string with_sums(std::string bytes) {
  for (std::size_t at = 0; at + codec::tar_block <= bytes.size(); at += codec::tar_block) {
    if (bytes.compare(at + magic_at, 5, "ustar") != 0) continue;
    unsigned sum = 0;
    for (std::size_t i = 0; i < codec::tar_block; ++i)
      sum += i >= sum_at && i < sum_at + sum_size ? 32U : static_cast<unsigned char>(bytes[at + i]);
    bytes.replace(at + sum_at, sum_size, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  }
  return bytes;
}

void put(std::string& archive, std::string_view name, std::string_view bytes) {
  archive += codec::tar_header({std::string(app::archive_folder) + std::string(name), bytes.size(), 0});
  archive += bytes;
  archive += codec::tar_padding(bytes.size());
}

/// The first line as a manifest, and the lines behind it as its files, with their sizes and sums.
void try_made_whole(std::string_view text) {
  const auto lines = base::split(text, '\n');
  auto manifest = app::parse_manifest(lines.front());
  if (!manifest) return;
  const auto line_of = [&](std::size_t i) { return i + 1 < lines.size() ? lines[i + 1] : ""; };
  for (std::size_t i = 0; i < manifest->files.size(); ++i) {
    if (manifest->files[i].name.size() + app::archive_folder.size() > 100)
      return; // may not fit into a header
    manifest->files[i].bytes = line_of(i).size();
    manifest->files[i].sha256 = store::sha256(line_of(i));
  }
  const auto said = app::to_text(*manifest);
  std::string archive;
  put(archive, app::manifest_name, said);
  put(archive, app::sums_name, app::sums_of(*manifest, said));
  for (std::size_t i = 0; i < manifest->files.size(); ++i)
    put(archive, manifest->files[i].name, line_of(i));
  archive += codec::tar_end();
  require(try_as_it_is(archive) == Taken::Yes);
  require(try_as_it_is(archive.substr(0, archive.size() - 1)) == Taken::No);
  require(try_as_it_is(archive + "x") == Taken::No);
}

void try_header(std::string_view block) {
  const auto read = codec::read_tar_header(block);
  const auto* file = std::get_if<codec::TarFile>(&read);
  if (file == nullptr || file->size > codec::largest_in_tar) return;
  const auto again = codec::read_tar_header(codec::tar_header(*file));
  const auto* same = std::get_if<codec::TarFile>(&again);
  require(same != nullptr && same->name == file->name && same->size == file->size &&
          same->time == file->time);
}

} // namespace

void try_archive(std::string_view bytes) {
  if (bytes.size() > largest_input) return;
  try_as_it_is(bytes);
  const auto mended = with_sums(std::string(bytes));
  if (mended != bytes) try_as_it_is(mended);
  for (std::size_t at = 0; at + codec::tar_block <= mended.size(); at += codec::tar_block)
    try_header(std::string_view(mended).substr(at, codec::tar_block));
  try_made_whole(bytes);
}

} // namespace crm::fuzz

CRM_FUZZ_ENTRY(crm::fuzz::try_archive)
