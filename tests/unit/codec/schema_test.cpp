#include "codec/json.hpp"
#include "codec/schema_fixture.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace crm;
using namespace crm::codec::test;
using core::Rule;
using core::Shape;

namespace {

const std::string minimal = "type: object\n"
                            "x-crm: {type: vehicle}\n"
                            "properties:\n"
                            "  plate: {type: string, maxLength: 12}\n"
                            "  name: {type: string, maxLength: 80}\n";

/// The minimal schema with these lines instead of its last one, so that they begin at line 5.
std::string with(const std::string& lines) {
  return minimal.substr(0, minimal.find("  name:")) + lines;
}
std::string with_crm(const std::string& annotations) {
  return "type: object\nx-crm: {type: vehicle, " + annotations +
         "}\nproperties:\n"
         "  plate: {type: string, maxLength: 12, x-crm: {ref: {type: resource, by: key}}}\n"
         "  name: {type: string, maxLength: 80}\n"
         "  state: {type: string, enum: [parked, driving, sold]}\n"
         "  at: {type: string, format: wall-time}\n"
         "  day: {type: string, format: date}\n"
         "  length: {type: string, format: duration}\n"
         "  notes: {type: string, x-crm: {prose: true}}\n";
}

} // namespace

TEST_CASE("A few lines are a record type") {
  const auto vehicle = schema(minimal);
  CHECK(vehicle.type == "vehicle");
  CHECK(vehicle.folder == "vehicles");
  CHECK(vehicle.title == "vehicle");
  CHECK(vehicle.version == 1);
  CHECK(vehicle.name_field == "name");
  CHECK(vehicle.columns == Names{"name"});
  CHECK(vehicle.strictness == core::Strictness::Field);
  CHECK_FALSE(vehicle.states);
  REQUIRE(vehicle.fields.size() == 2);
  CHECK(vehicle.fields[0].title == "plate");
  CHECK(vehicle.fields[0].shape == Shape::Text);
}

TEST_CASE("The record types in the how-to are record types") {
  std::ifstream in(std::string(CRM_SOURCE_DIR) + "/schemas/README.md", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::string begin = "```yaml\n", end = "```\n";
  int examples = 0;
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1), ++examples) {
    const auto from = at + begin.size();
    CHECK(schema(text.substr(from, text.find(end, from) - from)).type == "vehicle");
  }
  CHECK(examples == 2);
}

TEST_CASE("What a schema leaves out has a sensible value") {
  const auto full = schema(
      with_crm("time: day, states: {field: state, moves: {parked: [driving, sold], driving: [parked]}}"));
  CHECK(full.columns == Names{"name", "day", "state"});
  CHECK(full.states->initial == "parked");
  CHECK(full.states->rank == Names{"parked", "driving", "sold"});
  CHECK(full.states->open == Names{"parked"});
  CHECK(field(full, "notes").rule == Rule::Text);
  const auto marked = schema(with(
      "  name: {type: string, x-crm: {columns: true}}\n  seats: {type: integer, x-crm: {columns: true}}\n"));
  CHECK(marked.columns == Names{"name", "seats"});
  const auto strict = schema(with_crm("merge: record"));
  CHECK(strict.strictness == core::Strictness::Record);
  CHECK(strict.rule("record") == Rule::Review);
}

TEST_CASE("A definition can be shared within the document") {
  const auto parsed = schema(with("  name: {$ref: '#/$defs/line', title: Name}\n"
                                  "  owner: {$ref: '#/$defs/who'}\n"
                                  "$defs:\n"
                                  "  line: {type: string, maxLength: 80, title: Line}\n"
                                  "  who: {$ref: '#/$defs/line', x-crm: {ref: {type: member, by: key}}}\n"));
  CHECK(field(parsed, "name").title == "Name");
  CHECK(field(parsed, "owner").title == "Line");
  CHECK(field(parsed, "owner").ref->types == Names{"member"});
  const auto& properties = *parsed.document.if_map()->find("properties")->if_map();
  CHECK(properties.find("owner")->if_map()->find("maxLength") != nullptr);
  CHECK(codec::to_json(parsed.document).find("$ref") == std::string::npos);
}

