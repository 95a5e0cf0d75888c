#include "core/redirect.hpp"

#include "catch.hpp"
#include "core/merge.hpp"
#include "core/provenance.hpp"

#include <map>
#include <random>
#include <set>

using namespace crm;
using namespace crm::core;

namespace {

using Graph = std::map<std::string, std::optional<Redirect>>;

Stamp stamp(int at, const std::string& device) {
  return {StampTime{std::chrono::milliseconds{1'700'000'000'000 + at}}, device, "alice"};
}

StationAt stations(const Graph& graph) {
  return [&graph](const std::string& id) {
    const auto found = graph.find(id);
    return found == graph.end() ? Station{} : Station{true, found->second};
  };
}

Landing landing(const Graph& graph, const std::string& id) {
  return follow(id, stations(graph));
}

Redirect to(const std::string& target, int at, const std::string& device = "desk") {
  return {target, stamp(at, device)};
}

Schema contact() {
  const auto field = [](std::string name, Rule rule, Shape shape) {
    Field out;
    out.name = std::move(name);
    out.rule = rule;
    out.shape = shape;
    return out;
  };
  Schema schema;
  schema.type = "contact";
  schema.fields = {field("name", Rule::Latest, Shape::Text), field("phones", Rule::Set, Shape::Texts),
                   field("owner", Rule::Review, Shape::Text), field("merged_into", Rule::Review, Shape::Text),
                   field("merged_knew", Rule::Set, Shape::Texts)};
  schema.fields[3].ref = Reference{{"contact"}, Reference::By::Id};
  return schema;
}

Record person() {
  Map fields;
  fields.set("name", "Ada");
  fields.set("phones", List{"1"});
  return create(*base::Id::parse("7f3k2m9qxv0tbn4c"), contact(), fields, stamp(0, "desk"));
}

Record merged(Record record, int at, const std::string& device) {
  const List knew = knowledge(record, contact());
  const std::vector<Edit> edits{{"merged_into", "9hq2000000000000"}, {"merged_knew", knew}};
  write(record, contact(), edits, stamp(at, device));
  return record;
}

Record edited(Record record, const std::string& field, Value value, int at, const std::string& device) {
  const std::vector<Edit> edits{{field, std::move(value)}};
  write(record, contact(), edits, stamp(at, device));
  return record;
}

} // namespace

TEST_CASE("where redirects lead") {
  struct Case {
    const char* what;
    Graph graph;
    std::string from, lands;
    bool circle, dangling;
  };
  const std::vector<Case> cases{
      {"nowhere: it counts itself", {{"a", {}}}, "a", "a", false, false},
      {"an id that nobody has leads to itself", {}, "a", "a", false, false},
      {"one merge", {{"a", {}}, {"b", to("a", 1)}}, "b", "a", false, false},
      {"the one that counts is not moved", {{"a", {}}, {"b", to("a", 1)}}, "a", "a", false, false},
      {"a chain", {{"a", {}}, {"b", to("a", 1)}, {"c", to("b", 2)}}, "c", "a", false, false},
      {"into each other: the newer merge stands",
       {{"a", to("b", 1)}, {"b", to("a", 2)}},
       "b",
       "a",
       true,
       false},
      {"… and so from the other side", {{"a", to("b", 1)}, {"b", to("a", 2)}}, "a", "a", true, false},
      {"… whichever is newer", {{"a", to("b", 2)}, {"b", to("a", 1)}}, "a", "b", true, false},
      {"at one moment, the device decides",
       {{"a", to("b", 1, "x")}, {"b", to("a", 1, "y")}},
       "b",
       "a",
       true,
       false},
      {"three in a circle", {{"a", to("b", 3)}, {"b", to("c", 1)}, {"c", to("a", 2)}}, "a", "b", true, false},
      {"a way into a circle",
       {{"a", to("b", 1)}, {"b", to("a", 2)}, {"c", to("b", 9)}},
       "c",
       "a",
       true,
       false},
      {"into itself", {{"a", to("a", 1)}}, "a", "a", true, false},
      {"into what is not there", {{"b", to("a", 1)}}, "b", "b", false, true},
      {"a chain that ends nowhere", {{"b", to("a", 1)}, {"c", to("b", 2)}}, "c", "b", false, true},
  };
  for (const auto& each : cases) {
    INFO(each.what);
    const auto found = landing(each.graph, each.from);
    CHECK(found.id == each.lands);
    CHECK(!found.cycle.empty() == each.circle);
    CHECK(found.dangling == each.dangling);
  }
}

