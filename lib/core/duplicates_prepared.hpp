// People as duplicates are looked for: texts parted into words, and how common each word is. Internal to
// core.
#pragma once

#include "core/duplicates.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crm::core {

using WordNumber = std::uint32_t;

/// Every different value of one kind, with the number of people who have it.
class Lexicon {
 public:
  /// `usual` is how common a value is expected to be before anything was counted, and `weight` how many
  /// people that expectation is worth.
  Lexicon(double usual, double weight) : m_usual(usual), m_weight(weight) {}

  WordNumber number(std::string_view text);
  /// Once for each person, with the words of theirs, each once.
  void count(const std::vector<WordNumber>& words);
  void expect(double usual) { m_usual = usual; }

  const std::string& text(WordNumber word) const { return m_words[word].text; }
  const std::u32string& points(WordNumber word) const { return m_words[word].points; }
  std::uint32_t people(WordNumber word) const { return m_words[word].people; }
  std::uint32_t filled() const { return m_people; } ///< who have any
  std::size_t size() const { return m_words.size(); }
  /// The chance that one more person has it, as two who may be the same have told of it.
  double frequency(WordNumber word) const;

 private:
  struct Entry {
    std::string text;
    std::u32string points;
    std::uint32_t people = 0;
  };
  double m_usual, m_weight;
  std::uint32_t m_people = 0;
  std::vector<Entry> m_words;
  std::unordered_map<std::string, WordNumber> m_numbers;
};

struct PreparedPerson {
  std::vector<WordNumber> name, org, phones, emails, birthday; ///< birthday: none or one, its digits
  std::vector<std::vector<WordNumber>> addresses;
  std::vector<std::pair<std::size_t, WordNumber>> others; ///< heading and value
};

struct Prepared {
  Lexicon names{1.0 / 300, 100}, orgs{1.0 / 50, 20}, phones{1.0 / 5000, 50}, emails{1.0 / 20000, 50},
      birthdays{1.0 / 15000, 100}, places{1.0 / 200, 100};
  std::vector<std::string> headings;
  std::vector<Lexicon> others; ///< one for each heading
  std::vector<PreparedPerson> people;
};

Prepared prepare(const std::vector<Person>& people);

/// Most words of a name, and of an address, that are looked at.
inline constexpr std::size_t most_name_words = 12, most_place_words = 30;

} // namespace crm::core
