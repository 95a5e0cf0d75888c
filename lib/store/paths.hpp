// Every path in a store is made and checked here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace crm::store {

struct RecordPath {
  std::string folder; ///< "contacts"
  std::string id;     ///< 16 characters
};

/// "contacts/7f/7f3k2m9qxv0tbn4c.yaml".
std::string record_path(std::string_view folder, std::string_view id);
/// Nothing unless `path` is exactly what record_path() makes of a folder and an id.
std::optional<RecordPath> parse_record_path(std::string_view path);

/// Files that records name by what is in them: "attachments/9f/9f86d081…0a08", the SHA-256 of their bytes in
/// hex. What is in one never changes.
inline constexpr std::string_view attachment_folder = "attachments";
std::string attachment_path(std::string_view sha256);
/// The SHA-256. Nothing unless `path` is exactly what attachment_path() makes of one.
std::optional<std::string_view> parse_attachment_path(std::string_view path);
bool is_in_attachments(std::string_view path);

/// Bytes of a file, by where it stands.
inline constexpr std::size_t largest_attachment = std::size_t{25} << 20,
                             largest_other_file = std::size_t{1} << 20; ///< that is no record either
std::size_t largest_file(std::string_view path);

/// Why a store cannot hold that path, or "": relative, at most 4 components of [A-Za-z0-9._-]+, none of them
/// ".", "..",
/// ".git" (in any case) or one of our temporary files.
std::string path_problem(std::string_view path);
/// Throws Error(InvalidData) when there is one.
void check_path(std::string_view path);

/// The command, for people, that makes a file what the last commit has, where git's index has the edit too.
std::string taking_back(std::string_view path);

/// While a working file is written it has this name, in the same folder; a killed process may leave one.
std::string temporary_name(std::string_view file_name);
/// What git is told to ignore.
inline constexpr std::string_view temporary_pattern = ".crm-tmp-*";
bool is_temporary(std::string_view file_name);
/// What an editor or a merge tool leaves beside a file: a backup, a swap file, a lock.
bool is_leftover(std::string_view file_name);

// In <git dir>/crm, this device only:
inline constexpr std::string_view private_folder = "crm";
inline constexpr std::string_view lock_file = "lock"; ///< who is writing; empty when nobody is
inline constexpr std::string_view settled_file =
    "settled"; ///< the commit that working files and git's index follow
inline constexpr std::string_view moves_file = "moves"; ///< merges that working files may have to follow yet
inline constexpr std::string_view signers_file = "allowed_signers"; ///< the members' keys, for git
inline constexpr std::string_view joining_file = "joining";         ///< there until a clone is whole
inline constexpr std::string_view gc_file = "gc"; ///< its time is that of the last `git gc --auto`

} // namespace crm::store
