// Text as people see it: widths, folding, distances. All strings are UTF-8. Unicode data is utf8proc's.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace crm::base {

bool is_utf8(std::string_view text);

/// ASCII 0 to 9, whatever the locale.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Columns that a terminal gives the text; control characters count 0 (see `printable`), wide ones 2.
std::size_t width(std::string_view text);

enum class Newlines { Escape, Keep };
/// For terminals: C0, C1, DEL, bidi overrides and invalid bytes become visible escapes (\x1b, \u202e), a
/// newline becomes "\n" unless it is to be kept. Nothing that a record holds can move the cursor or recolour
/// the screen.
std::string printable(std::string_view text, Newlines newlines = Newlines::Escape);

/// The longest beginning that fits `columns`, ending in "…" when something was cut. Never splits a grapheme
/// cluster.
std::string fit(std::string_view text, std::size_t columns);

/// What a schema's maxLength counts: code points.
std::size_t characters(std::string_view text);
/// The longest beginning of at most `most` characters, ending in "…" when something was cut. Never splits a
/// grapheme cluster.
std::string shorten(std::string_view text, std::size_t most);

enum class Align { Left, Right };
/// `text` followed by the spaces that fill it to `columns` (Left), or preceded by them (Right); never
/// shortens.
std::string pad(std::string_view text, std::size_t columns, Align align = Align::Left);

/// Lines of at most `columns`, broken at spaces where possible.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

/// For comparing names: case-folded, without diacritics, white space collapsed ("  Zoë  Öz" → "zoe oz").
std::string fold(std::string_view text);

/// Optimal string alignment distance on code points, for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Of `candidates`, those close enough to `word` to be meant by it, best first, at most `most`.
std::vector<std::string> suggestions(std::string_view word, const std::vector<std::string>& candidates,
                                     std::size_t most = 3);

/// "records", "batches", "companies"; a word that is one already, as "hours", stays as it is.
std::string plural(std::string_view noun);
/// "1 record", "2 records", "3 batches".
std::string count_of(std::size_t count, std::string_view noun);

std::string_view trim(std::string_view text);
/// ASCII letters alone, whatever the locale.
std::string lower(std::string_view text);
std::string upper(std::string_view text);
/// Sixteen hex digits that are the same on every device (FNV-1a): nothing that has to withstand an attacker.
std::string digest(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
template <std::same_as<std::string> Temporary>
std::vector<std::string_view> split(Temporary&& text, char separator) = delete; // the parts would dangle
std::string join(const std::vector<std::string>& parts, std::string_view separator);

} // namespace crm::base
