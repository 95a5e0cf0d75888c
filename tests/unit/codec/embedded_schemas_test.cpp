#include "codec/schema_fixture.hpp"

#include <algorithm>
#include <functional>

using namespace crm;
using namespace crm::codec::test;
using core::Rule;
using core::Shape;

TEST_CASE("Every embedded schema is valid, and named by its type") {
  Names types;
  for (const auto& each : codec::embedded_schemas()) {
    const auto parsed = embedded(each.type);
    CHECK(parsed.type == each.type);
    CHECK(parsed.version == 1);
    CHECK_FALSE(parsed.description.empty());
    CHECK_FALSE(parsed.columns.empty());
    types.push_back(parsed.type);
  }
  std::sort(types.begin(), types.end());
  CHECK(types == Names{"absence", "appointment", "case", "contact", "deal", "hours", "member", "note",
                       "resource", "service", "task"});
}

TEST_CASE("Every field of an embedded schema has a title and bounds") {
  std::function<void(const core::Map&, const std::string&)> bounded = [&](const core::Map& node,
                                                                          const std::string& path) {
    INFO(path);
    const core::Value* type = node.find("type");
    REQUIRE(type != nullptr);
    if (*type == "string") CHECK(node.contains("maxLength"));
    if (*type == "array") {
      CHECK(node.contains("maxItems"));
      bounded(*node.find("items")->if_map(), path + "[]");
    }
    if (*type == "number" || *type == "integer")
      CHECK((node.contains("minimum") && node.contains("maximum")));
    if (const auto* properties = node.find("properties"))
      for (const auto& [name, entry] : *properties->if_map()) {
        CHECK(entry.if_map()->contains("title"));
        bounded(*entry.if_map(), path + "." + name);
      }
  };
  for (const auto& each : codec::embedded_schemas())
    bounded(*embedded(each.type).document.if_map(), std::string(each.type));
}

TEST_CASE("References of embedded schemas lead to types that exist, and by a key that they have") {
  for (const auto& each : codec::embedded_schemas()) {
    for (const auto& from : embedded(each.type).fields) {
      if (!from.ref) continue;
      INFO(each.type << "." << from.name);
      for (const auto& target : from.ref->types) {
        const auto to = embedded(target);
        CHECK((from.ref->by == core::Reference::By::Id || !to.key_field.empty()));
      }
    }
  }
}

TEST_CASE("An appointment's time and resources are one group, and it takes its member and resources") {
  const auto appointment = embedded("appointment");
  CHECK(appointment.members("when") == Names{"start", "zone", "duration", "resources", "rrule"});
  CHECK(appointment.rule("when") == Rule::Review);
  CHECK(field(appointment, "resources").rule == Rule::Review);
  CHECK(appointment.time_field == "start");
  CHECK(appointment.duration_field == "duration");
  CHECK(appointment.busy == Names{"assignee", "resources"});
  CHECK(appointment.name_field == "title");
  for (const char* name : {"start", "zone", "duration", "status"})
    CHECK(field(appointment, name).required);
  CHECK_FALSE(field(appointment, "contact").required);
  CHECK(field(appointment, "forced").shape == Shape::Object);
}

TEST_CASE("The state machines are those of the front desk") {
  struct Case {
    const char *type, *from, *to;
    bool allowed;
  };
  const Case cases[] = {
      {"appointment", "booked", "confirmed", true},
      {"appointment", "booked", "arrived", true},
      {"appointment", "booked", "done", false},
      {"appointment", "arrived", "done", true},
      {"appointment", "arrived", "cancelled", false},
      {"appointment", "cancelled", "booked", true},
      {"appointment", "no-show", "booked", true},
      {"appointment", "done", "booked", false},
      {"task", "open", "done", true},
      {"task", "done", "open", true},
      {"task", "done", "cancelled", false},
      {"deal", "proposal", "lead", true},
      {"deal", "lead", "won", true},
      {"deal", "won", "lead", false},
      {"deal", "lost", "negotiation", true},
      {"case", "resolved", "closed", true},
      {"case", "open", "closed", false},
      {"case", "closed", "open", true},
  };
  for (const auto& each : cases) {
    INFO(each.type << ": " << each.from << " to " << each.to);
    const auto states = embedded(each.type).states;
    REQUIRE(states);
    const auto* next = states->next(each.from);
    REQUIRE(next != nullptr);
    CHECK((std::find(next->begin(), next->end(), each.to) != next->end()) == each.allowed);
  }
  const auto booked = embedded("appointment");
  CHECK(booked.states->initial == "booked");
  CHECK(booked.states->rank == Names{"booked", "confirmed", "arrived", "no-show", "cancelled", "done"});
  CHECK(booked.states->open == Names{"booked", "confirmed", "arrived"});
  CHECK(booked.states->frees == Names{"cancelled", "no-show"});
  CHECK(std::find(booked.states->verbs.begin(), booked.states->verbs.end(),
                  std::pair<std::string, std::string>{"cancel", "cancelled"}) != booked.states->verbs.end());
  CHECK(field(booked, "status").rule == Rule::States);
  CHECK(field(booked, "status").initial == core::Value("booked"));
}

TEST_CASE("Rules, shapes and defaults of fields come from the document") {
  struct Case {
    const char *type, *field;
    Rule rule;
    Shape shape;
  };
  const Case cases[] = {
      {"contact", "name", Rule::Latest, Shape::Text},
      {"contact", "phones", Rule::Set, Shape::Texts},
      {"contact", "address", Rule::Latest, Shape::Prose},
      {"contact", "about", Rule::Text, Shape::Prose},
      {"contact", "consent", Rule::Review, Shape::Text},
      {"contact", "first_contact", Rule::Min, Shape::Date},
      {"contact", "last_contact", Rule::Max, Shape::Date},
      {"contact", "zone", Rule::Latest, Shape::Zone},
      {"appointment", "start", Rule::Review, Shape::Time},
      {"appointment", "duration", Rule::Review, Shape::Period},
      {"appointment", "price", Rule::Review, Shape::Number},
      {"task", "due", Rule::Latest, Shape::DateTime},
      {"deal", "stage", Rule::States, Shape::Text},
      {"resource", "capacity", Rule::Review, Shape::Integer},
      {"resource", "exclusive", Rule::Review, Shape::Boolean},
      {"service", "resources", Rule::Set, Shape::Texts},
  };
  for (const auto& each : cases) {
    const auto parsed = embedded(each.type);
    const auto& found = field(parsed, each.field);
    CHECK(found.rule == each.rule);
    CHECK(found.shape == each.shape);
  }
  CHECK(field(embedded("resource"), "capacity").initial == core::Value(1));
  CHECK(field(embedded("resource"), "exclusive").initial == core::Value(true));
  CHECK(field(embedded("task"), "priority").initial == core::Value("normal"));
  CHECK(field(embedded("contact"), "status").initial.is_null());
  CHECK(field(embedded("task"), "priority").allowed == Names{"low", "normal", "high"});
  CHECK(field(embedded("note"), "about").ref->types.empty());
  CHECK(field(embedded("task"), "assignee").ref->by == core::Reference::By::Key);
  CHECK(field(embedded("contact"), "about").search);
}
