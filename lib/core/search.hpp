// What search looks for, and in what. Pure: the index finds, this says what counts as found and shows where.
#pragma once

#include "base/words.hpp"
#include "core/record.hpp"
#include "core/schema.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core {

/// Words that stand in a row, the last one as the beginning of a word.
struct Term {
  std::vector<std::string> words; ///< folded; at least one
  bool negated = false;           ///< it must not be there
};

/// More words than this, in all terms together, are looked for by nobody.
inline constexpr std::size_t most_words = 64;

/// Of one word of the command line; "-" before it negates. Nothing when there is no letter, digit or symbol
/// in it.
std::optional<Term> parse_term(std::string_view word);

/// A text of a record that is searched: of its name and key, and of fields that say `search: true`, each
/// element of a list by itself. Encrypted fields are not.
struct Searched {
  std::string field;
  std::string text;
  bool name = false; ///< of its name or key, which count more
};
std::vector<Searched> searched(const Record& record, const Schema& schema);

/// Of a text that is a phone number: its digits in one word, from each of its groups on, as "0301234567",
/// "1234567" and "4567" of "030 123 45 67"; of one without groups, from each digit on but the last three.
/// Behind a country code also with what is dialled instead of it. Nothing of any other text.
std::vector<base::Word> number_words(std::string_view text);
/// What is found in a text: its words, then its number_words.
std::vector<base::Word> words_of(std::string_view text);
/// The folded ones with spaces between.
std::string word_text(std::string_view text);

/// Negation is the caller's.
bool occurs(const Term& term, const std::vector<base::Word>& words);

/// A stretch of bytes.
struct Highlight {
  std::size_t begin, end;
};

/// The part of a record that shows why it was found, on one line: white space is one space, "…" where
/// something was cut off.
struct Excerpt {
  std::string field; ///< "" when none of the terms is in the record itself
  std::string text;
  std::vector<Highlight> marks; ///< of what was looked for, in order, not overlapping
};
/// Of the text with most of the terms; of a name only when no other text has any. About `most` characters.
Excerpt excerpt(const std::vector<Term>& terms, const std::vector<Searched>& texts, std::size_t most);
/// Where the terms are in a text.
std::vector<Highlight> marks(const std::vector<Term>& terms, std::string_view text);

} // namespace crm::core
