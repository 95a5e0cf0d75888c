// SHA-256 (FIPS 180-4), which names attachments and checks archives.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace crm::store {

/// Fed any pieces.
class Sha256 {
 public:
  Sha256();
  void feed(std::string_view piece);
  std::string hex(); ///< 64 lower-case digits, once, at the end

 private:
  alignas(8) std::array<std::byte, 128> m_state{};
};

std::string sha256(std::string_view bytes);

} // namespace crm::store