TEST_CASE("A mistake in a schema is named by line and field, with what is allowed") {
  struct Case {
    std::string text;
    int line;
    const char *field, *message;
  };
  const Case cases[] = {
      {"- a\n", 1, "", "must be a map"},
      {"x-crm: {type: vehicle}\nproperties: {name: {type: string}}\n", 1, "type", "must be object"},
      {"type: object\nproperties: {name: {type: string}}\n", 1, "x-crm", "is not there"},
      {"type: object\nx-crm: {folder: cars}\nproperties: {name: {type: string}}\n", 2, "x-crm.type",
       "is not there"},
      {"type: object\nx-crm: {type: vehicle}\n", 1, "properties", "at least one field"},
      {"type: object\nx-crm: {type: Vehicle}\nproperties: {name: {type: string}}\n", 2, "x-crm.type",
       "lower-case"},
      {"type: object\nx-crm: {type: any}\nproperties: {name: {type: string}}\n", 2, "x-crm.type",
       "not \"any\""},
      {"type: object\nx-crm: {type: vehicle, colour: red}\nproperties: {name: {type: string}}\n", 2,
       "x-crm.colour", "must be one of type, folder"},
      {minimal + "additionalProperties: false\n", 6, "additionalProperties", "survive"},
      {minimal + "required: [name, wheels]\n", 6, "required", "not a field"},
      {minimal + "requried: [name]\n", 6, "requried", "did you mean required?"},
      // identity
      {with_crm("folder: cars/old"), 2, "x-crm.folder", "one folder"},
      {with_crm("folder: .git"), 2, "x-crm.folder", "one folder"},
      {with_crm("folder: schemas"), 2, "x-crm.folder", "taken by the store"},
      {with_crm("folder: policy"), 2, "x-crm.folder", "taken by the store"},
      {with_crm("version: 0"), 2, "x-crm.version", "1 or more"},
      {with_crm("merge: whole"), 2, "x-crm.merge", "field (each"},
      {with_crm("name: wheels"), 2, "x-crm.name", "must name a field"},
      {with_crm("name: notes"), 2, "x-crm.name", "one line of text"},
      {with_crm("name: plate"), 2, "x-crm.name", "a field called name"},
      {with_crm("key: name"), 2, "x-crm.key", "maxLength: 40"},
      {with_crm("time: name"), 2, "x-crm.time", "wall-time"},
      {with_crm("time: day, duration: length"), 2, "x-crm.duration", "format wall-time"},
      {with_crm("time: at, duration: length, busy: [name]"), 2, "x-crm.busy", "refers by key"},
      {with_crm("busy: [plate]"), 2, "x-crm.busy", "needs time and duration"},
      {with_crm("columns: [name, wheels]"), 2, "x-crm.columns", "not a field"},
      {with_crm("columns: [name, name]"), 2, "x-crm.columns", "there twice"},
      {with_crm("columns: name"), 2, "x-crm.columns", "list of words"},
      // fields
      {with("  Name: {type: string}\n"), 5, "properties.Name", "lower-case"},
      {with("  first-name: {type: string}\n"), 5, "properties.first-name", "lower-case"},
      {with("  id: {type: string}\n"), 5, "properties.id", "crm's own word"},
      {with("  crm: {type: object}\n"), 5, "properties.crm", "crm's own word"},
      {with("  type: {type: string}\n"), 5, "properties.type", "crm's own word"},
      {with("  name: {maxLength: 4}\n"), 5, "properties.name.type", "must be one of string"},
      {with("  name: {type: text}\n"), 5, "properties.name.type", "must be one of string"},
      {with("  name: {type: [string, 'null']}\n"), 5, "properties.name.type", "null needs no type"},
      {with("  name: string\n"), 5, "properties.name", "must be a schema"},
      {with("  name: {type: string, maxLenght: 4}\n"), 5, "properties.name.maxLenght",
       "did you mean maxLength?"},
      {with("  name: {type: string, maxLength: '4'}\n"), 5, "properties.name.maxLength", "whole number"},
      {with("  name: {type: string, maxLength: -4}\n"), 5, "properties.name.maxLength", "whole number"},
      {with("  name: {type: string, format: email}\n"), 5, "properties.name.format", "must be one of date"},
      {with("  name: {type: integer, format: date}\n"), 5, "properties.name.format", "type: string"},
      {with("  names: {type: array}\n"), 5, "properties.names.items", "what the list is of"},
      {with("  days: {type: array, items: {type: string, format: date}}\n"), 5,
       "properties.days.items.format", "only a field itself"},
      {with("  seats: {type: integer, enum: [2, four]}\n"), 5, "properties.seats.enum",
       "not of the field's type"},
      {with("  plan: {type: string, enum: [2, four]}\n"), 5, "properties.plan.enum", "put quotes"},
      {with("  plan: {type: string, enum: [two, two]}\n"), 5, "properties.plan.enum", "there twice"},
      {with("  plan: {type: string, enum: []}\n"), 5, "properties.plan.enum", "at least one"},
      {with("  plan: {type: string, enum: [two], default: six}\n"), 5, "properties.plan.default",
       "must be one of two"},
      {with("  seats: {type: integer, default: many}\n"), 5, "properties.seats.default", "field's type"},
      {with("  seats: {type: integer, x-crm: {prose: true}}\n"), 5, "properties.seats.x-crm.prose",
       "type: string"},
      {with("  seats: {type: integer, x-crm: {search: often}}\n"), 5, "properties.seats.x-crm.search",
       "true or false"},
      {with("  seats: {type: integer, x-crm: {colour: red}}\n"), 5, "properties.seats.x-crm.colour",
       "must be one of merge"},
      {with("  seats: {type: integer, x-crm: [merge]}\n"), 5, "properties.seats.x-crm", "must be a map"},
      {with("  name: {type: string, title: \"two\\nlines\"}\n"), 5, "properties.name.title", "one line"},
      // merging
      {with("  name: {type: string, x-crm: {merge: newest}}\n"), 5, "properties.name.x-crm.merge",
       "must be one of latest, review"},
      {with("  name: {type: string, x-crm: {merge: set}}\n"), 5, "properties.name.x-crm.merge",
       "list of strings"},
      {with("  name: {type: string, x-crm: {merge: text}}\n"), 5, "properties.name.x-crm.merge", "prose"},
      {with("  note: {type: string, x-crm: {prose: true, merge: max}}\n"), 5, "properties.note.x-crm.merge",
       "dates"},
      {with("  name: {type: string, x-crm: {merge: states}}\n"), 5, "properties.name.x-crm.merge",
       "x-crm.states"},
      {with("  name: {type: string, x-crm: {group: who}}\n"), 5, "properties.name.x-crm.group",
       "this one field only"},
      {with("  a: {type: string, x-crm: {group: plate}}\n  b: {type: string, x-crm: {group: plate}}\n"), 5,
       "properties.a.x-crm.group", "name of a field"},
      {with("  a: {type: string, x-crm: {group: deleted}}\n  b: {type: string, x-crm: {group: deleted}}\n"),
       5, "properties.a.x-crm.group", "crm's own word"},
      {with("  a: {type: string, x-crm: {group: who, merge: latest}}\n  b: {type: string, x-crm: {group: "
            "who}}\n"),
       5, "properties.a.x-crm.merge", "merges as one"},
      {"type: object\nx-crm: {type: vehicle, merge: record}\nproperties:\n  a: {type: string, x-crm: {merge: "
       "review}}\n",
       4, "properties.a.x-crm.merge", "whole record"},
      // references
      {with("  name: {type: string, x-crm: {ref: contact}}\n"), 5, "properties.name.x-crm.ref",
       "must be a map"},
      {with("  name: {type: string, x-crm: {ref: {by: id}}}\n"), 5, "properties.name.x-crm.ref",
       "needs either a type"},
      {with("  name: {type: string, x-crm: {ref: {type: Contact}}}\n"), 5, "properties.name.x-crm.ref.type",
       "record types"},
      {with("  name: {type: string, x-crm: {ref: {type: member, by: name}}}\n"), 5,
       "properties.name.x-crm.ref.by", "id or key"},
      {with("  name: {type: string, x-crm: {ref: {type: any, by: key}}}\n"), 5,
       "properties.name.x-crm.ref.by", "one type"},
      {with("  seats: {type: integer, x-crm: {ref: {type: contact}}}\n"), 5, "properties.seats.x-crm.ref",
       "type string"},
      // what could send a reader elsewhere, or keep it busy
      {with("  name: {$ref: 'https://example.com/name.json'}\n"), 5, "properties.name.$ref",
       "nothing outside"},
      {with("  name: {$ref: 'contact.yaml#/properties/name'}\n"), 5, "properties.name.$ref",
       "nothing outside"},
      {with("  name: {$ref: '#/$defs/none'}\n"), 5, "properties.name.$ref", "nothing outside"},
      {with("  name: {$ref: '#'}\n"), 5, "properties.name.$ref", "nothing outside"},
      {with("  name: {$ref: '#/$defs/a'}\n$defs:\n  a: {$ref: '#/$defs/b'}\n  b: {$ref: '#/$defs/a'}\n"), 8,
       "properties.name.$ref", "circle"},
      {with("  name: {$dynamicRef: '#x', type: string}\n"), 5, "properties.name.$dynamicRef",
       "not a keyword"},
      {with("  name: {type: string, maxLength: 9, pattern: '[a-'}\n"), 5, "properties.name.pattern",
       "not a regular expression"},
      {with("  name: {type: string, pattern: '^a$'}\n"), 5, "properties.name.pattern", "needs a maxLength"},
      {with("  name: {type: string, maxLength: 5000, pattern: '^a$'}\n"), 5, "properties.name.pattern",
       "at most 1000"},
      {with("  name: {type: string, maxLength: 40, pattern: '^(a+)+$'}\n"), 5, "properties.name.pattern",
       "too long to match"},
      {with("  data: {type: object, properties: {x: {type: string, x-crm: {merge: review}}}}\n"), 5,
       "properties.data.properties.x.x-crm", "at the field"},
  };
  for (const auto& each : cases) {
    INFO(each.text);
    const auto found = problems(each.text);
    for (const auto& problem : found)
      UNSCOPED_INFO(core::to_text(problem));
    const bool named = std::any_of(found.begin(), found.end(), [&](const core::Problem& problem) {
      return problem.file == "schemas/vehicle.yaml" && problem.line == each.line &&
             problem.field == each.field && problem.message.find(each.message) != std::string::npos;
    });
    CHECK(named);
    CHECK(found.size() == 1);
  }
}

