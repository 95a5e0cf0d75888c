// The merge of one record: a join (commutative, associative, idempotent), pure, without a merge base.
#pragma once

#include "core/record.hpp"
#include "core/schema.hpp"
#include "core/stamp.hpp"

#include <string>
#include <vector>

namespace crm::core {

/// A unit with several concurrent values that a person must choose from.
struct Conflict {
  struct Candidate {
    Map values; ///< the unit's fields; empty for "unset". Against a deletion: what was written, null for
                ///< cleared
    Stamp stamp;
    bool deletes = false; ///< the record, in a conflict about `deletion`
    bool shown = false;   ///< the provisional value: what the record shows until somebody decides
  };
  static constexpr std::string_view deletion = "deleted";
  std::string unit;              ///< field, group, or `deletion`
  std::vector<Candidate> values; ///< newest first; against deletions what keeps the record first
};

/// One unit in which the two sides differed, and the rule that settled it.
struct Decision {
  std::string unit;
  Rule rule;
  bool conflict; ///< waits for a person
};

struct Merged {
  Record record;
  std::vector<Decision> decisions; ///< in schema order; empty when one side already held the other
  /// Then the units in which its newer value took the place of another one. Whether its writer had seen that
  /// one, only the history knows.
  std::vector<Decision> outdone;
};

/// Both must have the same id and type; throws Error(InvalidData) otherwise. Where they were made twice, the
/// older creation counts, and what the other one made counts as written then.
Merged join(const Record& a, const Record& b, const Schema& schema);

/// The known fields of a unit; one that the schema does not know is a unit of its own.
std::vector<std::string> fields_of(const std::string& unit, const Schema& schema);

/// A pure function of the record's state.
std::vector<Conflict> conflicts(const Record& record, const Schema& schema);

} // namespace crm::core
