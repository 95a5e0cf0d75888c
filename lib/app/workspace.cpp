#include "app/workspace.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/trace.hpp"
#include "codec/record.hpp"
#include "core/stamp.hpp"
#include "store/git_program.hpp"
#include "store/paths.hpp"

#include <filesystem>
#include <utility>

namespace crm::app {

std::optional<std::string> find_store(const std::string& folder) {
  std::error_code error;
  std::filesystem::path at = std::filesystem::absolute(folder, error);
  if (error) return std::nullopt;
  if (at.filename() == ".") at = at.parent_path();
  for (;; at = at.parent_path()) {
    std::error_code not_there; // is no reason to stop
    if (std::filesystem::is_regular_file(at / "crm.yaml", not_there) &&
        std::filesystem::exists(at / ".git", not_there))
      return at.string();
    if (!at.has_parent_path() || at == at.parent_path()) return std::nullopt;
  }
}

namespace {

/// The repository that `folder` is in, when its last commit has a crm.yaml that its working tree has not.
std::optional<std::string> store_without_settings(const std::string& folder) {
  std::error_code error;
  std::filesystem::path at = std::filesystem::absolute(folder, error);
  if (at.filename() == ".") at = at.parent_path();
  while (!error && !std::filesystem::exists(at / ".git", error) && at != at.parent_path())
    at = at.parent_path();
  if (error || !std::filesystem::exists(at / ".git", error) ||
      std::filesystem::exists(at / "crm.yaml", error))
    return std::nullopt;
  const auto found = store::run_git(at.string(), {"cat-file", "-e", "HEAD:crm.yaml"}, store::Errors::Collect);
  return found.status == 0 ? std::optional(at.string()) : std::nullopt;
}

} // namespace

std::string require_store(const base::Environment& env, const std::optional<std::string>& folder) {
  const auto named = folder ? folder : env.variable("CRM_STORE");
  if (const auto root = find_store(named.value_or("."))) return *root;
  if (const auto root = store_without_settings(named.value_or(".")))
    throw base::Error(base::Kind::NotFound,
                      "crm.yaml is missing from the store " + *root + ", whose last commit has it",
                      "`git -C " + *root + " checkout HEAD -- crm.yaml` brings it back");
  throw base::Error(base::Kind::NotFound,
                    named ? "no crm store at " + *named : "no crm store in this folder or above it",
                    "make one with `crm init DIR`, or name one with --store DIR or CRM_STORE");
}

Workspace Workspace::open(base::Environment& env, const std::optional<std::string>& folder,
                          ProgressSink progress) {
  const base::Span span("opening the store");
  return {env, store::Repository::open(require_store(env, folder)), std::move(progress)};
}

Workspace::Workspace(base::Environment& env, store::Repository repository, ProgressSink progress)
    : m_env(&env), m_progress(std::move(progress)),
      m_repository(std::make_unique<store::Repository>(std::move(repository))),
      m_schemas(std::make_unique<SchemaSet>(*m_repository)) {
  const auto blob = m_repository->blob_id(tree(), "crm.yaml");
  if (!blob)
    throw base::Error(base::Kind::InvalidData, "crm.yaml is missing from the store's last commit",
                      "see `crm git log -- crm.yaml`");
  m_settings_blob = *blob;
  m_settings = parse_settings(m_repository->blob(*blob));
  m_device = m_repository->config("crm.device");
  const auto acting = env.variable("CRM_MEMBER");
  m_member = acting ? *acting : m_repository->config("crm.member");
  if (!core::is_name(m_device) || !core::is_name(m_member))
    throw base::Error(base::Kind::InvalidData,
                      "this clone does not say who writes here: crm.member is \"" +
                          base::printable(m_member) + "\" and crm.device is \"" + base::printable(m_device) +
                          "\"",
                      "set both: `git config crm.member alice` and `git config crm.device front-desk`");
}

Workspace::Workspace(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

core::Instant Workspace::now() const {
  return std::chrono::floor<std::chrono::seconds>(m_env->now());
}

core::WhenContext Workspace::when_context() const {
  core::WhenContext context{core::to_local(now(), m_settings.zone), m_settings.zone, m_settings.week_start};
  context.now_offset = core::offset_at(now(), m_settings.zone);
  return context;
}

void Workspace::rename_device(const std::string& name) {
  m_repository->set_config("crm.device", name);
  m_repository->set_config("user.email", m_repository->config("crm.member") + "@" + name);
  m_device = name;
}

core::Record Workspace::load(const std::string& type, const std::string& path) const {
  const auto text = m_repository->read(tree(), path);
  if (!text) throw base::Error(base::Kind::NotFound, path + " is not in the store");
  auto parsed = codec::parse_sound_record(*text, path, m_schemas->get(type));
  if (auto* record = std::get_if<core::Record>(&parsed)) return std::move(*record);
  std::vector<std::string> lines;
  for (const auto& problem : std::get<std::vector<core::Problem>>(parsed))
    lines.push_back(base::printable(core::to_text(problem)));
  throw base::Error(base::Kind::InvalidData, base::join(lines, "\n"),
                    "mend the file with an editor and run `crm commit`; `crm git log -p " + path +
                        "` shows what it said before");
}

Found Workspace::found(const index::Row& row) {
  return {to_record(row), row.path, row.name, row.deleted, row.key};
}

std::string Workspace::record_path(std::string_view type, std::string_view id) const {
  return store::record_path(m_schemas->get(type).folder, std::string(id));
}

std::optional<Workspace::Home> Workspace::home_of(const std::string& path) {
  const auto parts = store::parse_record_path(path);
  if (!parts) return std::nullopt;
  if (const auto* schema = m_schemas->by_folder(parts->folder)) return Home{schema, path};
  const auto row = with_index([&](index::Index& index) { return index.by_id(parts->id); });
  if (!row || !m_schemas->has(row->type)) return std::nullopt;
  return Home{&m_schemas->get(row->type), row->path};
}

const store::Oid& Workspace::tree() const {
  if (m_tree.empty()) m_tree = m_repository->head_tree();
  return m_tree;
}

void Workspace::moved() {
  const store::Oid before = std::exchange(m_tree, m_repository->head_tree());
  if (m_tree == before) return;
  m_capacities.clear();
  m_series.clear();
  m_schemas->refresh();
  const auto blob = m_repository->blob_id(tree(), "crm.yaml");
  if (!blob || *blob == m_settings_blob) return;
  m_settings = parse_settings(m_repository->blob(*blob));
  m_settings_blob = *blob;
}

int Workspace::capacity(const Claim& claim) {
  const auto [known, fresh] = m_capacities.try_emplace({claim.kind, claim.key}, 1);
  if (!fresh) return known->second;
  const auto row = with_index([&](index::Index& index) { return index.by_key(claim.kind, claim.key); });
  if (!row) return 1;
  const core::Record record = to_record(*row);
  const auto* exclusive = record.get("exclusive").if_bool();
  const bool shared = exclusive != nullptr && !*exclusive;
  return known->second = shared ? 0 : static_cast<int>(record.get("capacity").number_or(1));
}

std::vector<std::string> Workspace::take_warnings() {
  std::vector<std::string> out = std::move(m_warnings);
  m_warnings.clear();
  out.insert(out.end(), m_schemas->warnings().begin(), m_schemas->warnings().end());
  return out;
}

} // namespace crm::app
