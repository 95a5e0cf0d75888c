#include "app/schema_set.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/schema.hpp"
#include "core/schema_change.hpp"
#include "store/repository.hpp"
#include "store/sha1.hpp"
#include "store/small_file.hpp"

#include <algorithm>
#include <filesystem>

namespace crm::app {
namespace {

constexpr std::string_view folder = "schemas/", ending = ".yaml";

std::string type_of(std::string_view path) {
  if (!path.starts_with(folder) || !path.ends_with(ending)) return {};
  path.remove_prefix(folder.size());
  path.remove_suffix(ending.size());
  return path.find('/') == std::string_view::npos ? std::string(path) : std::string();
}

} // namespace

std::string schema_path(std::string_view type) {
  return std::string(folder) + std::string(type) + std::string(ending);
}

SchemaSet::SchemaSet(const store::Repository& repository) : m_repository(repository) {}

void SchemaSet::refresh() {
  m_listed = false;
  m_types.clear();
  m_begun.clear();
  m_working.clear();
  for (auto& [type, loaded] : m_loaded)
    loaded.fresh = false;
}

const std::optional<std::string>& SchemaSet::working_copy(std::string_view type) const {
  auto at = m_working.find(type);
  if (at == m_working.end())
    at = m_working.emplace(type, store::read_small_file(m_repository.root() + "/" + schema_path(type))).first;
  return at->second;
}

std::string SchemaSet::committed_id(std::string_view type) const {
  types();
  const auto at = m_committed.find(type);
  return at == m_committed.end() ? std::string() : at->second;
}

std::string SchemaSet::text_in_use(std::string_view type) const {
  const auto committed = committed_id(type);
  const auto& working = working_copy(type);
  auto id = working ? store::blob_name(*working) : committed;
  return id == committed || std::holds_alternative<core::Schema>(parse_as(type, *working)) ? id : committed;
}

std::string SchemaSet::digest() const {
  std::string out;
  for (const auto& type : types())
    out += type + " " + text_in_use(type) + "\n";
  return store::blob_name(out);
}

bool SchemaSet::is_edited(std::string_view type) const {
  return text_in_use(type) != committed_id(type);
}

const core::Schema* SchemaSet::reuse(Loaded& loaded, std::string_view type) const {
  if (!loaded.fresh) {
    const auto& working = working_copy(type);
    loaded.fresh = working ? *working == loaded.text
                           : m_repository.read(m_repository.head_tree(), schema_path(type)) == loaded.text;
  }
  return loaded.fresh ? loaded.schema.get() : nullptr;
}

const std::vector<std::string>& SchemaSet::types() const {
  if (m_listed) return m_types;
  m_committed.clear();
  m_repository.each(m_repository.head_tree(), "schemas", [&](std::string_view path, const store::Oid& blob) {
    if (auto type = type_of(path); !type.empty()) m_committed.emplace(std::move(type), blob);
  });
  for (const auto& each : m_committed)
    m_types.push_back(each.first);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(m_repository.root() + "/schemas", error)) {
    auto type = type_of("schemas/" + entry.path().filename().string());
    if (type.empty() || m_committed.contains(type)) continue;
    const auto& text = working_copy(type);
    auto parsed = text ? parse_as(type, *text) : schema_path(type) + " cannot be read";
    if (auto* complaint = std::get_if<std::string>(&parsed))
      m_begun.emplace(std::move(type), std::move(*complaint));
    else
      m_types.push_back(std::move(type));
  }
  std::sort(m_types.begin(), m_types.end());
  m_listed = true;
  return m_types;
}

bool SchemaSet::has(std::string_view type) const {
  return std::find(types().begin(), types().end(), type) != types().end();
}

const core::Schema& SchemaSet::get(std::string_view type) const {
  const std::string path = schema_path(type);
  if (const auto it = m_loaded.find(type); it != m_loaded.end())
    if (const auto* schema = reuse(it->second, type)) return *schema;
  if (!has(type)) {
    if (const auto begun = m_begun.find(type); begun != m_begun.end())
      throw base::Error(base::Kind::InvalidData, begun->second,
                        "mend it, then `crm commit`; or take it away: `rm " + path + "`");
    const auto close = base::suggestions(type, types());
    throw base::Error(base::Kind::NotFound, "no record type \"" + base::printable(type) + "\" in this store",
                      close.empty() ? "the types here: " + base::join(types(), ", ")
                                    : "did you mean " + base::join(close, ", ") + "?");
  }
  const auto committed = m_repository.read(m_repository.head_tree(), path);
  std::string complaint;
  for (const auto* text : {&working_copy(type), &committed}) {
    if (!*text) continue;
    auto parsed = parse_as(type, **text);
    if (auto* schema = std::get_if<core::Schema>(&parsed)) {
      if (!complaint.empty()) m_warnings.push_back(complaint + "; the committed version is used");
      // Replaced in place: whoever holds a reference to the schema holds it on.
      auto& loaded = m_loaded[std::string(type)];
      loaded.text = **text;
      loaded.fresh = true;
      if (!loaded.schema) loaded.schema = std::make_unique<core::Schema>();
      *loaded.schema = std::move(*schema);
      return *loaded.schema;
    }
    if (complaint.empty()) complaint = std::get<std::string>(std::move(parsed));
  }
  throw base::Error(base::Kind::InvalidData, complaint.empty() ? path + " cannot be read" : complaint,
                    "mend the schema; `crm git log -p " + path + "` shows what it said before");
}

