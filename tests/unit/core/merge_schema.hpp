// A record type with a unit of every rule, stamps and short ways to read and write records, for the merge's
// tests.
#pragma once

#include "core/merge.hpp"
#include "core/problem.hpp"
#include "core/provenance.hpp"
#include "core/schema.hpp"

#include <algorithm>

namespace crm::core {

inline bool operator==(const Record& a, const Record& b) {
  return a.id == b.id && a.type == b.type && a.fields == b.fields && a.crm == b.crm;
}

} // namespace crm::core

namespace crm::core::testing {

inline Field field(std::string name, Rule rule, Shape shape = Shape::Text, std::string group = {}) {
  Field out;
  out.name = std::move(name);
  out.rule = rule;
  out.shape = shape;
  out.group = std::move(group);
  return out;
}

inline Schema visit_schema() {
  Schema schema;
  schema.type = "visit";
  schema.folder = "visits";
  schema.fields = {field("email", Rule::Latest),
                   field("start", Rule::Review, Shape::Time, "when"),
                   field("duration", Rule::Review, Shape::Period, "when"),
                   field("stage", Rule::Review),
                   field("status", Rule::States),
                   field("tags", Rule::Set, Shape::Texts),
                   field("notes", Rule::Text, Shape::Prose),
                   field("last_visit", Rule::Max, Shape::Date),
                   field("first_visit", Rule::Min, Shape::Date)};
  States states;
  states.field = "status";
  states.initial = "booked";
  states.moves = {{"booked", {"confirmed", "cancelled", "no-show", "arrived"}},
                  {"confirmed", {"arrived", "cancelled", "no-show"}},
                  {"arrived", {"done"}},
                  {"done", {}},
                  {"cancelled", {"booked"}},
                  {"no-show", {}}};
  states.rank = {"booked", "confirmed", "arrived", "no-show", "cancelled", "done"};
  schema.states = states;
  return schema;
}

inline base::Id some_id() {
  return *base::Id::parse("7f3k2m9qxv0tbn4c");
}

/// `time` milliseconds after the beginning of 2026.
inline Stamp at(long time, std::string device = "desk", std::string member = "alice") {
  return {parse_stamp_time("2026-01-01T00:00:00.000Z").value() + std::chrono::milliseconds{time},
          std::move(device), std::move(member)};
}

inline Map map(std::initializer_list<std::pair<const char*, Value>> entries) {
  Map out;
  for (const auto& [key, value] : entries)
    out.set(key, value);
  return out;
}

inline List list(std::initializer_list<const char*> items) {
  return List(items.begin(), items.end());
}

inline Record made(const Schema& schema, Map fields, Stamp stamp = at(0)) {
  return create(some_id(), schema, std::move(fields), stamp);
}

inline Record with(Record record, const Schema& schema, const char* name, Value value, const Stamp& stamp) {
  const Edit edit{name, std::move(value)};
  write(record, schema, std::span(&edit, 1), stamp);
  return record;
}

inline Record marked(Record record, const Schema& schema, Mark kind, const Stamp& stamp) {
  mark(record, schema, kind, stamp);
  return record;
}

inline Record joined(const Record& a, const Record& b, const Schema& schema) {
  return join(a, b, schema).record;
}

inline std::vector<std::string> disputed(const Record& record, const Schema& schema) {
  std::vector<std::string> out;
  for (const auto& conflict : conflicts(record, schema))
    out.push_back(conflict.unit);
  return out;
}

/// The block on one line in YAML's flow style, to compare with what the file would show.
inline std::string block(const Value& value) {
  std::string out;
  if (const auto* entries = value.if_map()) {
    for (const auto& [key, item] : *entries)
      out += (out.empty() ? "" : ", ") + key + ": " + block(item);
    return "{" + out + "}";
  }
  if (const auto* items = value.if_list()) {
    for (const auto& item : *items)
      out += (out.empty() ? "" : ", ") + block(item);
    return "[" + out + "]";
  }
  return to_text(value);
}
inline std::string block(const Record& record) {
  return block(Value(record.crm));
}

} // namespace crm::core::testing
