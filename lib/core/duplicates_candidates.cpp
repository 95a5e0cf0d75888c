#include "core/duplicates_candidates.hpp"

#include "core/likeness.hpp"

#include <algorithm>
#include <cmath>

namespace crm::core {
namespace {

/// More people than that share what is no hint by itself; in pairs such things are.
constexpr std::size_t common_from = 100;

/// FNV-1a (Fowler, Noll, Vo): what two features are called, made short. A collision makes a pair a candidate
/// for no reason, and it is compared in vain.
class Hash {
 public:
  explicit Hash(std::uint64_t kind) { add(kind); }
  Hash& add(std::uint64_t number) {
    for (int i = 0; i < 8; ++i, number >>= 8U)
      mix(number & 0xffU);
    return *this;
  }
  Hash& add(std::string_view text) {
    for (const char c : text)
      mix(static_cast<unsigned char>(c));
    mix(0xff);
    return *this;
  }
  Hash& add(std::u32string_view points) {
    for (const char32_t c : points)
      add(static_cast<std::uint64_t>(c));
    return *this;
  }
  std::uint64_t value() const { return m_value; }

 private:
  void mix(std::uint64_t byte) {
    m_value ^= byte;
    m_value *= 1099511628211ULL;
  }
  std::uint64_t m_value = 14695981039346656037ULL;
};

enum FeatureKind : std::uint64_t {
  NameWord,
  NameSound,
  NamePair,
  NameAndYear,
  NameAndPlace,
  Birthday,
  BirthdayPart,
  Phone,
  PhoneEnd,
  Email,
  EmailName,
  PlaceWord,
  PlacePair,
  OtherValue,
  OtherPart
};

using Features = std::vector<std::uint64_t>;

void of_name(const Prepared& prepared, const PreparedPerson& person, Features& out) {
  std::vector<std::string> sounds;
  std::u32string_view birthday;
  if (!person.birthday.empty()) birthday = prepared.birthdays.points(person.birthday.front());
  for (const auto word : person.name) {
    sounds.push_back(sound(prepared.names.points(word)));
    out.push_back(Hash(NameWord).add(word).value());
    out.push_back(Hash(NameSound).add(sounds.back()).value());
    if (!birthday.empty())
      out.push_back(Hash(NameAndYear).add(sounds.back()).add(birthday.substr(0, 4)).value());
    for (const auto& address : person.addresses)
      for (const auto place : address)
        if (const auto& points = prepared.places.points(place);
            points.size() >= 2 && points.front() >= U'0' && points.front() <= U'9')
          out.push_back(Hash(NameAndPlace).add(sounds.back()).add(place).value());
  }
  std::sort(sounds.begin(), sounds.end());
  for (std::size_t i = 0; i < sounds.size(); ++i)
    for (std::size_t j = i + 1; j < sounds.size(); ++j)
      out.push_back(Hash(NamePair).add(sounds[i]).add(sounds[j]).value());
}

void of_contact(const Prepared& prepared, const PreparedPerson& person, Features& out) {
  constexpr std::size_t end_of_number = 7;
  for (const auto word : person.birthday) {
    const std::u32string_view day = prepared.birthdays.points(word);
    out.push_back(Hash(Birthday).add(word).value());
    out.push_back(Hash(BirthdayPart).add(1).add(day.substr(0, 6)).value());
    out.push_back(Hash(BirthdayPart).add(2).add(day.substr(4)).value());
    out.push_back(Hash(BirthdayPart).add(3).add(day.substr(0, 4)).add(day.substr(6)).value());
  }
  for (const auto word : person.phones) {
    const std::u32string_view number = prepared.phones.points(word);
    out.push_back(Hash(Phone).add(word).value());
    if (number.size() > end_of_number)
      out.push_back(Hash(PhoneEnd).add(number.substr(number.size() - end_of_number)).value());
  }
  for (const auto word : person.emails) {
    const std::u32string_view address = prepared.emails.points(word);
    out.push_back(Hash(Email).add(word).value());
    out.push_back(Hash(EmailName).add(address.substr(0, address.find(U'@'))).value());
  }
  for (const auto& address : person.addresses)
    for (std::size_t i = 0; i < address.size(); ++i) {
      out.push_back(Hash(PlaceWord).add(address[i]).value());
      if (i > 0) out.push_back(Hash(PlacePair).add(address[i - 1]).add(address[i]).value());
    }
  constexpr std::size_t worth_halving = 6;
  for (const auto& [heading, word] : person.others) {
    const std::u32string_view value = prepared.others[heading].points(word);
    out.push_back(Hash(OtherValue).add(heading).add(word).value());
    if (value.size() < worth_halving) continue;
    out.push_back(Hash(OtherPart).add(heading).add(1).add(value.substr(0, value.size() / 2)).value());
    out.push_back(
        Hash(OtherPart).add(heading).add(2).add(value.substr(value.size() - value.size() / 2)).value());
  }
}

Features features_of(const Prepared& prepared, const PreparedPerson& person) {
  Features out;
  of_name(prepared, person, out);
  of_contact(prepared, person, out);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

} // namespace

void each_candidate(const Prepared& prepared, const std::function<void(std::size_t, std::size_t)>& visit) {
  const std::size_t people = prepared.people.size();
  struct Has {
    std::uint64_t feature;
    std::uint32_t person;
    bool operator<(const Has& other) const {
      return feature != other.feature ? feature < other.feature : person < other.person;
    }
  };
  std::vector<Has> all;
  for (std::size_t i = 0; i < people; ++i)
    for (const auto feature : features_of(prepared, prepared.people[i]))
      all.push_back({feature, static_cast<std::uint32_t>(i)});
  std::sort(all.begin(), all.end());
  // For each person, where in `all` the features are that some share, and not too many.
  struct Shared {
    std::uint32_t first, end;
    float bits;
  };
  std::vector<std::vector<Shared>> of_person(people);
  for (std::size_t first = 0, end = 0; first < all.size(); first = end) {
    while (end < all.size() && all[end].feature == all[first].feature)
      ++end;
    const std::size_t count = end - first;
    if (count < 2 || count > common_from) continue;
    const auto bits = static_cast<float>(std::log2(static_cast<double>(people) / static_cast<double>(count)));
    for (std::size_t i = first; i < end; ++i)
      of_person[all[i].person].push_back(
          {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end), bits});
  }
  // One thing that few share, or two that more do: what hints at less would make pairs of everybody. In a
  // small set everything is rare, and all of them may be looked at.
  constexpr std::size_t few = 300;
  const double enough = people <= few ? 0.5 : 0.8 * std::log2(static_cast<double>(people));
  std::vector<float> weights(people, 0);
  std::vector<std::uint32_t> met;
  for (std::size_t a = 0; a < people; ++a) {
    met.clear();
    for (const auto& shared : of_person[a])
      for (std::uint32_t i = shared.first; i < shared.end; ++i) {
        const std::uint32_t b = all[i].person;
        if (b <= a) continue;
        if (weights[b] == 0) met.push_back(b);
        weights[b] += shared.bits + 0.001F;
      }
    std::sort(met.begin(), met.end());
    for (const auto b : met) {
      if (weights[b] >= enough) visit(a, b);
      weights[b] = 0;
    }
  }
}

} // namespace crm::core
