#include "store/sha1.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace crm::store {

void Sha1Sum::feed(std::string_view data) {
  m_length += data.size();
  while (!data.empty()) {
    const std::size_t room = std::min(m_block.size() - m_used, data.size());
    std::memcpy(m_block.data() + m_used, data.data(), room);
    m_used += room;
    data.remove_prefix(room);
    if (m_used == m_block.size()) mix();
  }
}

Sha1 Sha1Sum::finish() {
  const std::uint64_t bits = m_length * 8;
  feed(std::string_view("\x80", 1));
  while (m_used != 56)
    feed(std::string_view("\0", 1));
  std::array<char, 8> length{};
  for (int i = 0; i < 8; ++i)
    length[static_cast<std::size_t>(i)] = static_cast<char>(bits >> (56 - 8 * i));
  feed({length.data(), length.size()});
  Sha1 out{};
  for (std::size_t i = 0; i < 20; ++i)
    out[i] = static_cast<unsigned char>(m_state[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

void Sha1Sum::mix() {
  std::array<std::uint32_t, 80> w;
  for (std::size_t i = 0; i < 16; ++i)
    w[i] = static_cast<std::uint32_t>(m_block[4 * i]) << 24 |
           static_cast<std::uint32_t>(m_block[4 * i + 1]) << 16 |
           static_cast<std::uint32_t>(m_block[4 * i + 2]) << 8 | m_block[4 * i + 3];
  for (std::size_t i = 16; i < 80; ++i)
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  std::uint32_t a = m_state[0], b = m_state[1], c = m_state[2], d = m_state[3], e = m_state[4];
  const auto round = [&](std::uint32_t f, std::uint32_t k, std::uint32_t word) {
    const std::uint32_t next = std::rotl(a, 5) + f + e + k + word;
    e = d, d = c, c = std::rotl(b, 30), b = a, a = next;
  };
  for (std::size_t i = 0; i < 20; ++i)
    round((b & c) | (~b & d), 0x5a827999, w[i]);
  for (std::size_t i = 20; i < 40; ++i)
    round(b ^ c ^ d, 0x6ed9eba1, w[i]);
  for (std::size_t i = 40; i < 60; ++i)
    round((b & c) | (b & d) | (c & d), 0x8f1bbcdc, w[i]);
  for (std::size_t i = 60; i < 80; ++i)
    round(b ^ c ^ d, 0xca62c1d6, w[i]);
  m_state = {m_state[0] + a, m_state[1] + b, m_state[2] + c, m_state[3] + d, m_state[4] + e};
  m_used = 0;
}

Sha1 sha1(std::string_view data) {
  Sha1Sum sum;
  sum.feed(data);
  return sum.finish();
}

std::string blob_name(std::string_view content) {
  Sha1Sum sum;
  sum.feed("blob " + std::to_string(content.size()));
  sum.feed(std::string_view("\0", 1));
  sum.feed(content);
  return to_hex(sum.finish());
}

std::string to_hex(const Sha1& digest) {
  constexpr const char* digits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : digest) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

} // namespace crm::store
