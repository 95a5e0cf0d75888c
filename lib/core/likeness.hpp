// How alike two words are: what slips of the finger, of the ear and of the scanner leave whole. Words are
// folded (base::fold) and given as code points, so that all scripts count the same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crm::core {

/// Of UTF-8; invalid bytes count as U+FFFD.
std::u32string to_points(std::string_view text);

/// Jaro–Winkler (Winkler 1990): 1 for equal ones, 0 for nothing in common; a common beginning of up to four
/// counts more.
double jaro_winkler(std::u32string_view a, std::u32string_view b);

/// Optimal string alignment distance, as far as it is at most `most`; else `most` + 1.
std::size_t distance_within(std::u32string_view a, std::u32string_view b, std::size_t most);

/// One slip in a short word, two in a long one, or alike to Jaro–Winkler. False for words of one or two
/// characters, where a slip makes another word.
bool is_slip(std::u32string_view a, std::u32string_view b);

/// A code that words which sound alike share, for finding them: of Latin letters what Soundex does (Russell
/// 1918), but with the first letter by its sound, too; of other scripts the first three characters.
std::string sound(std::u32string_view word);

} // namespace crm::core
