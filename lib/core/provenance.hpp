// The `crm:` block of a record: who wrote what, and all the state that merging needs. Format and laws:
// lib/core/README.md.
#pragma once

#include "core/record.hpp"
#include "core/stamp.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace crm::core {

struct Schema;
struct Problem;

struct Edit {
  std::string field;
  Value value; ///< null unsets. For a set field: the whole new list
};

/// A new record made by `stamp`: one line of provenance.
Record create(base::Id id, const Schema& schema, Map fields, const Stamp& stamp);

/// Writes fields with one stamp, replacing what this device shows of them, concurrent values included. A
/// field of a group stamps its group. Edits that change nothing stamp nothing, unless they decide a conflict.
/// Returns the units written, in schema order.
std::vector<std::string> write(Record& record, const Schema& schema, std::span<const Edit> edits,
                               const Stamp& stamp);

/// The same by somebody who has not seen what the record shows of these units (a calendar elsewhere): what a
/// person must choose from is kept beside it, as a join keeps what two devices wrote. The stamp is of a
/// device that has written nothing here by itself. A field of a group that is not named is as the record
/// shows it.
std::vector<std::string> write_beside(Record& record, const Schema& schema, std::span<const Edit> edits,
                                      const Stamp& stamp);

/// Deleting is a mark that remembers all stamps it knew of the record. `Undelete` takes the mark back.
enum class Mark { Delete, Undelete };
void mark(Record& record, const Schema& schema, Mark mark, const Stamp& stamp);
bool is_deleted(const Record& record, const Schema& schema);

Stamp created(const Record& record);
/// The newest stamp of a unit (field or group); the created stamp when it was not written since.
Stamp changed(const Record& record, std::string_view unit);
/// The stamps of those who added an element of a set field; none where it was there from the creation on.
std::vector<Stamp> additions(const Record& record, std::string_view field, const Value& element);
/// The newest stamp anywhere in the record.
Stamp newest(const Record& record);

/// `crm.comments`, what is known of the comments of the record's file, as the block of a record that has a
/// set for each entry with comments. Which elements there are, the file says (lib/sync/comments.hpp).
Record comments_record(const Record& record);
/// From the block of such a record; without one there are no stamps.
void set_comments(Record& record, Map crm);

/// What is wrong with the block: unreadable stamps, unknown keys, too many values. Empty when it is sound.
std::vector<Problem> check_provenance(const Record& record, const Schema& schema);

} // namespace crm::core
