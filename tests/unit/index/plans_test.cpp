// No question that a command waits for may look at every record.
#include "catch.hpp"
#include "index/naive_index.hpp"

using namespace crm;
using namespace crm::index;

namespace {

Index filled(const ScratchIndex& scratch) {
  Index index = Index::open(scratch.file());
  RandomEntries random(5);
  index.begin(Index::Fill::Fresh);
  for (int i = 0; i < 200; ++i)
    index.put(random.entry());
  index.finish("x");
  return index;
}

/// The statements that SQLite would answer by looking at a table from end to end. Of a virtual table it
/// always says SCAN: what follows "INDEX" there tells whether it searches.
std::vector<std::string> scans(const Index& index) {
  std::vector<std::string> out;
  for (const auto& plan : index.plans())
    for (const char* table :
         {"record", "link", "busy", "part VIRTUAL TABLE INDEX 0:\n", "word VIRTUAL TABLE INDEX 0:\n"})
      if ((plan + "\n").find(std::string("SCAN ") + table) != std::string::npos) out.push_back(plan);
  return out;
}

std::vector<std::string> sorts(const Index& index) {
  std::vector<std::string> out;
  for (const auto& plan : index.plans())
    if (plan.find("USE TEMP B-TREE FOR ORDER BY") != std::string::npos) out.push_back(plan);
  return out;
}

} // namespace

TEST_CASE("Lookups, parts of names, words, what is taken and references search") {
  const ScratchIndex scratch;
  const Index index = filled(scratch);
  index.by_id("0000000000000000");
  index.shortest_prefix("0000000000000000");
  for (const std::string type : {"", "contact"}) {
    index.by_prefix("0000", type, 5);
    index.by_key(type, "bob");
    index.by_key_prefix(type, "bo", 5);
    index.by_name("ada", type, 5);
    index.by_part("ada", type, 5);
    index.by_part("a", type, 5);
    index.near("adda", type, 5);
    index.referring("bob", type, 5);
  }
  index.search({{{{"ada", "love"}}, {{"bob"}}, {{"no"}, true}},
                {{.type = "contact", .target = "bob"}, {.type = "note"}}},
               [](const Row&, double) { return true; });
  index.taken("member", "bob", {});
  CHECK(scans(index) == std::vector<std::string>{});
}

TEST_CASE("A day's records are searched for, by type, state, and target") {
  const ScratchIndex scratch;
  const Index index = filled(scratch);
  for (const std::string type : {"", "appointment"})
    for (const std::string target : {"", "bob"})
      for (const auto& states : {std::vector<std::string>{}, {"open"}, {"open", "done"}})
        for (const Order order : {Order::Time, Order::TimeDescending})
          index.list({.type = type,
                      .states = states,
                      .from = 86400,
                      .to = 172800,
                      .target = target,
                      .order = order});
  CHECK(scans(index) == std::vector<std::string>{});
}

TEST_CASE("The first of a list come without a look at the rest, in every order") {
  const ScratchIndex scratch;
  const Index index = filled(scratch);
  for (const std::string type : {"", "appointment"})
    for (const Order order : {Order::Name, Order::Time, Order::TimeDescending, Order::Id}) {
      index.list({.type = type, .order = order, .limit = 5});
      if (order != Order::Time && order != Order::TimeDescending) continue;
      index.list({.type = type, .states = {"open", "done"}, .order = order, .limit = 5});
      index.list({.type = type, .states = {"open"}, .to = 200000, .order = order, .limit = 5});
    }
  CHECK(scans(index) == std::vector<std::string>{});
  CHECK(sorts(index) == std::vector<std::string>{});
}

TEST_CASE("A list by what it refers to begins with the references") {
  const ScratchIndex scratch;
  const Index index = filled(scratch);
  for (const Order order : {Order::Name, Order::Time, Order::TimeDescending, Order::Id})
    index.list({.type = "deal", .target = "bob", .order = order, .limit = 5});
  CHECK(scans(index) == std::vector<std::string>{});
}

TEST_CASE("A slip of the finger still leads to the name") {
  const ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  index.begin(Index::Fill::Fresh);
  const std::vector<std::string> names{"ada lovelace",    "grace hopper", "alan turing",
                                       "edsger dijkstra", "zoe oz",       "日本語 太郎"};
  for (std::size_t i = 0; i < 3000; ++i) {
    const std::string id = std::to_string(1000000000000000 + i);
    const std::string name = i % 500 == 0 ? names[i / 500] : "ad person " + std::to_string(i);
    index.put({.id = id,
               .type = i % 2 == 0 ? "contact" : "task",
               .path = path_of("contact", id),
               .name = name,
               .folded = name});
  }
  index.finish("x");
  const auto [typed, meant] = GENERATE(table<std::string, std::string>({{"ada lovelce", "ada lovelace"},
                                                                        {"adda lovelace", "ada lovelace"},
                                                                        {"grcae hopper", "grace hopper"},
                                                                        {"alan turnig", "alan turing"},
                                                                        {"edsgar dykstra", "edsger dijkstra"},
                                                                        {"zoe", "zoe oz"},
                                                                        {"日本語 次郎", "日本語 太郎"},
                                                                        {"hopper grace", "grace hopper"}}));
  for (const std::string type : {"contact", ""}) {
    const auto rows = index.near(typed, type, 20);
    REQUIRE(!rows.empty());
    CHECK(rows.size() <= 20);
    CHECK(rows.front().name == meant);
  }
  CHECK(index.near(typed, "appointment", 20).empty());
}

TEST_CASE("Nothing that is typed breaks the search") {
  const ScratchIndex scratch;
  Index index = Index::open(scratch.file());
  const std::string nul("ada\0love", 8), invalid = "ad\xff\xc3 x\xe6\x97";
  Entry entry{.id = "1000000000000000",
              .type = "contact",
              .path = path_of("contact", "1000000000000000"),
              .name = nul,
              .folded = nul};
  entry.state = std::string("\0", 1);
  index.begin(Index::Fill::Increment);
  index.put(entry);
  index.finish("x");
  CHECK(index.by_part(std::string("a\0l", 3), "", 5).size() == 1);
  CHECK(index.by_part("love", "", 5).size() == 1);
  CHECK(index.by_name(nul, "contact", 5).size() == 1);
  CHECK(index.by_name("ada", "contact", 5).empty());
  CHECK(index.list({.states = {entry.state}}).size() == 1);
  for (const std::string& text :
       {invalid, std::string(100000, 'a'), std::string("\""), std::string("\"\"\" OR *"),
        std::string("a\0", 2), std::string("\0\0\0", 3), std::string("   "), std::string("^ad + x")}) {
    INFO(text.substr(0, 20));
    CHECK(index.by_part(text, "", 5).empty());
    CHECK(index.by_name(text, "", 5).empty());
    CHECK_NOTHROW(index.near(text, "", 5));
    CHECK_NOTHROW(index.by_prefix(text, "", 5));
    CHECK_NOTHROW(index.by_key(text, text));
    CHECK_NOTHROW(index.shortest_prefix(text));
    CHECK_NOTHROW(index.list({.type = text, .states = {text}, .target = text}));
  }
}
