// Numbers as git's files have them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crm::store {

/// The caller has seen to it that there are enough bytes.
inline std::uint32_t be32(std::string_view data, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(data[at + i]));
  };
  return byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
}
inline std::uint16_t be16(std::string_view data, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(data[at]) << 8 |
                                    static_cast<unsigned char>(data[at + 1]));
}

inline void append_be32(std::string& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0})
    out += static_cast<char>(value >> shift);
}
inline void append_be16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value);
}

} // namespace crm::store
