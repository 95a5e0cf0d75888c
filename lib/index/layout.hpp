// The tables of the index. Any change here makes `version` another one: files of the old one are made anew.
#pragma once

#include <cstdint>
#include <string>

namespace crm::index {

class Database;

namespace layout {

inline constexpr std::int64_t application = 0x63726d69; ///< "crmi" in the file's header
inline constexpr std::int64_t version = 4;

/// Stretches longer than this are found by their end, all others by their beginning at most this far back.
/// Schoolroom arithmetic instead of an interval tree; and one appointment of ten years slows nothing down.
inline constexpr std::int64_t long_stretch = 86400;

/// A record's row number is its type's number in the upper half and a running one in the lower: so the
/// records of a type lie together, and a search by trigrams keeps to one type by a range of row numbers.
inline constexpr int type_shift = 32;
inline constexpr std::int64_t first_row(std::int64_t type) {
  return type << type_shift;
}
inline constexpr std::int64_t last_row(std::int64_t type) {
  return first_row(type + 1) - 1;
}

bool is_ours(Database& database);
/// All that `put` needs in order to be quick.
void make_tables(Database& database);
/// What only questions need: cheaper to make after a fresh fill than during it.
void make_indexes(Database& database);

} // namespace layout
} // namespace crm::index
