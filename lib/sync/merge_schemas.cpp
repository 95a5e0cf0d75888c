#include "sync/merge_schemas.hpp"

#include <algorithm>
#include <set>

namespace crm::sync {
namespace {

constexpr std::string_view schemas = "schemas/", ending = ".yaml";

} // namespace

bool is_schema_path(std::string_view path) {
  return path.starts_with(schemas) && path.ends_with(ending) &&
         path.find('/', schemas.size()) == std::string_view::npos;
}

MergedSchemas::MergedSchemas(const store::Repository& repository, store::Oid base,
                             const std::map<std::string, std::optional<std::string>>& changed,
                             ReadFiles& files)
    : m_repository(repository), m_base(std::move(base)), m_changed(changed), m_files(files) {}

const core::Schema* MergedSchemas::of_folder(const std::string& folder) {
  if (const auto known = m_by_folder.find(folder); known != m_by_folder.end()) return known->second;
  const core::Schema*& out = m_by_folder[folder];
  // Nearly every folder is the type and an s: that one first, and the others only if it is not.
  if (folder.ends_with('s')) {
    const auto* likely = at(std::string(schemas) + folder.substr(0, folder.size() - 1) + std::string(ending));
    if (likely != nullptr && likely->folder == folder) return out = likely;
  }
  for (const auto& path : paths())
    if (const auto* schema = at(path); schema != nullptr && schema->folder == folder) return out = schema;
  return nullptr;
}

const core::Schema* MergedSchemas::at(const std::string& path) {
  if (const auto known = m_by_path.find(path); known != m_by_path.end()) return known->second;
  auto& out = m_by_path[path];
  const auto changed = m_changed.find(path);
  const auto text = changed != m_changed.end() ? changed->second : m_repository.read(m_base, path);
  if (!text) return nullptr;
  const auto& parsed = m_files.schema(path, *text);
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed))
    m_problems.insert(m_problems.end(), problems->begin(), problems->end());
  return out = std::get_if<core::Schema>(&parsed);
}

void MergedSchemas::check_folders() {
  std::map<std::string, std::string> types;
  for (const auto& path : paths())
    if (const auto* schema = at(path))
      if (const auto [of, is_new] = types.emplace(schema->folder, schema->type); !is_new)
        m_problems.push_back(
            {path, 0, "x-crm.folder", schema->folder,
             "is the folder of \"" + of->second + "\", too: another one in either schema, and `crm commit`"});
}

std::vector<core::Problem> MergedSchemas::take_problems() {
  if (std::any_of(m_changed.begin(), m_changed.end(),
                  [](const auto& each) { return is_schema_path(each.first); }))
    check_folders();
  return std::move(m_problems);
}

std::vector<std::string> MergedSchemas::paths() const {
  std::set<std::string> out;
  m_repository.each(m_base, schemas, [&](std::string_view path, const store::Oid&) {
    if (is_schema_path(path)) out.emplace(path);
  });
  for (const auto& [path, text] : m_changed)
    if (is_schema_path(path)) out.insert(path);
  return {out.begin(), out.end()};
}

} // namespace crm::sync
