#include "core/duplicates.hpp"

#include "core/duplicates_candidates.hpp"
#include "core/duplicates_compare.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

namespace crm::core {
namespace {

constexpr int rounds_of_learning = 6;
constexpr double worth_keeping = -12; ///< log odds; pairs below are none whatever is learned

struct Pair {
  std::size_t a, b;
  double log_odds;
};

/// People put together as long as, on the average, everybody in a group is like everybody else: one false
/// pair does not make one of two groups.
class Grouping {
 public:
  Grouping(const Comparison& comparison, std::size_t people, double wanted)
      : m_comparison(comparison), m_group(people), m_wanted(wanted) {
    std::iota(m_group.begin(), m_group.end(), std::size_t{0});
  }

  void add(const std::vector<Pair>& likeliest_first) {
    for (const auto& pair : likeliest_first) {
      if (pair.log_odds < m_wanted) break;
      const std::size_t one = m_group[pair.a], other = m_group[pair.b];
      if (one == other) continue;
      const auto &ones = members(one), &others = members(other);
      double sum = 0;
      for (const auto x : ones)
        for (const auto y : others)
          sum += between(x, y);
      if (sum < m_wanted * static_cast<double>(ones.size() * others.size())) continue;
      join(std::min(one, other), std::max(one, other));
    }
  }

  const std::map<std::size_t, std::vector<std::size_t>>& groups() const { return m_members; }

 private:
  const std::vector<std::size_t>& members(std::size_t group) {
    auto& out = m_members[group];
    if (out.empty()) out.push_back(group);
    return out;
  }

  /// Neither certainty nor impossibility of one pair outweighs all the others.
  double between(std::size_t a, std::size_t b) {
    constexpr double most = 10;
    m_comparison.observe(std::min(a, b), std::max(a, b), m_observations);
    return std::clamp(m_comparison.log_odds(m_observations), -most, most);
  }

  void join(std::size_t into, std::size_t from) {
    auto& all = m_members[into];
    for (const auto each : m_members[from]) {
      all.push_back(each);
      m_group[each] = into;
    }
    m_members.erase(from);
    std::sort(all.begin(), all.end());
  }

  const Comparison& m_comparison;
  std::vector<std::size_t> m_group; ///< of each person: its smallest member
  std::map<std::size_t, std::vector<std::size_t>> m_members;
  std::vector<Observation> m_observations;
  double m_wanted;
};

void sort_likeliest_first(std::vector<Pair>& pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const Pair& x, const Pair& y) {
    return std::tie(y.log_odds, x.a, x.b) < std::tie(x.log_odds, y.a, y.b);
  });
}

} // namespace

std::string_view to_text(Evidence::Kind kind) {
  constexpr std::string_view words[] = {"same", "alike", "differs"};
  return words[static_cast<std::size_t>(kind)];
}

Duplicates find_duplicates(const std::vector<Person>& people, const DuplicateQuery& query) {
  Duplicates out;
  if (people.size() < 2) return out;
  const Prepared prepared = prepare(people);
  Comparison comparison(prepared);
  std::vector<Pair> pairs;
  std::vector<std::vector<Observation>> observed;
  std::vector<Observation> observations;
  // What is learned from all pairs holds for one of them, too: a contact has the same duplicates alone.
  each_candidate(prepared, [&](std::size_t a, std::size_t b) {
    comparison.observe(a, b, observations);
    const double odds = comparison.log_odds(observations);
    if (odds < worth_keeping) return;
    if (query.progress && pairs.size() % 1024 == 0) query.progress(a, people.size());
    pairs.push_back({a, b, odds});
    observed.push_back(observations);
  });
  for (int round = 0; round < rounds_of_learning; ++round)
    comparison.learn(observed);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    pairs[i].log_odds = comparison.log_odds(observed[i]);
  observed.clear();
  sort_likeliest_first(pairs);
  const double score = std::clamp(query.min_score, 0.001, 0.999999);
  const double wanted = std::log2(score / (1 - score));
  Grouping grouping(comparison, people.size(), wanted);
  grouping.add(pairs);
  std::vector<Pair> shown;
  for (const auto& [first, members] : grouping.groups()) {
    if (members.size() < 2) continue;
    if (query.only < people.size() && !std::binary_search(members.begin(), members.end(), query.only))
      continue;
    out.groups.push_back(members);
    for (std::size_t i = 0; i < members.size(); ++i)
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        comparison.observe(members[i], members[j], observations);
        shown.push_back({members[i], members[j], comparison.log_odds(observations)});
      }
  }
  sort_likeliest_first(shown);
  for (const auto& pair : shown) {
    if (query.only < people.size() && pair.a != query.only && pair.b != query.only) continue;
    comparison.observe(pair.a, pair.b, observations);
    out.pairs.push_back(
        {pair.a, pair.b, to_score(pair.log_odds), pair.log_odds < wanted, comparison.evidence(observations)});
  }
  return out;
}

} // namespace crm::core
