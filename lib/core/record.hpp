// One record: its fields as they are in the file, and its provenance.
#pragma once

#include "base/id.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace crm::core {

struct Schema;

/// Bytes of its file: a merge keeps what sixteen devices have written at the same time, 256 KiB each.
inline constexpr std::size_t largest_record = std::size_t{4} << 20;

struct Record {
  base::Id id;
  std::string type;
  Map fields; ///< without `id` and `crm`; known fields in schema order, then unknown ones sorted
  Map crm;    ///< the `crm:` block; read and written by core/provenance only

  /// Null when absent.
  const Value& get(std::string_view field) const;
  const std::string& text(std::string_view field) const { return get(field).string_or_empty(); }
};

/// Puts `fields` into canonical order (schema order, then unknown ones sorted) and drops nulls, and empty
/// lists.
void canonicalize(Record& record, const Schema& schema);

/// What a person calls the record: its name field, else its key, else for an appointment and the like the
/// short id.
std::string display_name(const Record& record, const Schema& schema);

} // namespace crm::core
