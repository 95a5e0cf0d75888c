#include "app/exchange/manifest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/tar.hpp"
#include "store/sha256.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>

namespace crm::app {
namespace {

constexpr std::size_t read_at_once = std::size_t{64} * 1024;

class ArchiveReader {
 public:
  explicit ArchiveReader(const std::string& file) : m_shown(base::printable(file)) {
    struct stat there {};
    const bool is_there = ::stat(file.c_str(), &there) == 0;
    if (is_there && !S_ISREG(there.st_mode)) // to open a fifo would be to wait for who writes it
      throw base::Error(base::Kind::Usage, m_shown + " is no plain file", "name the archive itself");
    if (is_there) m_in.open(file, std::ios::binary);
    if (!is_there || !m_in)
      throw base::Error(errno == ENOENT ? base::Kind::NotFound : base::Kind::Failure,
                        "cannot read " + m_shown + ": " + std::strerror(errno));
  }

  Manifest run(const std::string& bundle) {
    const auto text = small(manifest_name, largest_manifest, Place::First);
    auto manifest = parse_manifest(text);
    if (!manifest) refuse("its manifest is none that this crm knows");
    if (small(sums_name, largest_manifest, Place::Later) != sums_of(*manifest, text))
      damaged("SHA256SUMS is not what the manifest says");
    for (const auto& each : manifest->files) {
      std::ofstream out;
      const bool kept = each.name == bundle_name && !bundle.empty();
      if (kept) out.open(bundle, std::ios::binary);
      if (kept && !out)
        throw base::Error(base::Kind::Failure, "cannot write " + bundle + ": " + std::strerror(errno));
      compare(each, out);
      if (kept && !out.flush()) throw base::Error(base::Kind::Failure, "cannot write " + bundle);
    }
    for (int blocks = 0; blocks < 2; ++blocks) {
      const auto found = header();
      if (is_cut_off(found)) damaged("its end is missing");
      if (!std::holds_alternative<codec::TarEnd>(found)) refuse("it holds more than its manifest names");
    }
    if (m_in.peek() != std::ifstream::traits_type::eof()) refuse("something follows its end");
    return std::move(*manifest);
  }

 private:
  enum class Place { First, Later };

  [[noreturn]] void refuse(const std::string& why) const {
    throw base::Error(
        base::Kind::InvalidData, m_shown + " is no archive of a store: " + why,
        "`crm export all -o FILE` makes one; a compressed one is to be unpacked first: gunzip FILE");
  }
  [[noreturn]] void damaged(const std::string& why) const {
    throw base::Error(base::Kind::VerificationFailed, m_shown + " is damaged: " + why,
                      "take another copy of it; nothing was changed");
  }

  using Header = std::variant<codec::TarFile, codec::TarEnd, codec::TarFault>;

  static bool is_cut_off(const Header& found) {
    const auto* fault = std::get_if<codec::TarFault>(&found);
    return fault != nullptr && fault->kind == codec::TarFault::Kind::CutOff;
  }

  Header header() {
    std::string block(codec::tar_block, '\0');
    m_in.read(block.data(), static_cast<std::streamsize>(block.size()));
    block.resize(static_cast<std::size_t>(m_in.gcount()));
    return codec::read_tar_header(block);
  }

  /// The file that must be next.
  codec::TarFile next(std::string_view name, Place place) {
    auto found = header();
    if (const auto* fault = std::get_if<codec::TarFault>(&found)) {
      if (place == Place::First)
        refuse(is_cut_off(found) ? "it is too short" : "it begins with " + fault->words);
      if (fault->kind != codec::TarFault::Kind::Foreign)
        damaged(fmt::format("at {} it is {}", name, fault->words));
      refuse(fmt::format("where {} should be there is {}", name, fault->words));
    }
    const auto* file = std::get_if<codec::TarFile>(&found);
    if (file == nullptr)
      place == Place::First ? refuse("it is empty") : damaged(fmt::format("{} is missing", name));
    if (file->name != std::string(archive_folder) + std::string(name))
      refuse(fmt::format("where {} should be there is \"{}\"", name, base::printable(file->name)));
    return *file;
  }

  void read(std::uint64_t bytes, std::string_view name, const Sink& take) {
    m_buffer.resize(read_at_once);
    for (auto left = bytes; left > 0;) {
      const auto want = std::min<std::uint64_t>(left, m_buffer.size());
      m_in.read(m_buffer.data(), static_cast<std::streamsize>(want));
      if (static_cast<std::uint64_t>(m_in.gcount()) != want) damaged(fmt::format("it ends within {}", name));
      take({m_buffer.data(), static_cast<std::size_t>(want)});
      left -= want;
    }
  }

  void skip_padding(std::uint64_t bytes, std::string_view name) {
    read(codec::tar_padding(bytes).size(), name, [&](std::string_view fill) {
      if (fill.find_first_not_of('\0') != fill.npos)
        refuse(fmt::format("something is hidden behind {}", name));
    });
  }

  std::string small(std::string_view name, std::uint64_t most, Place place) {
    const auto file = next(name, place);
    if (file.size > most) refuse(fmt::format("{} has {} bytes, more than {}", name, file.size, most));
    std::string out;
    read(file.size, name, [&](std::string_view bytes) { out += bytes; });
    skip_padding(file.size, name);
    return out;
  }

  void compare(const ArchivedFile& each, std::ofstream& out) {
    const auto file = next(each.name, Place::Later);
    if (file.size != each.bytes)
      damaged(fmt::format("{} has {} bytes instead of {}", each.name, file.size, each.bytes));
    store::Sha256 hash;
    read(file.size, each.name, [&](std::string_view bytes) {
      hash.feed(bytes);
      if (out.is_open()) out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    });
    if (hash.hex() != each.sha256) damaged(each.name + " is not what the manifest says");
    skip_padding(file.size, each.name);
  }

  std::string m_shown;
  std::ifstream m_in;
  std::vector<char> m_buffer;
};

} // namespace

Manifest check_archive(const std::string& file, const std::string& bundle) {
  return ArchiveReader(file).run(bundle);
}

} // namespace crm::app
