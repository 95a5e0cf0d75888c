// SHA-1 (FIPS 180-4), as git uses it for the checksum of its index file. Not for security.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crm::store {

using Sha1 = std::array<unsigned char, 20>;

Sha1 sha1(std::string_view data);
/// Of a git blob with that content, as 40 hex digits.
std::string blob_name(std::string_view content);
std::string to_hex(const Sha1& digest);

} // namespace crm::store
