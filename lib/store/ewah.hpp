// Compressed bitmaps as git stores them in its index (gitformat-bitmap(5), "EWAH compressed bitmaps").
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace crm::store {

std::string encode_ewah(const std::set<std::uint32_t>& positions);

/// Takes one bitmap off the front of `data`. Nothing when it is not one, or when it names a position of
/// `most` or beyond.
std::optional<std::set<std::uint32_t>> decode_ewah(std::string_view& data, std::uint32_t most);

} // namespace crm::store
