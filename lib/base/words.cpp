#include "base/words.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <utf8proc.h>

namespace crm::base {
namespace {

enum class Sort { Between, Part, Alone, Mark };

bool is_ascii_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Scripts without spaces between words, and Korean, which writes compounds without them.
bool is_unspaced(utf8proc_int32_t code) {
  struct Range {
    utf8proc_int32_t first, last;
  };
  constexpr Range ranges[] = {{0x0e00, 0x0eff}, {0x1000, 0x109f}, {0x1780, 0x17ff},   {0x3005, 0x3007},
                              {0x3040, 0x30ff}, {0x3100, 0x312f}, {0x31a0, 0x31bf},   {0x31f0, 0x31ff},
                              {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0xa9e0, 0xa9ff},   {0xac00, 0xd7a3},
                              {0xf900, 0xfaff}, {0xff66, 0xff9f}, {0x1b000, 0x1b16f}, {0x20000, 0x3ffff}};
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const Range& range) { return code >= range.first && code <= range.last; });
}

Sort kind_of(utf8proc_int32_t code) {
  switch (utf8proc_category(code)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_NO:
    return is_unspaced(code) ? Sort::Alone : Sort::Part;
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ME:
    return Sort::Mark;
  case UTF8PROC_CATEGORY_SO:
    return Sort::Alone;
  default:
    return Sort::Between;
  }
}

/// Compatible forms may bring punctuation with them ("㈱" is "(株)"), which no query has.
std::string cleaned(std::string_view part) {
  std::string out = fold(part);
  std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x80 && !is_ascii_part(c); });
  if (out.size() > longest_word) {
    std::size_t end = longest_word;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xc0) == 0x80)
      --end;
    out.resize(end);
  }
  return out;
}

} // namespace

std::vector<Word> words(std::string_view text) {
  std::vector<Word> out;
  std::size_t begin = 0;
  bool within = false, alone = false;
  const auto close = [&](std::size_t end) {
    if (!within) return;
    within = false;
    if (std::string folded = cleaned(text.substr(begin, end - begin)); !folded.empty())
      out.push_back({std::move(folded), begin, end});
  };
  for (std::size_t at = 0; at < text.size();) {
    Sort sort = Sort::Between;
    std::size_t bytes = 1;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      if (is_ascii_part(text[at])) sort = Sort::Part;
    } else {
      utf8proc_int32_t code = -1;
      const auto read = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                         static_cast<utf8proc_ssize_t>(text.size() - at), &code);
      if (read > 0) {
        sort = kind_of(code);
        bytes = static_cast<std::size_t>(read);
      }
    }
    if (sort == Sort::Between || sort == Sort::Alone || (sort == Sort::Part && alone)) close(at);
    if (sort != Sort::Between && !within) {
      begin = at;
      within = true;
      alone = sort == Sort::Alone;
    }
    at += bytes;
  }
  close(text.size());
  return out;
}

std::string word_text(std::string_view text) {
  std::string out;
  for (const auto& word : words(text)) {
    if (!out.empty()) out += ' ';
    out += word.folded;
  }
  return out;
}

} // namespace crm::base
