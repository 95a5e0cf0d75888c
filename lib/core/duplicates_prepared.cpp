#include "core/duplicates_prepared.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "core/likeness.hpp"

#include <algorithm>
#include <map>

namespace crm::core {
namespace {

constexpr std::size_t longest_compared = 64, most_headings = 200, most_of_a_kind = 20;

std::vector<WordNumber> once(std::vector<WordNumber> words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

std::vector<WordNumber> words_of(std::string_view text, Lexicon& lexicon, std::size_t most) {
  std::vector<WordNumber> out;
  for (const auto& word : base::words(text)) {
    if (out.size() == most) break;
    const auto number = lexicon.number(word.folded);
    if (std::find(out.begin(), out.end(), number) == out.end()) out.push_back(number);
  }
  return out;
}

/// Without what people put between digits and letters: "12-34 567" and "1234567" are one number.
std::string plain(std::string_view text) {
  std::string out;
  for (const auto& word : base::words(text))
    out += word.folded;
  return out;
}

std::string digits_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (base::is_digit(c)) out += c;
  return out;
}

std::string email_of(std::string_view text) {
  std::string out = base::fold(text);
  // What stands behind a plus is the owner's own mark.
  const auto at = out.find('@'), plus = out.find('+');
  if (plus != std::string::npos && at != std::string::npos && plus > 0 && plus < at)
    out.erase(plus, at - plus);
  return out;
}

} // namespace

WordNumber Lexicon::number(std::string_view text) {
  const auto [at, fresh] = m_numbers.try_emplace(std::string(text), static_cast<WordNumber>(m_words.size()));
  if (fresh) m_words.push_back({std::string(text), to_points(text), 0});
  return at->second;
}

void Lexicon::count(const std::vector<WordNumber>& words) {
  if (words.empty()) return;
  ++m_people;
  for (const auto word : once(words))
    ++m_words[word].people;
}

double Lexicon::frequency(WordNumber word) const {
  // The two who are compared say nothing of how common it is among others.
  const double others = std::max(0.0, static_cast<double>(m_words[word].people) - 2);
  return (others + m_weight * m_usual) / (std::max(0.0, static_cast<double>(m_people) - 2) + m_weight);
}

Prepared prepare(const std::vector<Person>& people) {
  Prepared out;
  std::map<std::string, std::size_t> headings;
  out.people.reserve(people.size());
  for (const auto& person : people) {
    PreparedPerson one;
    one.name = words_of(person.name, out.names, most_name_words);
    one.org = words_of(person.org, out.orgs, most_name_words);
    for (const auto& address : person.addresses)
      if (auto words = words_of(address, out.places, most_place_words);
          !words.empty() && one.addresses.size() < most_of_a_kind)
        one.addresses.push_back(std::move(words));
    for (const auto& phone : person.phones)
      if (one.phones.size() < most_of_a_kind) one.phones.push_back(out.phones.number(phone));
    for (const auto& email : person.emails)
      if (one.emails.size() < most_of_a_kind) one.emails.push_back(out.emails.number(email_of(email)));
    // One digit too many or too few is a slip.
    if (const auto digits = digits_of(person.birthday); digits.size() >= 7 && digits.size() <= 9)
      one.birthday.push_back(out.birthdays.number(digits));
    for (const auto& [heading, text] : person.others) {
      const std::string value = plain(text);
      if (value.empty() || value.size() > longest_compared) continue;
      const auto [at, fresh] = headings.try_emplace(heading, out.headings.size());
      if (fresh && out.headings.size() == most_headings) {
        headings.erase(at);
        continue;
      }
      if (fresh) {
        out.headings.push_back(heading);
        out.others.emplace_back(0.5, 20);
      }
      one.others.emplace_back(at->second, out.others[at->second].number(value));
    }
    out.names.count(one.name);
    out.orgs.count(one.org);
    out.phones.count(one.phones);
    out.emails.count(one.emails);
    out.birthdays.count(one.birthday);
    std::vector<WordNumber> everywhere;
    for (const auto& address : one.addresses)
      everywhere.insert(everywhere.end(), address.begin(), address.end());
    out.places.count(everywhere);
    for (const auto& [heading, value] : one.others)
      out.others[heading].count({value});
    out.people.push_back(std::move(one));
  }
  // Where nearly all values are different, the heading is one of numbers that tell people apart.
  for (auto& lexicon : out.others) {
    const double share = static_cast<double>(lexicon.size()) / std::max(1.0, 1.0 * lexicon.filled());
    lexicon.expect(std::clamp(1 - share, 1.0 / 500, 0.5));
  }
  return out;
}

} // namespace crm::core
