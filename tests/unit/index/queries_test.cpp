// Every question against the naive index, over random stores with replacements, deletions and collisions.
#include "base/text.hpp"
#include "catch.hpp"
#include "index/naive_index.hpp"
#include "index/trigrams.hpp"

#include <set>

using namespace crm;
using namespace crm::index;

namespace {

/// The same content in both, written by several increments, some of them begun anew.
void fill(Index& index, NaiveIndex& naive, RandomEntries& random, std::size_t operations) {
  for (std::size_t done = 0; done < operations;) {
    if (random.below(8) == 0) {
      index.begin(Index::Fill::Fresh);
      for (const auto& [id, entry] : naive.entries())
        index.put(entry);
    } else {
      index.begin(Index::Fill::Increment);
    }
    for (std::size_t batch = 1 + random.below(30); batch > 0; --batch, ++done) {
      const auto some = [&] {
        return std::next(naive.entries().begin(),
                         static_cast<std::ptrdiff_t>(random.below(naive.entries().size())))
            ->second;
      };
      if (!naive.entries().empty() && random.below(5) == 0) {
        const std::string path = some().path;
        index.erase_path(path);
        naive.erase_path(path);
      } else {
        const bool again = !naive.entries().empty() && random.below(2) == 0;
        const Entry entry = again ? random.edited(some()) : random.entry();
        index.put(entry);
        naive.put(entry);
      }
    }
    index.finish("after " + std::to_string(done));
  }
}

struct Both {
  explicit Both(unsigned seed, std::size_t operations = 250)
      : random(seed), index(Index::open(scratch.file())) {
    fill(index, naive, random, operations);
  }
  ScratchIndex scratch;
  RandomEntries random;
  NaiveIndex naive;
  Index index;
};

std::vector<Entry> first(std::vector<Entry> entries, std::size_t limit) {
  if (limit != 0 && entries.size() > limit) entries.resize(limit);
  return entries;
}

bool of(const Entry& entry, const std::string& type) {
  return type.empty() || entry.type == type;
}

} // namespace

TEST_CASE("A record is found by its id, by a prefix and by its key") {
  Both both(GENERATE(range(1U, 7U)));
  for (int round = 0; round < 60; ++round) {
    const std::string id = both.random.id(), prefix = id.substr(0, both.random.below(14)),
                      key = both.random.target();
    const std::string type = both.random.below(3) == 0 ? "" : both.random.type();
    const std::size_t limit = both.random.below(5);
    INFO(id << " " << prefix << " " << key << " " << type << " " << limit);

    const auto by_id = both.index.by_id(id);
    const auto known = both.naive.entries().find(id);
    REQUIRE(by_id.has_value() == (known != both.naive.entries().end()));
    if (by_id) CHECK(show(*by_id) == show(known->second));

    CHECK(show_all(both.index.by_prefix(prefix, type, limit)) ==
          show_all(first(
              both.naive.choose([&](const Entry& e) { return of(e, type) && e.id.starts_with(prefix); }),
              limit)));

    auto keyed = both.naive.choose([&](const Entry& e) { return e.type == type && e.key == key; });
    std::stable_sort(keyed.begin(), keyed.end(),
                     [](const Entry& a, const Entry& b) { return a.deleted < b.deleted; });
    const auto by_key = both.index.by_key(type, key);
    REQUIRE(by_key.has_value() == !keyed.empty());
    if (by_key) CHECK(show(*by_key) == show(keyed.front()));
    CHECK_FALSE(both.index.by_key(type, "").has_value());

    const std::string start = key.substr(0, both.random.below(3));
    auto begun = both.naive.choose([&](const Entry& e) {
      return e.type == type && !e.deleted && !e.key.empty() && e.key.starts_with(start);
    });
    std::stable_sort(begun.begin(), begun.end(),
                     [](const Entry& a, const Entry& b) { return a.key < b.key; });
    CHECK(show_all(both.index.by_key_prefix(type, start, limit)) == show_all(first(begun, limit)));
  }
}