TEST_CASE("A mistake in a state machine is named") {
  struct Case {
    const char *states, *field, *message;
  };
  const Case cases[] = {
      {"driving", "x-crm.states", "must be a map"},
      {"{moves: {parked: [sold]}}", "x-crm.states.field", "must name the field"},
      {"{field: wheels, moves: {parked: [sold]}}", "x-crm.states.field", "must name the field"},
      {"{field: name, moves: {parked: [sold]}}", "x-crm.states.field", "at least two states"},
      {"{field: state}", "x-crm.states.moves", "which states may follow"},
      {"{field: state, moves: {}}", "x-crm.states.moves", "which states may follow"},
      {"{field: state, moves: {parked: sold}}", "x-crm.states.moves.parked", "list of states"},
      {"{field: state, moves: {parked: [sunk]}}", "x-crm.states.moves.parked",
       "must be one of the states parked, driving, sold"},
      {"{field: state, moves: {sunk: [parked]}}", "x-crm.states.moves.sunk", "is not a state"},
      {"{field: state, moves: {parked: [parked]}}", "x-crm.states.moves.parked", "to itself"},
      {"{field: state, moves: {parked: [sold]}, initial: new}", "x-crm.states.initial",
       "must be one of the states"},
      {"{field: state, moves: {parked: [sold]}, rank: [parked, sold]}", "x-crm.states.rank",
       "not there: driving"},
      {"{field: state, moves: {parked: [sold]}, open: [parked, sunk]}", "x-crm.states.open",
       "must be one of the states"},
      {"{field: state, moves: {parked: [sold]}, frees: [sunk]}", "x-crm.states.frees",
       "must be one of the states"},
      {"{field: state, moves: {parked: [sold]}, verbs: {sell: gone}}", "x-crm.states.verbs.sell",
       "must be one of the states"},
      {"{field: state, moves: {parked: [sold]}, verbs: {edit: sold}}", "x-crm.states.verbs.edit",
       "every type has that verb"},
      {"{field: state, moves: {parked: [sold]}, verbs: {Sell: sold}}", "x-crm.states.verbs.Sell",
       "lower-case"},
      {"{field: state, moves: {parked: [sold]}, final: [sold]}", "x-crm.states.final",
       "must be one of field, initial"},
  };
  for (const auto& each : cases) {
    INFO(each.states);
    const auto found = problems(with_crm(std::string("states: ") + each.states));
    REQUIRE(found.size() == 1);
    CHECK(found.front().line == 2);
    CHECK(found.front().field == each.field);
    INFO(found.front().message);
    CHECK(found.front().message.find(each.message) != std::string::npos);
  }
}