/// Reading a schema's YAML and checking it costs 3 ms of every command, so what came of it is kept, by the
/// text's own name.
std::variant<core::Schema, std::vector<core::Problem>> SchemaSet::parse(const std::string& text,
                                                                        const std::string& path) const {
  constexpr const char* version = "1-"; // of what parse_schema makes of a text
  const std::string kept_as = m_repository.private_dir() + "/schemas/" + version + store::blob_name(text);
  if (const auto kept = store::read_small_file(kept_as))
    if (const auto document = codec::from_json(*kept))
      if (auto schema = codec::schema_of(*document)) return std::move(*schema);
  auto parsed = codec::parse_schema(text, path);
  if (const auto* schema = std::get_if<core::Schema>(&parsed))
    store::keep_small_file(kept_as, codec::to_json(schema->document));
  return parsed;
}

std::variant<core::Schema, std::string> SchemaSet::parse_as(std::string_view type,
                                                            const std::string& text) const {
  const auto path = schema_path(type);
  auto parsed = parse(text, path);
  auto* schema = std::get_if<core::Schema>(&parsed);
  if (schema != nullptr && schema->type == type) return std::move(*schema);
  const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed);
  return problems != nullptr && !problems->empty()
             ? core::to_text(problems->front())
             : path + ": x-crm.type: must be \"" + std::string(type) + "\", as the file's name says";
}

const core::Schema* SchemaSet::by_folder(std::string_view name) const {
  for (const auto& type : types()) {
    // Nearly every folder is the type and an s: try those without loading the others.
    if (type + "s" == name)
      if (const auto& schema = get(type); schema.folder == name) return &schema;
  }
  for (const auto& type : types())
    if (const auto& schema = get(type); schema.folder == name) return &schema;
  return nullptr;
}

std::string SchemaSet::objection(const std::string& path, const std::optional<std::string>& text) const {
  const auto own = type_of(path);
  if (own.empty()) return "";
  const auto tree = m_repository.head_tree();
  const auto committed = m_repository.read(tree, path);
  if (committed == text) return "";
  const auto before = committed ? codec::parse_schema(*committed, path) : std::vector<core::Problem>{};
  const auto* was = std::get_if<core::Schema>(&before);
  const bool has_records = was != nullptr && !m_repository.folder_id(tree, was->folder).empty();
  if (!text)
    return has_records ? "there are records of this type, or deleted ones, in " + was->folder + "/" : "";
  const auto after = codec::parse_schema(*text, path);
  const auto* now = std::get_if<core::Schema>(&after);
  if (now == nullptr) return "";
  if (has_records)
    if (auto why = core::loss_by(*was, *now); !why.empty()) return why;
  if (was != nullptr && was->folder == now->folder) return "";
  if (const auto other = other_type_in(now->folder, own); !other.empty())
    return "x-crm.folder is " + now->folder + ", which is the folder of \"" + other +
           "\": each type needs its own";
  if (!has_records) return "";
  return m_repository.folder_id(tree, now->folder).empty()
             ? "its records are in " + was->folder + "/: `crm commit` of an edit by hand moves them along"
             : "x-crm.folder is " + now->folder +
                   ", where there are files already: its records cannot move there";
}

std::optional<FolderMove> SchemaSet::move(const std::string& path, const std::string& text) const {
  const auto tree = m_repository.head_tree();
  const auto committed = m_repository.read(tree, path);
  if (!committed) return std::nullopt;
  const auto before = codec::parse_schema(*committed, path), after = codec::parse_schema(text, path);
  const auto *was = std::get_if<core::Schema>(&before), *now = std::get_if<core::Schema>(&after);
  if (was == nullptr || now == nullptr || was->type != now->type || was->folder == now->folder ||
      !core::loss_by(*was, *now).empty() || m_repository.folder_id(tree, was->folder).empty() ||
      !m_repository.folder_id(tree, now->folder).empty() || !other_type_in(now->folder, now->type).empty())
    return std::nullopt;
  return FolderMove{was->folder, now->folder};
}

std::string SchemaSet::other_type_in(const std::string& folder, const std::string& than) const {
  for (const auto& type : types())
    if (type != than && folder_of(type) == folder) return type;
  return "";
}

std::string SchemaSet::folder_of(const std::string& type) const {
  try {
    return get(type).folder;
  } catch (const base::Error&) {
    return ""; // it cannot be read, which is told elsewhere
  }
}

std::string SchemaSet::type_named(std::string_view word) const {
  if (has(word)) return std::string(word);
  const core::Schema* schema = by_folder(word);
  return schema != nullptr ? schema->type : std::string();
}

} // namespace crm::app
