// What a record says of a file that is attached to it. Pure: the file itself lies in the store under its
// SHA-256.
#pragma once

#include "core/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crm::core {

/// Fields of this name, in any schema, list attachments: one line each, so that they merge as any set does.
inline constexpr std::string_view attachments_field = "attachments";

struct Attachment {
  std::string sha256; ///< 64 lower-case hex digits
  std::uint64_t bytes = 0;
  std::string type; ///< "application/pdf": by what the bytes are, not by the name
  std::string name; ///< a plain file name, see plain_file_name()
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

/// "9f86…0a08 48213 application/pdf signed form.pdf". Nothing for any other text.
std::string to_text(const Attachment& attachment);
std::optional<Attachment> parse_attachment(std::string_view line);
/// All of a record; lines that are none are left out.
std::vector<Attachment> attachments_of(const Record& record);

/// The last part of a path, with nothing in it that leads elsewhere or cannot be seen: no separators, control
/// characters, dots in front; at most 120 bytes, the ending kept. "file" when nothing is left.
std::string plain_file_name(std::string_view path);

/// The media type by the first bytes (and, for text, all of them): pictures, PDF, sound, film, office
/// documents, archives, text; else "application/octet-stream".
std::string_view media_type(std::string_view bytes);
/// Whether it would run: ELF, PE, Mach-O, Java classes, and scripts that begin with "#!".
bool is_program(std::string_view bytes);

} // namespace crm::core