TEST_CASE("every id of any graph lands on one that lands on itself, and no record is lost") {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    Graph graph;
    const auto count = static_cast<unsigned>(1 + random() % 7);
    for (unsigned i = 0; i < count; ++i) {
      std::optional<Redirect> redirect;
      if (random() % 4 != 0)
        redirect = to(std::string(1, static_cast<char>('a' + random() % (count + 1))),
                      static_cast<int>(random() % 3), random() % 2 == 0 ? "desk" : "tablet");
      graph.emplace(std::string(1, static_cast<char>('a' + i)), redirect);
    }
    std::set<std::string> counting;
    for (const auto& [id, redirect] : graph) {
      const auto found = landing(graph, id);
      REQUIRE(graph.contains(found.id));
      REQUIRE(landing(graph, found.id).id == found.id);
      for (const auto& member : found.cycle)
        REQUIRE(landing(graph, member).id == found.id);
      // Somebody who leads on lands where the next one does, unless this very redirect counts as none.
      if (redirect && found.id != id) REQUIRE(landing(graph, redirect->target).id == found.id);
      counting.insert(found.id);
    }
    REQUIRE(!counting.empty());
  }
}

TEST_CASE("a way that is too long ends by itself") {
  Graph graph;
  for (int i = 0; i < 2000; ++i)
    graph.emplace(std::to_string(i), to(std::to_string(i + 1), i));
  CHECK(landing(graph, "0").id == "0");
  graph.emplace("2000", std::nullopt);
  CHECK(landing(graph, "1990").id == "2000");
}

TEST_CASE("only what the merge did not know has landed") {
  const auto schema = contact();
  const Record before = edited(person(), "owner", "bob", 5, "tablet");
  CHECK(landed(before, schema).empty()); // not merged
  CHECK(landed(merged(before, 10, "desk"), schema).empty());

  // Written on another device before or after the merge, by whatever its clock says.
  const int at = GENERATE(7, 10, 20);
  const Record theirs =
      edited(edited(before, "phones", List{"1", "2"}, at, "phone"), "owner", "carol", at + 1, "phone");
  const Record ours = merged(before, 10, "desk");
  const Record both = join(ours, theirs, schema).record;
  CHECK(both.fields == join(theirs, ours, schema).record.fields);
  const auto news = landed(both, schema);
  REQUIRE(news.size() == 2);
  CHECK(news[0].unit == "phones");
  CHECK(news[0].added == std::vector<Value>{"2"});
  CHECK(news[1].unit == "owner");
  CHECK(*news[1].content.find("owner") == Value{"carol"});
  // Carried over: merged again, it is known.
  CHECK(landed(merged(both, 30, "desk"), schema).empty());
}

TEST_CASE("the same merge on two devices is no conflict, and both know what either knew") {
  const auto schema = contact();
  const Record one = edited(person(), "owner", "bob", 5, "tablet"),
               other = edited(person(), "name", "Zoe", 6, "phone");
  const Record both = join(merged(one, 10, "desk"), merged(other, 11, "office"), schema).record;
  CHECK(conflicts(both, schema).empty());
  CHECK(landed(both, schema).empty());
}

TEST_CASE("merged into two others at once, a person decides") {
  const auto schema = contact();
  const Record there = edited(merged(person(), 10, "desk"), "merged_into", "7f3k2m9qxv0tbn4d", 11, "desk");
  const Record both = join(merged(person(), 12, "tablet"), there, schema).record;
  const auto open = conflicts(both, schema);
  REQUIRE(open.size() == 1);
  CHECK(open.front().unit == "merged_into");
  CHECK(redirect_of(both)->target == "9hq2000000000000"); // the newest meanwhile
}
