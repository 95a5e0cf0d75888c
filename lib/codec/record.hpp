// Records ↔ the text of their files.
#pragma once

#include "core/problem.hpp"
#include "core/record.hpp"
#include "core/schema.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crm::codec {

/// Reads and validates: well-formed, schema-valid, sound provenance, `id` as in the file's name. All
/// problems, not the first. Plain scalars take the type that the schema gives the field where the text allows
/// it (phone: 0123).
std::variant<core::Record, std::vector<core::Problem>>
parse_record(std::string_view text, const std::string& file, const core::Schema& schema);

/// The same without what only the schema wants of the values. A merge of two good writes, or a newer schema,
/// may leave a record that does not fit; it counts all the same until somebody mends it.
std::variant<core::Record, std::vector<core::Problem>>
parse_sound_record(std::string_view text, const std::string& file, const core::Schema& schema);

/// As above without any check of the content: what can be read of it. For old schema versions, `doctor` and
/// repair.
std::variant<core::Record, std::vector<core::Problem>>
read_record(std::string_view text, const std::string& file, const core::Schema& schema);

/// Against the schema (valijson), with messages that name line, field, found and allowed. `text`, which may
/// be empty, is what is edited to become the record: it gives the line numbers, and the comments that count.
std::vector<core::Problem> validate(const core::Record& record, const core::Schema& schema,
                                    const std::string& file, std::string_view text = {});

/// Canonical text of a new record: `id`, fields in schema order, unknown ones sorted, `crm`.
std::string emit_record(const core::Record& record, const core::Schema& schema);

/// The text of `old_text` brought to `record`: only the lines of entries whose values differ change; comments
/// above and behind an entry stay with it; new entries go to their canonical place. Reading the result gives
/// `record`.
std::string edit_record(std::string_view old_text, const core::Record& record, const core::Schema& schema);

} // namespace crm::codec
