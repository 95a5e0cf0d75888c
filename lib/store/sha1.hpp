// SHA-1 (FIPS 180-4), as git uses it for the checksums of its index file and of packs. Not for security.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crm::store {

using Sha1 = std::array<unsigned char, 20>;

/// Fed any pieces.
class Sha1Sum {
 public:
  void feed(std::string_view piece);
  Sha1 finish(); ///< once, at the end

 private:
  void mix();
  std::array<std::uint32_t, 5> m_state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  std::array<unsigned char, 64> m_block{};
  std::size_t m_used = 0;
  std::uint64_t m_length = 0;
};

Sha1 sha1(std::string_view data);
/// Of a git blob with that content, as 40 hex digits.
std::string blob_name(std::string_view content);
std::string to_hex(const Sha1& digest);

} // namespace crm::store
