// Who looked at a record whose type says that this is noted (`x-crm: {log_reads: true}`).
#pragma once

#include "core/schema.hpp"
#include "core/stamp.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace crm::core {

bool logs_reads(const Schema& schema);

struct Read {
  StampTime at{};
  std::string member, how, type, id; ///< how: "show", "list", "edit", "export", "dupes", "merge"
};
/// "2026-11-23T09:00:00.000Z bob show case 7f3k2m9qxv0tbn4c", without a newline.
std::string to_line(const Read& read);
std::optional<Read> parse_read(std::string_view line);

} // namespace crm::core
