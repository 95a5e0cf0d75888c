// What two people's records say of whether they are one: observations, and what they weigh. Internal to core.
#pragma once

#include "core/duplicates_prepared.hpp"

#include <array>

namespace crm::core {

/// How often records of one person are the same, alike or differ in a thing that both tell of.
using Habit = std::array<double, 3>; ///< by Evidence::Kind; sums to 1

/// The things that are compared; headings of others are counted from `Other` on.
enum class Thing : std::size_t { Name, Birthday, Phones, Emails, Org, Address, Other };

struct Observation {
  std::size_t thing;
  Evidence::Kind kind;
  double chance;           ///< of seeing this between two different people
  bool household;          ///< people who live or work together share it as well
  const std::string* what; ///< into the lexicon; null when nothing agrees
  double share = 1;        ///< of the whole weight, where one word is less than a name
};

class Comparison {
 public:
  explicit Comparison(const Prepared& prepared);

  /// Replaces `out`.
  void observe(std::size_t a, std::size_t b, std::vector<Observation>& out) const;

  double bits(const Observation& observation) const;
  /// How likely it is that they are one person, and that they are two of one household; the rest is chance.
  struct Chances {
    double one = 0, household = 0;
  };
  Chances chances(const std::vector<Observation>& observations) const;
  /// The logarithm of the odds that they are one person, against both.
  double log_odds(const std::vector<Observation>& observations) const;
  std::vector<Evidence> evidence(const std::vector<Observation>& observations) const;

  /// Habits as these pairs have them, each counted as much as it is likely to be one person; and how many
  /// such pairs there are, and such of one household.
  void learn(const std::vector<std::vector<Observation>>& pairs);

 private:
  void names(const PreparedPerson& a, const PreparedPerson& b, std::vector<Observation>& out) const;
  void addresses(const PreparedPerson& a, const PreparedPerson& b, std::vector<Observation>& out) const;
  void others(const PreparedPerson& a, const PreparedPerson& b, std::vector<Observation>& out) const;
  std::string field(std::size_t thing) const;

  const Prepared& m_prepared;
  std::vector<Habit> m_usual, m_habits;
  std::vector<double> m_chance_alike; ///< of each heading of others
  double m_prior;                     ///< log odds that any two are one
  double m_household;                 ///< and how many more are of one household
  struct Odds {
    double one, household; ///< logarithms, against chance
  };
  Odds odds(const std::vector<Observation>& observations) const;
};

/// 0 to 1 from log odds.
double to_score(double log_odds);

} // namespace crm::core
