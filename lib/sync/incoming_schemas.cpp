#include "sync/incoming_schemas.hpp"

#include "base/error.hpp"
#include "store/tree_check.hpp"
#include "sync/incoming_names.hpp"

#include <optional>

namespace crm::sync {

using core::Problem;
using store::RawEntry;
using store::Visit;

std::string_view stem(std::string_view name) {
  return name.ends_with(extension) ? name.substr(0, name.size() - extension.size()) : std::string_view();
}

TheirSchemas::TheirSchemas(const store::Repository& repository, const store::Oid& theirs,
                           std::size_t most_bytes, ReadFiles& files)
    : m_repository(repository), m_read(files) {
  repository.walk_raw(theirs, "", [&](store::RawFolder& folder) {
    for (auto& entry : folder.entries) {
      entry.descend = folder.path.empty() && entry.name == schema_folder && is_folder(entry);
      const bool is_file = !folder.path.empty() && mode_problem(entry).empty() && !is_folder(entry);
      if (is_file && entry.found == RawEntry::Found::Blob && entry.size <= most_bytes &&
          name_problem(entry.name).empty() && !stem(entry.name).empty())
        m_files.emplace(stem(entry.name), File{entry.id, false, nullptr, {}});
    }
    return Visit::Continue;
  });
}

const std::vector<Problem>& TheirSchemas::problems(std::string_view type) {
  static const std::vector<Problem> none;
  const auto* file = read(type);
  return file == nullptr ? none : file->problems;
}

const core::Schema* TheirSchemas::by_folder(std::string_view folder) {
  // Nearly every folder is the type and an s: the others are read only when none is.
  if (folder.ends_with('s'))
    if (const auto* schema = schema_of(folder.substr(0, folder.size() - 1));
        schema && schema->folder == folder)
      return schema;
  for (const auto& each : m_files)
    if (const auto* schema = schema_of(each.first); schema && schema->folder == folder) return schema;
  return nullptr;
}

std::vector<std::pair<std::string, std::string>> TheirSchemas::doubles() {
  std::vector<std::pair<std::string, std::string>> out;
  std::map<std::string, std::string> owners;
  for (const auto& each : m_files)
    if (const auto* schema = schema_of(each.first))
      if (const auto [at, is_new] = owners.emplace(schema->folder, each.first); !is_new)
        out.emplace_back(each.first, at->second);
  return out;
}

const core::Schema* TheirSchemas::schema_of(std::string_view type) {
  const auto* file = read(type);
  return file == nullptr ? nullptr : file->schema;
}

const TheirSchemas::File* TheirSchemas::read(std::string_view type) {
  const auto at = m_files.find(type);
  if (at == m_files.end()) return nullptr;
  auto& file = at->second;
  if (std::exchange(file.is_read, true)) return &file;
  const std::string path = std::string(schema_folder) + "/" + at->first + std::string(extension);
  try {
    const auto& parsed = m_read.schema(path, m_repository.blob(file.blob));
    if (const auto* problems = std::get_if<std::vector<Problem>>(&parsed)) file.problems = *problems;
    file.schema = std::get_if<core::Schema>(&parsed);
  } catch (const base::Error& error) {
    file.problems = {{path, 0, "", "", error.message}};
  }
  if (file.schema != nullptr && file.schema->type != at->first)
    file.problems = {{path, 0, "x-crm.type", std::exchange(file.schema, nullptr)->type,
                      "must be \"" + at->first + "\", as the file's name says"}};
  return &file;
}

} // namespace crm::sync
