// Phone numbers as one number: ITU-T E.164, "+442079460000". Enough of the numbering plans to tell whether
// two spellings are the same number; not whether anybody has it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace crm::core {

/// `country` (ISO 3166-1 alpha-2) is where a number without a country code is dialled. Understands "+", "00"
/// and the country's own prefixes, "(0)" behind a country code, letters on keys, and leaves extensions out.
/// "" for what is no number (fewer than six digits, or more than E.164's fifteen) and, where the country is
/// not known, the digits alone, without a "+": equal only to the same.
std::string to_e164(std::string_view text, std::string_view country);

/// The country code that a number's digits begin with, as "44" of "442079460000".
struct CountryCode {
  std::size_t length;
  std::string_view trunk; ///< what is dialled instead of it at home: "0"; "" where nothing is
};
std::optional<CountryCode> country_code(std::string_view digits);

/// The country in which a store dials: its own, else its currency's (ISO 4217 codes begin with the country,
/// but for those of several countries), else that of its time zone where money does not tell. "" when nothing
/// says.
std::string dialling_country(std::string_view country, std::string_view currency, std::string_view zone);

} // namespace crm::core
