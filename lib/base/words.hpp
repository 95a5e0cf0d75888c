// Words of a text, as search compares them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace crm::base {

struct Word {
  std::string folded; ///< as base::fold, letters and digits only, at most `longest_word` bytes; never empty
  std::size_t begin, end; ///< bytes of the text that it was made of
};

/// Longer words are told apart by their beginnings.
inline constexpr std::size_t longest_word = 160;

/// Runs of letters, marks and digits, in order. In scripts that put no space between words (Chinese,
/// Japanese, Korean, Thai, Lao, Khmer, Burmese) each character is a word, so that any part of a text is found
/// as words in a row; so is each emoji and other symbol. Invalid UTF-8 stands between words.
std::vector<Word> words(std::string_view text);

/// The folded ones with spaces between.
std::string word_text(std::string_view text);

} // namespace crm::base
