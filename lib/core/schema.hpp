// What a record type means: fields, rules of merging, references, states. Made from a schema document by
// `make_schema`; the text of the document is codec's business.
#pragma once

#include "core/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core {

/// How concurrent writes to a field meet; see lib/core/merge.hpp.
enum class Rule { Latest, Review, Set, Text, States, Max, Min };
std::string_view to_text(Rule rule); ///< "latest": as schemas write it

/// How strict a type is: each field by its own rule, or the whole record as one group (`merge: record`).
enum class Strictness { Field, Record };

/// What the text of a field holds, from JSON Schema's `type` and `format`.
enum class Shape {
  Text,  ///< one line
  Prose, ///< several lines (`x-crm: {prose: true}`)
  Integer,
  Number,
  Boolean,
  Date, ///< 2026-11-24 (`format: date`)
  Time, ///< wall time 2026-11-24T14:00, an offset only where the clock shows it twice (`format: wall-time`)
  DateTime, ///< Date or Time, as with a task's due (`format: date-or-wall-time`)
  Zone,     ///< IANA name (`format: zone`)
  Period,   ///< ISO 8601 duration (`format: duration`)
  Texts,    ///< a list of strings
  Object,   ///< anything deeper
};

struct Reference {
  enum class By { Id, Key };
  std::vector<std::string> types; ///< "contact", …; empty means any type
  By by = By::Id;
};

struct Field {
  std::string name;
  std::string title; ///< heading for people; the name when the schema gives none
  std::string description;
  std::string group; ///< "" when the field stands alone
  Rule rule = Rule::Latest;
  Shape shape = Shape::Text;
  bool required = false;
  bool search = false;
  bool encrypt = false;
  std::vector<std::string> allowed; ///< the enum, empty when free
  Value initial;                    ///< the schema's default for a new record; null when it gives none
  std::optional<Reference> ref;     ///< of the field itself, or of a list's elements
};

struct States {
  struct Move {
    std::string from;
    std::vector<std::string> to;
  };
  std::string field;
  std::string initial;
  std::vector<Move> moves;
  std::vector<std::string>
      rank; ///< every state, from least to most advanced: the provisional one is the last
  std::vector<std::string> open;  ///< states in which the record still wants something from somebody
  std::vector<std::string> frees; ///< states in which the record takes no time (cancelled, no-show)
  std::vector<std::pair<std::string, std::string>> verbs; ///< "cancel" → "cancelled"

  /// Null for no state of it.
  const std::vector<std::string>* next(std::string_view from) const;
  /// By one move. What an earlier schema allowed, and this one has not, may become any state.
  bool allows(std::string_view from, std::string_view to) const;
  /// One move or several.
  bool reaches(std::string_view from, std::string_view to) const;
};

struct Schema {
  std::string type;   ///< "appointment"
  std::string folder; ///< "appointments"
  std::string title;
  std::string description;
  int version = 1;
  Strictness strictness = Strictness::Field;
  std::vector<Field> fields;  ///< schema order, without `id` and `crm`
  std::string name_field;     ///< what a person calls the record ("name", "title"); may be ""
  std::string key_field;      ///< a short unique handle ("room-2"); may be ""
  std::string time_field;     ///< the field by which lists are ordered ("start", "due", "at"); may be ""
  std::string duration_field; ///< with time_field: the record takes time ("duration"); may be ""
  std::vector<std::string>
      busy; ///< fields whose references are taken for that time ("assignee", "resources")
  std::vector<std::string> columns; ///< table columns
  std::optional<States> states;
  Value document; ///< the JSON Schema itself, for validation and editors

  const Field* find(std::string_view field) const;
  /// The group's name if the field is in one, else the field itself: the unit of stamps and of merging.
  /// With Strictness::Record it is "record" for every field. Unknown fields are units of their own.
  std::string unit(std::string_view field) const;
  /// The known fields of a unit in schema order.
  std::vector<std::string> members(std::string_view unit) const;
  /// The rule of a unit: groups merge as Review; unknown fields as Latest.
  Rule rule(std::string_view unit) const;
  /// So is a state that an earlier schema allowed and this one has not: somebody has to look at it.
  bool is_open(std::string_view state) const;
};

} // namespace crm::core
