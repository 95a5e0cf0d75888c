#include "core/duplicates.hpp"

#include "catch.hpp"
#include "core/likeness.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <set>

using namespace crm::core;

namespace {

Person named(std::string name) {
  Person out;
  out.name = std::move(name);
  return out;
}

/// A practice of people who have nothing in common, so that rare is rare.
std::vector<Person> others() {
  std::mt19937 random(5);
  const auto word = [&](std::size_t length) {
    std::string out;
    while (out.size() < length)
      out += static_cast<char>('a' + random() % 26);
    return out;
  };
  std::vector<Person> out;
  for (int i = 0; i < 200; ++i) {
    Person each = named(word(6) + " " + word(8));
    each.birthday = std::to_string(1920 + random() % 90) + "-0" + std::to_string(1 + random() % 9) + "-1" +
                    std::to_string(random() % 10);
    each.addresses = {std::to_string(1 + random() % 999) + " " + word(9) + ", " +
                      std::to_string(10000 + random() % 90000)};
    out.push_back(std::move(each));
  }
  return out;
}

/// The pair that two people make among the others, or nothing.
std::optional<Likeness> found(const Person& a, const Person& b,
                              double min_score = DuplicateQuery::usual_score) {
  auto people = others();
  people.push_back(a);
  people.push_back(b);
  for (auto& pair : find_duplicates(people, {.min_score = min_score}).pairs)
    if (pair.a == people.size() - 2 && pair.b == people.size() - 1) return pair;
  return std::nullopt;
}

} // namespace

TEST_CASE("Jaro-Winkler as in Winkler's tables") {
  const auto of = [](const char* a, const char* b) { return jaro_winkler(to_points(a), to_points(b)); };
  CHECK(of("martha", "marhta") == Approx(0.961).epsilon(0.001));
  CHECK(of("dwayne", "duane") == Approx(0.84).epsilon(0.001));
  CHECK(of("dixon", "dicksonx") == Approx(0.813).epsilon(0.001));
  CHECK(of("", "") == 1);
  CHECK(of("abc", "xyz") == 0);
}

TEST_CASE("distances are counted as far as they matter") {
  const auto of = [](const char* a, const char* b, std::size_t most) {
    return distance_within(to_points(a), to_points(b), most);
  };
  CHECK(of("ab", "ba", 2) == 1);
  CHECK(of("kitten", "sitting", 3) == 3);
  CHECK(of("kitten", "sitting", 1) == 2);
  CHECK(of("", "abc", 5) == 3);
  CHECK(is_slip(to_points("иванов"), to_points("иваонв")));
  CHECK_FALSE(is_slip(to_points("al"), to_points("el")));
  CHECK(to_points("a\xff") == U"a\xfffd");
}

TEST_CASE("words that sound alike share a code") {
  const auto of = [](const char* word) { return sound(to_points(word)); };
  CHECK(of("meyer") == of("maier"));
  CHECK(of("catherine") == of("katherine"));
  CHECK(of("robert") == of("rupert"));
  CHECK(of("ada") != of("da"));
  CHECK(of("山田") == of("山田"));
  CHECK(of("") == "");
}

TEST_CASE("one person, entered twice") {
  const auto [what, a, b] = GENERATE(table<const char*, const char*, const char*>({
      {"the same", "Josephine Quimby", "Josephine Quimby"},
      {"in another order", "Josephine Quimby", "Quimby, Josephine"},
      {"without accents", "Zoë Quimbière", "Zoe Quimbiere"},
      {"a slip", "Josephine Quimby", "Josephin Quimby"},
      {"a middle name", "Josephine Quimby", "Josephine Maria Quimby"},
      {"joined", "Mary Ann Quimby", "Maryann Quimby"},
      {"Cyrillic", "Иван Кузнецов", "Кузнецов Иван"},
      {"Chinese", "欧阳娜娜", "欧阳 娜娜"},
  }));
  INFO(what);
  CHECK(found(named(a), named(b)));
}

TEST_CASE("two people") {
  const auto [what, a, b] = GENERATE(table<const char*, const char*, const char*>({
      {"another given name", "Josephine Quimby", "Bartholomew Quimby"},
      {"another family", "Josephine Quimby", "Josephine Thorn"},
      {"nothing in common", "Josephine Quimby", "Bartholomew Thorn"},
  }));
  INFO(what);
  CHECK_FALSE(found(named(a), named(b)));
}

TEST_CASE("people who live together are not one") {
  Person a = named("Josephine Quimby"), b = named("Bartholomew Quimby");
  for (auto* each : {&a, &b}) {
    each->addresses = {"12 Elm Court\nOakville 90210"};
    each->phones = {"+442079460018"};
  }
  CHECK_FALSE(found(a, b));
  a.birthday = "1980-04-12";
  b.birthday = "1978-11-30";
  CHECK_FALSE(found(a, b));
  b.name = "J. Quimby";
  b.birthday = "1980-12-04"; // day and month in the other order
  CHECK(found(a, b));
}

TEST_CASE("a shared address for mail of many is no evidence, one's own is") {
  Person a = named("Josephine Quimby"), b = named("J Q");
  a.emails = b.emails = {"jo@quimby.example"};
  CHECK(found(a, b));
  auto people = others();
  for (auto& each : people)
    each.emails = {"info@practice.example"};
  CHECK(find_duplicates(people, {}).pairs.empty());
}

TEST_CASE("the same name with another birthday is another person") {
  Person a = named("Josephine Quimby"), b = a;
  a.birthday = "1980-04-12";
  b.birthday = "1955-09-30";
  const auto pair = found(a, b, 0.001);
  REQUIRE(pair);
  CHECK(pair->score < found(named("Josephine Quimby"), named("Josephine Quimby"))->score);
}

TEST_CASE("why is told, and adds up to for or against") {
  Person a = named("Josephine Quimby"), b = named("Josephin Quimby");
  a.birthday = b.birthday = "1980-04-12";
  a.others = b.others = {{"passport", "C01X00T47"}};
  const auto pair = found(a, b);
  REQUIRE(pair);
  CHECK(pair->score > 0.99);
  REQUIRE(pair->evidence.size() == 3);
  CHECK(pair->evidence[0].field == "name");
  CHECK(pair->evidence[0].kind == Evidence::Kind::Alike);
  CHECK(pair->evidence[1].field == "birthday");
  CHECK(pair->evidence[1].what == "19800412");
  CHECK(pair->evidence[2].field == "passport");
  for (const auto& each : pair->evidence)
    CHECK(each.bits > 0);
}

TEST_CASE("what is found does not depend on the order of the people") {
  auto people = others();
  for (int i = 0; i < 20; ++i) {
    people.push_back(people[static_cast<std::size_t>(i) * 7]);
    people.back().name += "x";
  }
  const auto names = [](const std::vector<Person>& all) {
    std::set<std::set<std::string>> out;
    for (const auto& pair : find_duplicates(all, {}).pairs)
      out.insert({all[pair.a].name, all[pair.b].name});
    return out;
  };
  const auto expected = names(people);
  CHECK(expected.size() >= 20);
  std::mt19937 random(3);
  for (int round = 0; round < 3; ++round) {
    std::shuffle(people.begin(), people.end(), random);
    CHECK(names(people) == expected);
  }
}

TEST_CASE("nobody, one, and people of whom nothing is known") {
  CHECK(find_duplicates({}, {}).pairs.empty());
  CHECK(find_duplicates({named("Ada")}, {}).pairs.empty());
  CHECK(find_duplicates(std::vector<Person>(50), {}).pairs.empty());
}
