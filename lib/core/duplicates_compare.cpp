#include "core/duplicates_compare.hpp"

#include "base/text.hpp"
#include "core/likeness.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace crm::core {
namespace {

using Kind = Evidence::Kind;
using Words = std::vector<WordNumber>;

constexpr double different = 0.97; ///< the chance that two people differ in what they both tell of
constexpr double chance_of_joined = 1.0 / 2000; ///< that two write another name with a space more
constexpr double namesakes = 0.02;              ///< two of one household with one given name
constexpr double usual_households = 3;          ///< pairs of one household for each person entered twice
constexpr double pairs_expected = 0.05;         ///< for each person, before anything was learned
constexpr double usual_weight = 20;             ///< pairs that the usual habits are worth

constexpr std::size_t at(Thing thing) {
  return static_cast<std::size_t>(thing);
}

/// That somebody else's word is a slip away: shorter words have more neighbours.
double chance_of_slip(std::size_t length) {
  constexpr double by_length[] = {0.06, 0.06, 0.06, 0.02, 0.01, 0.006, 0.004};
  return length < std::size(by_length) ? by_length[length] : 0.002;
}

/// The most that one thing may weigh: nothing is certain by itself.
double most_bits(std::size_t thing) {
  constexpr double by_thing[] = {12, 13, 12, 14, 4, 14};
  return thing < std::size(by_thing) ? by_thing[thing] : 13;
}

bool is_number(const std::u32string& word) {
  return std::all_of(word.begin(), word.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
}

/// "1985-04-12" and "1985-12-04".
bool is_day_and_month_swapped(std::u32string_view a, std::u32string_view b) {
  return a.size() == 8 && b.size() == 8 && a.substr(0, 4) == b.substr(0, 4) &&
         a.substr(4, 2) == b.substr(6, 2) && a.substr(6, 2) == b.substr(4, 2);
}

/// The rarest value that both have.
std::optional<WordNumber> rarest_shared(const Words& a, const Words& b, const Lexicon& lexicon) {
  std::optional<WordNumber> out;
  for (const auto word : a)
    if (std::find(b.begin(), b.end(), word) != b.end() &&
        (!out || lexicon.people(word) < lexicon.people(*out)))
      out = word;
  return out;
}

void remove(Words& words, WordNumber word) {
  words.erase(std::find(words.begin(), words.end(), word));
}

} // namespace

double to_score(double log_odds) {
  return 1 / (1 + std::exp2(-log_odds));
}

Comparison::Comparison(const Prepared& prepared) : m_prepared(prepared) {
  m_usual = {
      {0.87, 0.09, 0.04}, // a word of the name
      {0.92, 0.06, 0.02}, // birthday
      {0.60, 0.05, 0.35}, // phones: people have several
      {0.55, 0.05, 0.40}, // e-mail addresses, too
      {0.60, 0.15, 0.25}, // organization
      {0.60, 0.20, 0.20}, // address: people move
  };
  m_usual.resize(at(Thing::Other) + prepared.headings.size(), Habit{0.50, 0.05, 0.45});
  m_habits = m_usual;
  const double people = static_cast<double>(prepared.people.size());
  m_prior = std::log2(std::max(1.0, people * pairs_expected) / std::max(1.0, people * (people - 1) / 2));
  m_household = std::log2(usual_households);
  // How often two people's values of a heading are a slip apart is counted: numbers may be given in a row.
  for (const auto& lexicon : prepared.others) {
    constexpr std::size_t samples = 5000;
    std::size_t alike = 0;
    std::uint64_t state = 88172645463325252ULL; // xorshift (Marsaglia 2003): the same choice every time
    const auto next = [&] {
      state ^= state << 13U;
      state ^= state >> 7U;
      state ^= state << 17U;
      return static_cast<WordNumber>(state % lexicon.size());
    };
    for (std::size_t i = 0; i < samples; ++i) {
      const auto a = next(), b = next();
      alike += a != b && distance_within(lexicon.points(a), lexicon.points(b), 1) <= 1 ? 1 : 0;
    }
    m_chance_alike.push_back((static_cast<double>(alike) + 0.5) / (samples + 1));
  }
}

void Comparison::names(const PreparedPerson& a, const PreparedPerson& b,
                       std::vector<Observation>& out) const {
  const Lexicon& lexicon = m_prepared.names;
  Words rest_a = a.name, rest_b = b.name;
  const std::size_t first = out.size();
  const auto see = [&](Kind kind, double chance, const std::string* what, double share = 1) {
    out.push_back({at(Thing::Name), kind, chance, false, what, share});
  };
  for (const auto word : a.name)
    if (std::find(rest_b.begin(), rest_b.end(), word) != rest_b.end()) {
      see(Kind::Same, lexicon.frequency(word), &lexicon.text(word));
      remove(rest_a, word);
      remove(rest_b, word);
    }
  // "Jean Luc" and "Jeanluc".
  const auto joined = [&](const Words& words) {
    std::u32string whole;
    for (const auto word : words)
      whole += lexicon.points(word);
    return whole;
  };
  if (!rest_a.empty() && !rest_b.empty() && joined(rest_a) == joined(rest_b)) {
    see(Kind::Same, chance_of_joined, &lexicon.text(rest_a.front()));
    rest_a.clear();
    rest_b.clear();
  }
  // A slip in one word or another: the most alike first.
  while (!rest_a.empty() && !rest_b.empty()) {
    double best = 0;
    WordNumber one = 0, other = 0;
    for (const auto x : rest_a)
      for (const auto y : rest_b)
        if (const auto& p = lexicon.points(x), &q = lexicon.points(y); is_slip(p, q))
          if (const double alike = jaro_winkler(p, q); alike > best) best = alike, one = x, other = y;
    if (best == 0) break;
    see(Kind::Alike, chance_of_slip(std::min(lexicon.points(one).size(), lexicon.points(other).size())),
        &lexicon.text(one));
    remove(rest_a, one);
    remove(rest_b, other);
  }
  // "J." and "Jean"; "Alex" and "Alexander".
  for (std::size_t i = 0; i < rest_a.size();) {
    const auto& p = lexicon.points(rest_a[i]);
    const auto met = std::find_if(rest_b.begin(), rest_b.end(), [&](WordNumber each) {
      const auto& q = lexicon.points(each);
      const std::size_t shorter = std::min(p.size(), q.size());
      return (shorter == 1 || shorter >= 3) && (p.starts_with(q) || q.starts_with(p));
    });
    if (met == rest_b.end()) {
      ++i;
      continue;
    }
    const std::size_t shorter = std::min(p.size(), lexicon.points(*met).size());
    see(Kind::Alike, shorter == 1 ? 0.06 : 0.01, &lexicon.text(rest_a[i]));
    rest_b.erase(met);
    rest_a.erase(rest_a.begin() + static_cast<std::ptrdiff_t>(i));
  }
  // A word that both have another of differs; one that only one of them has may have been left out.
  const std::size_t both = std::min(rest_a.size(), rest_b.size());
  for (std::size_t i = 0; i < both; ++i) {
    const bool single = lexicon.points(rest_a[i]).size() == 1 && lexicon.points(rest_b[i]).size() == 1;
    see(Kind::Differs, different, nullptr, i > 0 || single ? 0.5 : 1);
  }
  if (out.size() > first && rest_a.size() != rest_b.size()) see(Kind::Alike, 1, nullptr, 0); // one says more
  // Of a household one word is shared, the family's: the rarest.
  auto family = out.end();
  for (auto each = out.begin() + static_cast<std::ptrdiff_t>(first); each != out.end(); ++each)
    if (each->kind == Kind::Same && (family == out.end() || each->chance < family->chance)) family = each;
  if (family != out.end()) family->household = true;
}

void Comparison::addresses(const PreparedPerson& a, const PreparedPerson& b,
                           std::vector<Observation>& out) const {
  const Lexicon& lexicon = m_prepared.places;
  constexpr double same_from = 0.7, alike_from = 0.35, of_dependent_words = 0.6;
  double best_share = -1, best_bits = 0;
  const std::string* what = nullptr;
  const auto weight = [&](WordNumber word) { return -std::log2(lexicon.frequency(word)); };
  for (const auto& one : a.addresses)
    for (const auto& other : b.addresses) {
      double matched = 0, of_one = 0, of_other = 0;
      const std::string* rarest = nullptr;
      double rarest_weight = 0;
      Words rest;
      for (const auto word : one) {
        of_one += weight(word);
        if (std::find(other.begin(), other.end(), word) == other.end()) {
          rest.push_back(word);
          continue;
        }
        matched += weight(word);
        if (weight(word) > rarest_weight) rarest_weight = weight(word), rarest = &lexicon.text(word);
      }
      for (const auto word : other)
        of_other += weight(word);
      for (const auto word : other) {
        if (std::find(one.begin(), one.end(), word) != one.end()) continue;
        const auto near = std::find_if(rest.begin(), rest.end(), [&](WordNumber each) {
          const auto &p = lexicon.points(word), &q = lexicon.points(each);
          return is_number(p) == is_number(q) &&
                 (is_number(p) ? p.size() >= 3 && distance_within(p, q, 1) <= 1 : is_slip(p, q));
        });
        if (near == rest.end()) continue;
        matched += 0.6 * std::min(weight(word), weight(*near));
        rest.erase(near);
      }
      const double share = matched / std::max(1e-9, std::min(of_one, of_other));
      if (share > best_share) best_share = share, best_bits = matched, what = rarest;
    }
  if (best_share < 0) return;
  const Kind kind = best_share >= same_from    ? Kind::Same
                    : best_share >= alike_from ? Kind::Alike
                                               : Kind::Differs;
  // Words of an address go together: they are less evidence than as many words that do not.
  const double chance = kind == Kind::Differs ? different : std::exp2(-of_dependent_words * best_bits);
  out.push_back({at(Thing::Address), kind, chance, true, kind == Kind::Differs ? nullptr : what});
}

void Comparison::others(const PreparedPerson& a, const PreparedPerson& b,
                        std::vector<Observation>& out) const {
  for (const auto& [heading, one] : a.others) {
    const auto met = std::find_if(b.others.begin(), b.others.end(),
                                  [&, &wanted = heading](const auto& each) { return each.first == wanted; });
    if (met == b.others.end()) continue;
    const Lexicon& lexicon = m_prepared.others[heading];
    const std::size_t thing = at(Thing::Other) + heading;
    constexpr std::size_t long_enough = 5;
    if (one == met->second)
      out.push_back({thing, Kind::Same, lexicon.frequency(one), false, &lexicon.text(one)});
    else if (const auto& p = lexicon.points(one), &q = lexicon.points(met->second);
             std::min(p.size(), q.size()) >= long_enough && distance_within(p, q, 1) <= 1)
      out.push_back({thing, Kind::Alike, m_chance_alike[heading], false, &lexicon.text(one)});
    else
      out.push_back({thing, Kind::Differs, different, false, nullptr});
  }
}

void Comparison::observe(std::size_t first, std::size_t second, std::vector<Observation>& out) const {
  out.clear();
  const PreparedPerson &a = m_prepared.people[first], &b = m_prepared.people[second];
  names(a, b, out);
  const auto shared = [&](Thing thing, const Words& one, const Words& other, const Lexicon& lexicon,
                          bool household, double chance_alike, const auto& is_alike) {
    if (one.empty() || other.empty()) return;
    if (const auto word = rarest_shared(one, other, lexicon)) {
      out.push_back({at(thing), Kind::Same, lexicon.frequency(*word), household, &lexicon.text(*word)});
      return;
    }
    for (const auto x : one)
      for (const auto y : other)
        if (is_alike(lexicon.points(x), lexicon.points(y))) {
          out.push_back({at(thing), Kind::Alike, chance_alike, household, &lexicon.text(x)});
          return;
        }
    out.push_back({at(thing), Kind::Differs, different, false, nullptr});
  };
  shared(Thing::Birthday, a.birthday, b.birthday, m_prepared.birthdays, false, 0.003,
         [](const auto& p, const auto& q) {
           return distance_within(p, q, 1) <= 1 || is_day_and_month_swapped(p, q);
         });
  shared(Thing::Phones, a.phones, b.phones, m_prepared.phones, true, 0.0005,
         [](const auto& p, const auto& q) { return p.size() >= 9 && distance_within(p, q, 1) <= 1; });
  shared(Thing::Emails, a.emails, b.emails, m_prepared.emails, false, 0.001,
         [](const std::u32string& p, const std::u32string& q) {
           const auto local = [](const std::u32string& each) {
             return std::u32string_view(each).substr(0, each.find(U'@'));
           };
           constexpr std::size_t telling = 6;
           return (local(p).size() >= telling && local(p) == local(q)) ||
                  (p.size() >= 2 * telling && distance_within(p, q, 1) <= 1);
         });
  if (!a.org.empty() && !b.org.empty()) {
    const auto word = rarest_shared(a.org, b.org, m_prepared.orgs);
    if (word && a.org.size() == b.org.size() &&
        std::is_permutation(a.org.begin(), a.org.end(), b.org.begin()))
      out.push_back(
          {at(Thing::Org), Kind::Same, m_prepared.orgs.frequency(*word), true, &m_prepared.orgs.text(*word)});
    else
      out.push_back({at(Thing::Org), word ? Kind::Alike : Kind::Differs, word ? 0.1 : different,
                     word.has_value(), word ? &m_prepared.orgs.text(*word) : nullptr});
  }
  addresses(a, b, out);
  others(a, b, out);
}

double Comparison::bits(const Observation& observation) const {
  const double habit = m_habits[observation.thing][static_cast<std::size_t>(observation.kind)];
  const double most = most_bits(observation.thing);
  return observation.share * std::clamp(std::log2(habit / observation.chance), -8.0, most);
}

Comparison::Odds Comparison::odds(const std::vector<Observation>& observations) const {
  Odds out{m_prior, m_prior + m_household};
  for (const auto& each : observations) {
    const double weight = bits(each);
    out.one += weight;
    if (each.household && weight > 0) out.household += weight;
    // People who live together are hardly ever called the same: not even by a name that many have.
    const bool called = each.thing == at(Thing::Name) && each.kind == Kind::Same && !each.household;
    if (called && each.chance > namesakes) out.household += each.share * std::log2(namesakes / each.chance);
  }
  return out;
}

double Comparison::log_odds(const std::vector<Observation>& observations) const {
  const Odds found = odds(observations);
  return found.one - std::log2(1 + std::exp2(found.household));
}

Comparison::Chances Comparison::chances(const std::vector<Observation>& observations) const {
  const Odds found = odds(observations);
  const double one = std::exp2(found.one), household = std::exp2(found.household);
  return {one / (1 + one + household), household / (1 + one + household)};
}

void Comparison::learn(const std::vector<std::vector<Observation>>& pairs) {
  std::vector<Habit> seen(m_usual.size(), Habit{});
  double together = 0, households = 0;
  for (const auto& pair : pairs) {
    const Chances likely = chances(pair);
    together += likely.one;
    households += likely.household;
    for (const auto& each : pair)
      seen[each.thing][static_cast<std::size_t>(each.kind)] += likely.one * each.share;
  }
  for (std::size_t thing = 0; thing < seen.size(); ++thing) {
    const double all = std::accumulate(seen[thing].begin(), seen[thing].end(), usual_weight);
    for (std::size_t kind = 0; kind < seen[thing].size(); ++kind)
      m_habits[thing][kind] = (seen[thing][kind] + usual_weight * m_usual[thing][kind]) / all;
  }
  const double people = static_cast<double>(m_prepared.people.size());
  const double expected = std::max(1.0, (together + people * pairs_expected) / 2);
  m_prior = std::log2(expected / std::max(1.0, people * (people - 1) / 2));
  m_household = std::log2((households + usual_weight * usual_households) / (together + usual_weight));
}

std::string Comparison::field(std::size_t thing) const {
  constexpr const char* names[] = {"name", "birthday", "phones", "emails", "org", "address"};
  return thing < std::size(names) ? names[thing] : m_prepared.headings[thing - at(Thing::Other)];
}

std::vector<Evidence> Comparison::evidence(const std::vector<Observation>& observations) const {
  std::vector<Evidence> out;
  for (const auto& each : observations) {
    if (out.empty() || out.back().field != field(each.thing))
      out.push_back({field(each.thing), each.kind, 0, ""});
    Evidence& one = out.back();
    one.bits += bits(each);
    if (each.kind != one.kind) one.kind = Kind::Alike; // some words of it agree
    if (each.what != nullptr) one.what += (one.what.empty() ? "" : " ") + *each.what;
  }
  return out;
}

} // namespace crm::core
