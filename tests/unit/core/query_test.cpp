#include "catch.hpp"

#include "core/query.hpp"

namespace crm::core {
namespace {

Schema deals() {
  Schema out;
  out.type = "deal";
  out.folder = "deals";
  out.name_field = "title";
  out.time_field = "due";
  const auto field = [&](const std::string& name, Shape shape) -> Field& {
    Field made;
    made.name = made.title = name;
    made.shape = shape;
    return out.fields.emplace_back(std::move(made));
  };
  field("title", Shape::Text).search = true;
  field("value", Shape::Number);
  field("due", Shape::DateTime);
  field("length", Shape::Period);
  field("stage", Shape::Text);
  field("tags", Shape::Texts).search = true;
  field("owner", Shape::Text).ref = Reference{{"member"}, Reference::By::Key};
  field("paid", Shape::Boolean);
  field("notes", Shape::Prose);
  States states;
  states.field = "stage";
  states.rank = {"lead", "won", "lost"};
  out.states = states;
  return out;
}

const QueryContext context{
    {LocalTime{LocalDate{std::chrono::year{2026} / 11 / 23}} + std::chrono::hours{9}, "Europe/London"},
    [](const Field&, const std::string& word) {
      return word == "bob" ? std::vector<std::string>{"bob"} : std::vector<std::string>{};
    }};

Record record() {
  Record out{*base::Id::parse("7f3k2m9qxv0tbn4c"), "deal", {}, {}};
  out.fields.set("title", "Grüße an Ada");
  out.fields.set("value", 1200.5);
  out.fields.set("due", "2026-11-24T14:00");
  out.fields.set("length", "PT45M");
  out.fields.set("stage", "won");
  out.fields.set("tags", List{"vip", "Check-up"});
  out.fields.set("owner", "bob");
  out.fields.set("paid", true);
  Map crm;
  crm.set("created", "2026-11-20T09:12:44.120Z alice@desk");
  out.crm = crm;
  return out;
}

TEST_CASE("a filter holds or does not") {
  const auto [words, holds] = GENERATE(table<std::string, bool>({
      {"ada", true},
      {"grusse", true},
      {"ada nobody", false},
      {"vip", true},
      {"-ada", false},
      {"stage:won", true},
      {"status:WON", true},
      {"stage:lead,won", true},
      {"stage:lead", false},
      {"!stage:lead", true},
      {"tag:vip", true},
      {"tags:vi", false},
      {"tags:~vi", true},
      {"tag:check-up", true},
      {"-tag:vip", false},
      {"owner:bob", true},
      {"with:bob", true},
      {"owner:none", false},
      {"owner:any", true},
      {"notes:none", true},
      {"value:1200.5", true},
      {"value:1200", false},
      {"value:>1200", true},
      {"value:>1200.5", false},
      {"value:>=1200.5", true},
      {"value:<1200.5", false},
      {"value:<=1200.5", true},
      {"value:1000..1300", true},
      {"value:..1200", false},
      {"value:1200..", true},
      {"due:tomorrow", true},
      {"due:today", false},
      {"due:<tomorrow", false},
      {"due:<=tomorrow", true},
      {"due:>today", true},
      {"due:2026-11", true},
      {"due:2026-12..", false},
      {"due:..2026-11", true},
      {"when:today..wed", true},
      {"length:45m", true},
      {"length:>1h", false},
      {"length:30m..1h", true},
      {"title:ada", true},
      {"title:=ada", false},
      {"title:=Grüße an Ada", true},
      {"paid:yes", true},
      {"paid:no", false},
      {"created:2026-11-20", true},
      {"created:>2026-11-20", false},
  }));
  INFO(words);
  const auto schema = deals();
  const auto parsed = parse_query({words}, schema, context);
  REQUIRE(std::holds_alternative<Query>(parsed));
  CHECK(matches(std::get<Query>(parsed), record(), schema, "Europe/London") == holds);
}

TEST_CASE("a word may be in the name of the record's contact") {
  auto schema = deals();
  schema.fields.push_back({});
  schema.fields.back().name = "contact";
  schema.fields.back().ref = Reference{{"contact"}, Reference::By::Id};
  auto names = context;
  names.called = [](const std::string& word) {
    return word == "hop" || word == "grace" ? std::vector<std::string>{"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"}
                                            : std::vector<std::string>{};
  };
  auto of_grace = record();
  of_grace.fields.set("contact", "bbbbbbbbbbbbbbbb");
  const auto [words, holds] = GENERATE(table<std::string, bool>({
      {"hop", true},
      {"-hop", false},
      {"grace ada", true}, // one in the contact's name, one in its own
      {"grace nobody", false},
      {"nobody", false},
  }));
  INFO(words);
  const auto parsed = parse_query({words}, schema, names);
  REQUIRE(std::holds_alternative<Query>(parsed));
  CHECK(matches(std::get<Query>(parsed), of_grace, schema, "Europe/London") == holds);
  CHECK(matches(std::get<Query>(parsed), record(), schema, "Europe/London") == (words == "-hop"));

  const auto refused = parse_query({"owner:grace"}, schema, names);
  REQUIRE(std::holds_alternative<NotAQuery>(refused));
  CHECK(std::get<NotAQuery>(refused).hint == "`contact:grace` is of the customer");
}

TEST_CASE("what is no filter is named, with what to do") {
  const auto [word, message, hint] = GENERATE(table<std::string, std::string, std::string>({
      {"stagge:won", "deal has no field \"stagge\"", "did you mean stage:?"},
      {"stage:wonn", "\"wonn\" is no stage", "did you mean won?"},
      {"value:much", "\"much\" is no number", "like value:>1000 or 100..200"},
      {"length:long", "\"long\" is no duration", "like length:>45m or 30m..1h"},
      {"value:5..1", "\"5..1\" ends before it begins", ""},
      {"owner:zoe", "no member matches \"zoe\"", ""},
      {"paid:perhaps", "\"perhaps\" is neither yes nor no", ""},
      {"title:", "\"title:\" wants a value", "`title:none` finds what has none"},
      {"tags:,", "\"tags:,\" names no value", ""},
  }));
  INFO(word);
  const auto parsed = parse_query({word}, deals(), context);
  REQUIRE(std::holds_alternative<NotAQuery>(parsed));
  CHECK(std::get<NotAQuery>(parsed).message == message);
  CHECK(std::get<NotAQuery>(parsed).hint == hint);
}

TEST_CASE("a saved text comes apart at white space, but not within quotes") {
  CHECK(split_words("tag:vip  -owner:bob") == std::vector<std::string>{"tag:vip", "-owner:bob"});
  CHECK(split_words("title:\"Ada King\" x") == std::vector<std::string>{"title:Ada King", "x"});
  CHECK(split_words("\"open end") == std::vector<std::string>{"open end"});
  CHECK(split_words("  ").empty());
}

TEST_CASE("no text makes the parser of queries fail but by saying so") {
  const auto schema = deals();
  for (const char* text : {":",
                           "::",
                           "-",
                           "!",
                           "--",
                           "value:",
                           "value:>",
                           "value:..",
                           "due:..",
                           "due:>=",
                           "tags:=",
                           "tags:~",
                           "tags:,,",
                           "@",
                           "stage:none,any",
                           "value:nan",
                           "value:inf",
                           "value:1e999",
                           "due:9999-12-31",
                           "\xff:\xff",
                           "a\n:b"}) {
    INFO(text);
    const auto parsed = parse_query({text}, schema, context);
    if (const auto* query = std::get_if<Query>(&parsed)) matches(*query, record(), schema, "Europe/London");
    if (const auto* problem = std::get_if<NotAQuery>(&parsed)) CHECK_FALSE(problem->message.empty());
  }
}

} // namespace
} // namespace crm::core
