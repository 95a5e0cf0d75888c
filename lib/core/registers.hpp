// The state of a record that joins work on: one register for each unit, read from the fields and the `crm:`
// block and rendered back without loss. Internal to core; the laws are in lib/core/README.md.
#pragma once

#include "core/provenance.hpp"
#include "core/schema.hpp"

#include <map>
#include <set>

namespace crm::core {

/// The newest time seen of each device. Covers every stamp of that device up to then.
using Seen = std::map<std::string, StampTime>;
bool covers(const Seen& seen, const Stamp& stamp);
void take(Seen& seen, const Stamp& stamp);
void take(Seen& seen, const Seen& other);

/// One of the concurrent values of a unit: its fields that are set, in schema order.
struct Version {
  Map content;
  Stamp stamp;
  friend bool operator==(const Version&, const Version&) = default;
};

/// An element of a set with one of the stamps that added it.
struct Element {
  Value value;
  Stamp stamp;
  friend bool operator==(const Element&, const Element&) = default;
};

/// One of the concurrent marks of a record: a deletion with all that it knew of the record, or its taking
/// back.
struct MarkVersion {
  Mark mark;
  Seen knew;
  Stamp stamp;
  friend bool operator==(const MarkVersion&, const MarkVersion&) = default;
};

// Total orders (the member too), so that even two contents under one stamp render the same everywhere.
struct OldestFirst {
  bool operator()(const Stamp& a, const Stamp& b) const;
};
struct NewestFirst {
  bool operator()(const Version& a, const Version& b) const;
  bool operator()(const MarkVersion& a, const MarkVersion& b) const;
};
struct ByValue {
  bool operator()(const Element& a, const Element& b) const;
};
using Stamps = std::set<Stamp, OldestFirst>;
using Versions = std::set<Version, NewestFirst>;
using Elements = std::set<Element, ByValue>;
using Marks = std::set<MarkVersion, NewestFirst>;

/// How registers of a unit meet. A unit that the schema does not know keeps all versions, as another device's
/// schema may want a person to choose; it only shows the newest.
enum class Joining { Latest, Review, Set, Greatest, Least };

struct Register {
  std::string unit;
  Joining joining = Joining::Review;
  Seen seen;         ///< Review and Set
  Versions now;      ///< all but Set; never empty
  Elements elements; ///< Set
  Stamp last;        ///< Set: the newest write
  /// What another schema wrote about the unit and this one cannot use: kept as it is.
  Versions carried;                    ///< values with fields that are not the unit's
  std::map<std::string, Stamps> added; ///< of elements, where the unit is not a set here
  friend bool operator==(const Register&, const Register&) = default;
};

struct Deletion {
  Seen seen;
  Marks now;
  friend bool operator==(const Deletion&, const Deletion&) = default;
};

struct RecordState {
  Stamp created;
  Stamps again;                ///< the later creations of a record that was made several times
  std::vector<Register> units; ///< every unit of the schema in its order, then unknown ones sorted
  Deletion deletion;
  Map other; ///< keys of the block that a later crm may bring, sorted

  Register* find(std::string_view unit);
  /// Adds the unit, unset since creation, where it is missing.
  Register& at(std::string_view unit, const Schema& schema);
  bool is_creation(const Stamp& stamp) const { return is_same(stamp, created) || again.contains(stamp); }
  friend bool operator==(const RecordState&, const RecordState&) = default;
};

/// Throws Error(InvalidData) where `check_provenance` would have found a problem with the form.
RecordState read_state(const Record& record, const Schema& schema);
/// Replaces fields and `crm:`; the same state gives the same record.
void render_state(const RecordState& state, const Schema& schema, Record& record);
/// Commutative, associative, idempotent.
RecordState join_states(const RecordState& a, const RecordState& b, const Schema& schema);

/// What a person sees of a unit: a pure function of the register.
struct View {
  Map content;
  Stamp stamp; ///< of the content; for a set the newest write
  bool conflict;
};
View view(const Register& unit, const Schema& schema);

enum class Presence { Here, Gone, Disputed };
Presence presence(const RecordState& state);
/// The newest write of each device anywhere in the record; `max` and `min` do not count.
Seen dots(const RecordState& state);
/// The greater for Greatest, the lesser for Least; null is the least of all to both.
const Value& better(Joining joining, const Value& a, const Value& b);

/// The unit that a name in the block belongs to: a field that has moved into a group counts for the group.
std::string unit_of(std::string_view name, const Schema& schema);
/// The fields that a unit may hold, in order: its members, and an unknown field of its name.
std::vector<std::string_view> own_fields(std::string_view unit, const Schema& schema);
std::vector<std::string_view> own_fields(std::string&& unit, const Schema& schema) = delete; // they view it
/// The unit of a field of the schema; as `Schema::unit`, which has to find the field first.
std::string_view unit_of(const Field& field, const Schema& schema);
bool is_known(std::string_view unit, const Schema& schema);
/// `content` in that order without nulls and empty lists; fields that are not the unit's are left out.
Map own_content(std::string_view unit, const Schema& schema, const Map& content);
/// The elements of a list, a lone value as one; sorted, each once.
std::vector<Value> elements_of(const Value& value);

/// In `also`, `written` is the stamp: a field of that name stands there as `_written`.
std::string also_key(std::string_view field);
std::string field_of_also_key(std::string_view key);

} // namespace crm::core
