// How records look in a file that leaves the store.
#pragma once

#include "core/record.hpp"
#include "core/schema.hpp"

#include <string>
#include <vector>

namespace crm::cmd {

/// All of a record, nothing but it: {"type": …, "id": …, "fields": {…}, "crm": {…}}, on one line.
/// schemas/output/export-record.json.
std::string export_line(const core::Record& record);

/// The columns of a type: id, its fields in schema order, and one for what the schema does not know.
std::vector<std::string> csv_columns(const core::Schema& schema);
/// One row, with its line break. A list is "a; b", or JSON where an element holds a semicolon; what is deeper
/// is JSON. What a spreadsheet would run is disarmed; numbers are not.
std::string csv_header(const core::Schema& schema);
std::string csv_row(const core::Record& record, const core::Schema& schema);

} // namespace crm::cmd
