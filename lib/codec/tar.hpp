// The one kind of tar that crm writes and reads: POSIX ustar (pax, IEEE 1003.1), plain files. Everything else
// that a tar may hold (links, devices, folders, extensions) is refused when it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace crm::codec {

inline constexpr std::size_t tar_block = 512;
inline constexpr std::uint64_t largest_in_tar =
    (std::uint64_t{1} << 33) - 1; ///< what eleven octal digits hold

struct TarFile {
  std::string name;
  std::uint64_t size = 0;
  std::int64_t time = 0; ///< seconds since the epoch
};

/// The block before a file's bytes: mode 0644, of nobody. Throws Error(Failure) for a name that does not fit.
std::string tar_header(const TarFile& file);
/// What fills the last block of so many bytes.
std::string tar_padding(std::uint64_t size);
/// What stands behind the last file.
std::string tar_end();

/// What a block announces; where it is none of ours, why.
struct TarEnd {};
struct TarFault {
  enum class Kind { CutOff, Damaged, Foreign } kind;
  std::string words; ///< "a symbolic link"
};
std::variant<TarFile, TarEnd, TarFault> read_tar_header(std::string_view block);

} // namespace crm::codec
