#include "store/sha256.hpp"

#include <sodium.h>

namespace crm::store {
namespace {

static_assert(sizeof(crypto_hash_sha256_state) <= 128 && alignof(crypto_hash_sha256_state) <= 8);

crypto_hash_sha256_state* state_in(std::array<std::byte, 128>& memory) {
  return reinterpret_cast<crypto_hash_sha256_state*>(memory.data());
}

} // namespace

Sha256::Sha256() {
  crypto_hash_sha256_init(state_in(m_state));
}

void Sha256::feed(std::string_view piece) {
  crypto_hash_sha256_update(state_in(m_state), reinterpret_cast<const unsigned char*>(piece.data()),
                            piece.size());
}

std::string Sha256::hex() {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(state_in(m_state), digest.data());
  std::string out(digest.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), digest.data(), digest.size());
  out.pop_back();
  return out;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.feed(bytes);
  return hash.hex();
}

} // namespace crm::store
