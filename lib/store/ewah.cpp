#include "store/ewah.hpp"

#include "store/big_endian.hpp"

#include <vector>

namespace crm::store {
namespace {

// A run-length word: bit 0 is the repeated bit, 32 bits count repeated words, 31 bits count the literal words
// behind it.
constexpr std::uint64_t run_word(std::uint64_t zeros, std::uint64_t literals) {
  return zeros << 1 | literals << 33;
}

} // namespace

std::string encode_ewah(const std::set<std::uint32_t>& positions) {
  std::vector<std::uint64_t> words{run_word(0, 0)};
  std::size_t last_run = 0;
  std::uint64_t written = 0, zeros = 0, literals = 0, literal = 0, at = 0;
  const auto push_literal = [&] {
    if (at > written) { // words of zeros come before it: a new run
      if (zeros + literals > 0 || written > 0) {
        last_run = words.size();
        words.push_back(0);
      }
      zeros = at - written;
      literals = 0;
    }
    words.push_back(literal);
    words[last_run] = run_word(zeros, ++literals);
    written = at + 1;
    literal = 0;
  };
  for (const std::uint32_t position : positions) {
    if (literal != 0 && position / 64 != at) push_literal();
    at = position / 64;
    literal |= std::uint64_t{1} << (position % 64);
  }
  if (literal != 0) push_literal();
  std::string out;
  append_be32(out, positions.empty() ? 0 : *positions.rbegin() + 1);
  append_be32(out, static_cast<std::uint32_t>(words.size()));
  for (const std::uint64_t word : words) {
    append_be32(out, static_cast<std::uint32_t>(word >> 32));
    append_be32(out, static_cast<std::uint32_t>(word));
  }
  append_be32(out, static_cast<std::uint32_t>(last_run));
  return out;
}

std::optional<std::set<std::uint32_t>> decode_ewah(std::string_view& data, std::uint32_t most) {
  if (data.size() < 12) return std::nullopt;
  const std::uint32_t bits = be32(data, 0), words = be32(data, 4);
  if (words > (data.size() - 12) / 8) return std::nullopt;
  std::set<std::uint32_t> out;
  const auto word = [&](std::size_t i) {
    return static_cast<std::uint64_t>(be32(data, 8 + 8 * i)) << 32 | be32(data, 12 + 8 * i);
  };
  std::uint64_t at = 0; // in words
  for (std::size_t i = 0; i < words;) {
    const std::uint64_t run = word(i++);
    const bool ones = (run & 1) != 0;
    const std::uint64_t repeated = run >> 1 & 0xffffffff, literals = run >> 33;
    if (literals > words - i || (at + repeated + literals) * 64 > std::uint64_t{bits} + 64)
      return std::nullopt;
    for (std::uint64_t n = 0; ones && n < repeated * 64 && at * 64 + n < bits; ++n) {
      if (at * 64 + n >= most) return std::nullopt;
      out.insert(out.end(), static_cast<std::uint32_t>(at * 64 + n));
    }
    at += repeated;
    for (std::uint64_t n = 0; n < literals; ++n, ++at, ++i) {
      const std::uint64_t literal = word(i);
      for (unsigned bit = 0; bit < 64; ++bit) {
        if ((literal >> bit & 1) == 0) continue;
        if (at * 64 + bit >= most) return std::nullopt;
        out.insert(out.end(), static_cast<std::uint32_t>(at * 64 + bit));
      }
    }
  }
  data.remove_prefix(12 + std::size_t{words} * 8);
  return out;
}

} // namespace crm::store
