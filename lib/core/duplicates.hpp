// Which of many people may be the same one: record linkage in the manner of Fellegi and Sunter (1969). For
// each thing that two records tell of themselves, the evidence is how much likelier it looks so for one
// person than for two, in bits; rare things that agree weigh more than common ones. How often records of one
// person differ is learned from the data itself (EM, Winkler 1988), beginning with what is usual.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace crm::core {

/// What is compared of a record. Texts as they are; empty for what is not known.
struct Person {
  std::string name, org, birthday;
  std::vector<std::string> addresses, emails;
  std::vector<std::string> phones; ///< as core::to_e164
  /// Whatever else identifies people: by its heading, like a national number.
  std::vector<std::pair<std::string, std::string>> others;
};

struct Evidence {
  enum class Kind { Same, Alike, Differs };
  std::string field; ///< "name", "phones", …, or the heading of another
  Kind kind;
  double bits;      ///< for one person when positive, against it when negative
  std::string what; ///< what agrees, as compared: "lovelace"
};
std::string_view to_text(Evidence::Kind kind); ///< "same"

struct Likeness {
  std::size_t a, b; ///< a < b, into the people
  double score;     ///< 0 to 1: how likely they are one person, given all that is in this set
  bool implied;     ///< below the wanted score by itself; both are like others of the group
  std::vector<Evidence> evidence;
};

struct Duplicates {
  std::vector<Likeness> pairs;                  ///< the likeliest first; then by their places
  std::vector<std::vector<std::size_t>> groups; ///< of two or more; sorted, by their first
};

struct DuplicateQuery {
  /// One in a hundred of the pairs proposed is wrong, where people are told apart by as much as usual.
  static constexpr double usual_score = 0.6;
  double min_score = usual_score;
  std::size_t only = no_one; ///< pairs with this one alone
  std::function<void(std::size_t done, std::size_t total)> progress{};
  static constexpr std::size_t no_one = static_cast<std::size_t>(-1);
};

/// Deterministic: a function of the people in their order. Time grows with how many share what is rare, not
/// with the square of their number.
Duplicates find_duplicates(const std::vector<Person>& people, const DuplicateQuery& query);

} // namespace crm::core