TEST_CASE("The shortest prefix of an id is one that no other record has") {
  Both both(GENERATE(range(11U, 14U)));
  const auto others = [&](const std::string& id, const std::string& prefix) {
    return both.naive.choose([&](const Entry& e) { return e.id != id && e.id.starts_with(prefix); }).size();
  };
  std::vector<std::string> ids{both.random.id(), both.random.id()};
  for (const auto& [id, entry] : both.naive.entries())
    ids.push_back(id);
  for (const auto& id : ids) {
    const std::size_t length = both.index.shortest_prefix(id);
    INFO(id << " " << length);
    REQUIRE(length >= 4);
    CHECK(others(id, id.substr(0, length)) == 0);
    if (length > 4) CHECK(others(id, id.substr(0, length - 1)) > 0);
  }
  // Asked for together: a few, and so many that all ids are gone through.
  ids.erase(ids.begin(), ids.begin() + 2);
  for (const std::size_t times : {1U, 600U}) {
    std::vector<std::string> many;
    for (std::size_t i = 0; i < times; ++i)
      many.insert(many.end(), ids.begin(), ids.end());
    const auto lengths = both.index.shortest_prefixes(many);
    REQUIRE(lengths.size() == many.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
      CHECK(lengths[many.size() - ids.size() + i] == both.index.shortest_prefix(ids[i]));
  }
}

TEST_CASE("Names are found exactly and by any part, whatever characters are in them") {
  Both both(GENERATE(range(21U, 27U)));
  for (int round = 0; round < 80; ++round) {
    const std::string name = both.random.name(), type = both.random.below(2) == 0 ? "" : both.random.type();
    const std::string part = both.random.piece(name);
    const std::size_t limit = both.random.below(6);
    INFO("\"" << name << "\" \"" << part << "\" " << type << " " << limit);
    const auto live = [&](const Entry& e) { return of(e, type) && !e.deleted && !e.folded.empty(); };

    CHECK(show_all(both.index.by_name(name, type, limit)) ==
          show_all(
              first(both.naive.choose([&](const Entry& e) { return live(e) && e.folded == name; }), limit)));

    std::vector<Entry> parts;
    if (base::characters(part) >= 3) {
      parts = both.naive.choose(
          [&](const Entry& e) { return live(e) && e.folded.find(part) != std::string::npos; });
      NaiveIndex::sort(parts, Order::Name);
    } else if (!part.empty()) {
      parts = both.naive.choose([&](const Entry& e) { return live(e) && e.folded.starts_with(part); });
      NaiveIndex::sort(parts, Order::Name);
      auto words = both.naive.choose([&](const Entry& e) {
        return live(e) && !e.folded.starts_with(part) && e.folded.find(" " + part) != std::string::npos;
      });
      NaiveIndex::sort(words, Order::Name);
      parts.insert(parts.end(), words.begin(), words.end());
    }
    CHECK(show_all(both.index.by_part(part, type, limit)) == show_all(first(parts, limit)));
  }
}

TEST_CASE("Lists are filtered, ordered and limited as asked") {
  Both both(GENERATE(range(31U, 43U)));
  for (int round = 0; round < 150; ++round) {
    Query query;
    query.type = both.random.below(3) == 0 ? "" : both.random.below(20) == 0 ? "unknown" : both.random.type();
    for (std::size_t states = both.random.below(4); states > 0; --states)
      query.states.push_back(both.random.state());
    if (both.random.below(2) == 0)
      query.from = both.random.time() + static_cast<std::int64_t>(both.random.below(3)) - 1;
    if (both.random.below(2) == 0)
      query.to = both.random.time() + static_cast<std::int64_t>(both.random.below(3)) - 1;
    if (both.random.below(3) == 0) query.target = both.random.target();
    query.deleted = both.random.below(5) == 0;
    query.order = both.random.one_of<Order>({Order::Name, Order::Time, Order::TimeDescending, Order::Id});
    query.limit = both.random.below(8);
    INFO("type " << query.type << " states " << query.states.size() << " from " << query.from.value_or(-9)
                 << " to " << query.to.value_or(-9) << " target " << query.target << " deleted "
                 << query.deleted << " order " << static_cast<int>(query.order) << " limit " << query.limit);
    const auto expected = both.naive.list(query);
    CHECK(show_all(both.index.list(query)) == show_all(expected));
    CHECK(both.index.count(query) == static_cast<std::int64_t>(expected.size()));
  }
}

TEST_CASE("More states and types than are worth merging are answered all the same") {
  ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  NaiveIndex naive;
  RandomEntries random(7);
  index.begin(Index::Fill::Fresh);
  for (int i = 0; i < 300; ++i) {
    Entry entry = random.entry();
    entry.type += std::to_string(i % 130);
    entry.path = path_of(entry.type, entry.id);
    index.put(entry);
    naive.put(entry);
  }
  index.finish("many types");
  for (const Order order : {Order::Name, Order::Time, Order::TimeDescending, Order::Id})
    for (const std::string target : {"", "bob"})
      for (const bool ranged : {false, true}) {
        Query query{.states = {"open", "done"}, .target = target, .order = order};
        if (ranged) query.from = 86400, query.to = 400000;
        CHECK(show_all(index.list(query)) == show_all(naive.list(query)));
      }
  std::vector<std::string> states;
  for (int i = 0; i < 3000; ++i)
    states.push_back("state " + std::to_string(i));
  states.push_back("open");
  const Query query{.type = "deal5", .states = states};
  CHECK(show_all(index.list(query)) == show_all(naive.list(query)));
  const auto named = naive.choose([](const Entry& e) { return !e.deleted && e.folded == "ada"; });
  CHECK(show_all(index.by_name("ada", "", 0)) == show_all(named));
}

TEST_CASE("A visit that has seen enough ends the list") {
  Both both(3);
  std::size_t seen = 0;
  both.index.each({}, [&](const Row&) { return ++seen < 3; });
  CHECK(seen == 3);
}

TEST_CASE("A visit may ask the index, even the same question") {
  Both both(4);
  const auto all = both.index.list({.order = Order::Id});
  std::size_t seen = 0;
  both.index.each({.order = Order::Id}, [&](const Row& row) {
    CHECK(show(row) == show(all[seen++]));
    CHECK(both.index.list({.order = Order::Id}).size() == all.size());
    CHECK(both.index.by_id(row.id).has_value());
    return seen < 5;
  });
  CHECK(seen == 5);
}

TEST_CASE("What is taken is exactly what overlaps, however long it is") {
  Both both(GENERATE(range(51U, 57U)));
  for (int round = 0; round < 80; ++round) {
    const std::string kind = both.random.one_of<std::string>({"member", "resource"}),
                      key = both.random.target();
    const core::Instant from{std::chrono::seconds{both.random.time()}};
    const core::Interval time{from, from + std::chrono::hours{both.random.one_of<int>({0, 1, 12, 30, 200})}};
    std::vector<std::string> expected, found;
    for (const auto& [id, entry] : both.naive.entries()) {
      std::set<std::string> once;
      for (const auto& busy : entry.busy)
        if (busy.kind == kind && busy.key == key && busy.time.overlaps(time))
          once.insert(std::to_string(busy.time.from.time_since_epoch().count()) + " " + id + " " +
                      std::to_string(busy.time.to.time_since_epoch().count()));
      expected.insert(expected.end(), once.begin(), once.end());
    }
    std::int64_t last = std::numeric_limits<std::int64_t>::min();
    for (const auto& taken : both.index.taken(kind, key, time)) {
      CHECK(taken.kind == kind);
      CHECK(taken.key == key);
      CHECK(taken.time.from.time_since_epoch().count() >= last);
      last = taken.time.from.time_since_epoch().count();
      found.push_back(std::to_string(last) + " " + taken.id + " " +
                      std::to_string(taken.time.to.time_since_epoch().count()));
    }
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    CHECK(found == expected);
  }
}

TEST_CASE("A day at either end of time is a day") {
  ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  constexpr auto earliest = std::numeric_limits<std::int64_t>::min(),
                 latest = std::numeric_limits<std::int64_t>::max();
  index.begin(Index::Fill::Increment);
  Entry entry{.id = "0000000000000000",
              .type = "appointment",
              .path = path_of("appointment", "0000000000000000"),
              .from = earliest,
              .to = latest};
  entry.busy.push_back(
      {"member",
       "bob",
       {core::Instant{std::chrono::seconds{earliest}}, core::Instant{std::chrono::seconds{latest}}}});
  index.put(entry);
  index.finish("x");
  CHECK(index.list({.from = earliest, .to = latest}).size() == 1);
  CHECK(index.list({.from = 0, .to = 1, .order = Order::Time}).size() == 1);
  CHECK(
      index.taken("member", "bob", {core::Instant{std::chrono::seconds{earliest}}, core::Instant{}}).size() ==
      1);
}

TEST_CASE("References are found once each, the newest first") {
  Both both(GENERATE(range(61U, 65U)));
  for (int round = 0; round < 40; ++round) {
    const std::string target = both.random.target(),
                      type = both.random.below(3) == 0 ? "" : both.random.type();
    const std::size_t limit = both.random.below(6);
    auto expected =
        both.naive.choose([&](const Entry& e) { return of(e, type) && NaiveIndex::refers(e, target); });
    NaiveIndex::sort(expected, Order::TimeDescending);
    CHECK(show_all(both.index.referring(target, type, 0)) == show_all(expected));
    CHECK(show_all(both.index.referring(target, type, limit)) == show_all(first(expected, limit)));
  }
}

TEST_CASE("Sums keep states and currencies apart and add numbers alone") {
  Both both(GENERATE(range(71U, 74U)));
  std::map<std::pair<std::string, std::string>, std::pair<std::int64_t, double>> expected;
  for (const auto& entry : both.naive.choose([](const Entry& e) { return e.type == "deal" && !e.deleted; })) {
    const bool pounds = entry.data.find("GBP") != std::string::npos,
               euros = entry.data.find("EUR") != std::string::npos;
    auto& sum = expected[{entry.state, pounds ? "GBP" : euros ? "EUR" : ""}];
    sum.first += 1;
    sum.second += entry.data.find(":1") != std::string::npos     ? 1
                  : entry.data.find(":2.5") != std::string::npos ? 2.5
                                                                 : 0;
  }
  const auto sums = both.index.sums("deal", "value");
  REQUIRE(sums.size() == expected.size());
  for (const auto& sum : sums) {
    INFO(sum.group << " " << sum.unit);
    REQUIRE(expected.contains({sum.group, sum.unit}));
    CHECK(sum.count == expected[{sum.group, sum.unit}].first);
    CHECK(sum.sum == expected[{sum.group, sum.unit}].second);
  }
  for (const std::string odd : {"va\"lue", "", "$.value", "value.x", "#-1", "val\\ue"})
    for (const auto& sum : both.index.sums("deal", odd))
      CHECK(sum.sum == 0);
}