TEST_CASE("All mistakes of a schema are named at once, in the order of its lines") {
  const auto found = problems("type: object\n"
                              "x-crm: {type: vehicle, columns: [wheels]}\n"
                              "properties:\n"
                              "  plate: {type: text}\n"
                              "  Name: {type: string}\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0].line == 2);
  CHECK(found[1].line == 4);
  CHECK(found[1].found == "text");
  CHECK(found[2].line == 5);
}

TEST_CASE("Definitions that stand for more than a document could hold are refused") {
  std::string text = with("  name: {$ref: '#/$defs/a0'}\n$defs:\n");
  for (int i = 0; i < 20; ++i) {
    const std::string next = std::to_string(i + 1);
    text += "  a" + std::to_string(i) + ": {allOf: [{$ref: '#/$defs/a" + next + "'}, {$ref: '#/$defs/a" +
            next + "'}]}\n";
  }
  text += "  a20: {type: string}\n";
  const auto found = problems(text);
  REQUIRE(found.size() == 1);
  CHECK(found.front().message.find("too large or too deep") != std::string::npos);
}

TEST_CASE("Hostile schema documents are refused, not followed") {
  std::string deep = with("  data: ");
  for (int i = 0; i < 200; ++i)
    deep += "{type: object, properties: {x: ";
  CHECK_FALSE(problems(deep).empty());
  CHECK_FALSE(problems(minimal + "a: &a [*a]\n").empty());
  CHECK_FALSE(problems(minimal + "type: object\n").empty());
  CHECK_FALSE(problems(std::string(300 * 1024, '#')).empty());
  CHECK_FALSE(problems("").empty());
}
