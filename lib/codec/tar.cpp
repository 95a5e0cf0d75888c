#include "codec/tar.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace crm::codec {
namespace {

constexpr std::string_view tar_magic{"ustar\00000", 8};

struct TarSlot {
  std::size_t at, length;
};
constexpr TarSlot name_slot{0, 100}, mode_slot{100, 8}, user_slot{108, 8}, group_slot{116, 8},
    size_slot{124, 12}, time_slot{136, 12}, sum_slot{148, 8}, kind_slot{156, 1}, link_slot{157, 100},
    magic_slot{257, 8}, prefix_slot{345, 155};

std::string_view slot_of(std::string_view block, TarSlot slot) {
  return block.substr(slot.at, slot.length);
}

void fill_slot(std::string& block, TarSlot slot, std::string_view text) {
  block.replace(slot.at, text.size(), text);
}

bool is_nul(std::string_view text) {
  return text.find_first_not_of('\0') == text.npos;
}

/// What stands in the prefix and in the name, with a "/" in between that stands in neither.
std::optional<std::pair<std::string_view, std::string_view>> tar_split(std::string_view name) {
  if (name.empty()) return std::nullopt;
  if (name.size() <= name_slot.length) return std::pair{std::string_view(), name};
  for (auto at = name.find('/'); at != name.npos && at <= prefix_slot.length; at = name.find('/', at + 1))
    if (at > 0 && name.size() - at - 1 <= name_slot.length && at + 1 < name.size())
      return std::pair{name.substr(0, at), name.substr(at + 1)};
  return std::nullopt;
}

/// Up to its NUL; nothing when something follows that.
std::optional<std::string> tar_text(std::string_view slot) {
  const auto end = std::min(slot.find('\0'), slot.size());
  if (!is_nul(slot.substr(end))) return std::nullopt;
  return std::string(slot.substr(0, end));
}

/// Of all bytes, its own counted as spaces.
unsigned tar_sum(std::string_view block) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool own = i >= sum_slot.at && i < sum_slot.at + sum_slot.length;
    sum += own ? unsigned{' '} : static_cast<unsigned char>(block[i]);
  }
  return sum;
}

/// Octal digits, then NUL or a space.
bool tar_number(std::string_view text, std::uint64_t& out) {
  out = 0;
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '7')
    out = out * 8 + static_cast<std::uint64_t>(text[digits++] - '0');
  return digits > 0 && text.find_first_not_of(std::string_view("\0 ", 2), digits) == text.npos;
}

std::string_view tar_kind(char kind) {
  switch (kind) {
  case '1':
    return "a hard link";
  case '2':
    return "a symbolic link";
  case '3':
  case '4':
    return "a device";
  case '5':
    return "a folder";
  case '6':
    return "a pipe";
  case 'x':
  case 'g':
  case 'L':
  case 'K':
  case 'S':
    return "an extension of tar";
  default:
    return "of an unknown kind";
  }
}

} // namespace

std::string tar_header(const TarFile& file) {
  const auto cut = tar_split(file.name);
  if (!cut || file.size > largest_in_tar)
    throw base::Error(base::Kind::Failure,
                      base::printable(file.name) + " does not fit into an archive: " +
                          (file.size > largest_in_tar ? "it is over 8 GiB" : "its name is too long"));
  std::string block(tar_block, '\0');
  fill_slot(block, name_slot, cut->second);
  fill_slot(block, prefix_slot, cut->first);
  fill_slot(block, mode_slot, "0000644");
  fill_slot(block, user_slot, "0000000");
  fill_slot(block, group_slot, "0000000");
  fill_slot(block, size_slot, fmt::format("{:011o}", file.size));
  fill_slot(block, time_slot, fmt::format("{:011o}", std::max<std::int64_t>(file.time, 0)));
  fill_slot(block, kind_slot, "0");
  fill_slot(block, magic_slot, tar_magic);
  fill_slot(block, sum_slot, fmt::format("{:06o}", tar_sum(block)) + std::string("\0 ", 2));
  return block;
}

std::string tar_padding(std::uint64_t size) {
  return std::string((tar_block - size % tar_block) % tar_block, '\0');
}

std::string tar_end() {
  return std::string(2 * tar_block, '\0');
}

std::variant<TarFile, TarEnd, TarFault> read_tar_header(std::string_view block) {
  const auto foreign = [](std::string_view words) {
    return TarFault{TarFault::Kind::Foreign, std::string(words)};
  };
  if (block.size() != tar_block) return TarFault{TarFault::Kind::CutOff, "cut off"};
  if (is_nul(block)) return TarEnd{};
  std::uint64_t sum = 0, size = 0, time = 0;
  if (slot_of(block, magic_slot) != tar_magic || !tar_number(slot_of(block, sum_slot), sum))
    return foreign("no header of a ustar archive");
  if (sum != tar_sum(block)) return TarFault{TarFault::Kind::Damaged, "a damaged header"};
  const char kind = block[kind_slot.at];
  if (kind != '0') return foreign(tar_kind(kind));
  const auto name = tar_text(slot_of(block, name_slot)), prefix = tar_text(slot_of(block, prefix_slot));
  if (!is_nul(slot_of(block, link_slot)) || !prefix) return foreign("a header that says more than it may");
  if (!name || name->empty()) return foreign("a header without a name");
  if (!tar_number(slot_of(block, size_slot), size) || !tar_number(slot_of(block, time_slot), time))
    return foreign("a header without a size");
  return TarFile{prefix->empty() ? *name : *prefix + "/" + *name, size, static_cast<std::int64_t>(time)};
}

} // namespace crm::codec
