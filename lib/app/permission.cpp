#include "app/permission.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/policy.hpp"
#include "core/agreement.hpp"
#include "core/record_change.hpp"
#include "store/paths.hpp"
#include "sync/file_rights.hpp"

#include <algorithm>

namespace crm::app {
namespace {

bool is_all(const core::Grant& grant) {
  return grant.create.all && grant.update.all && grant.remove;
}

} // namespace

Permission::Permission(Workspace& workspace) : m_workspace(workspace) {
  const auto text = workspace.repository().read(workspace.tree(), sync::policy_path);
  if (!text) return;
  auto parsed = codec::parse_policy(*text, std::string(sync::policy_path));
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed))
    throw base::Error(base::Kind::InvalidData,
                      "the policy cannot be read: " + core::to_text(problems->front()),
                      "an owner mends it with an editor and `crm commit`");
  m_policy = std::get<core::Policy>(std::move(parsed));
  m_actor.member = workspace.member();
  if (workspace.schemas().is_edited(core::member_type)) {
    const auto& members = authority().members;
    if (const auto at = members.find(m_actor.member); at != members.end()) m_actor = at->second;
    return;
  }
  const auto row =
      workspace.with_index([&](index::Index& index) { return index.by_key("member", workspace.member()); });
  if (!row || row->deleted) return;
  const auto record = workspace.found(*row).record;
  m_actor.role = record.text("role");
  const auto* active = record.get("active").if_bool();
  m_actor.active = active == nullptr || *active;
}

const sync::Authority& Permission::authority() {
  if (!m_authorities) m_authorities = std::make_unique<sync::Authorities>(m_workspace.repository());
  return m_authorities->at(m_workspace.tree());
}

bool Permission::unlimited(const core::Schema& schema) const {
  if (schema.type == core::member_type) return false;
  if (!m_policy) return true;
  const auto* grant = m_actor.active ? m_policy->grant(m_actor.role, schema.type) : nullptr;
  return grant != nullptr && is_all(*grant);
}

std::optional<core::Forbidden> Permission::decide(const core::PolicyChange& change) {
  auto out = core::decide(*m_policy, m_actor, change);
  if (out) m_refused = change;
  return out;
}

std::optional<core::Forbidden> Permission::refuse(const core::Record* before, const core::Record& after,
                                                  const core::Schema& schema) {
  if (before != nullptr && schema.type == core::member_type)
    if (auto forbidden = sync::decide_trust(sync::trust_of(*before, schema), sync::trust_of(after, schema)))
      return forbidden;
  if (!m_policy || unlimited(schema)) return std::nullopt;
  for (const auto& change : core::changes_of(before, &after, schema))
    if (auto forbidden = decide(change)) return forbidden;
  return core::decide_approver(*m_policy, schema, before, after, m_actor.member);
}

std::optional<core::Forbidden> Permission::refuse_file(const store::Change& file) {
  if (!m_policy) return std::nullopt;
  const auto& path = file.path;
  if (store::is_in_attachments(path)) {
    const bool there = m_workspace.repository().blob_id(m_workspace.tree(), path).has_value();
    return decide(
        {std::string(core::attachment_type), there ? core::Operation::Update : core::Operation::Create, {}});
  }
  const auto& content = file.content;
  const auto& repository = m_workspace.repository();
  auto before = repository.read(m_workspace.tree(), path);
  if (before == content) return std::nullopt;
  const sync::FileChange change{path, std::move(before), content};
  auto refused = sync::decide_file(authority(), m_actor, change);
  if (!refused) return std::nullopt;
  const auto operation = !content        ? core::Operation::Delete
                         : change.before ? core::Operation::Update
                                         : core::Operation::Create;
  m_refused = {std::string(sync::file_type(path)), operation, {}};
  return std::move(refused->why);
}

bool Permission::may(const core::PolicyChange& change) const {
  return !m_policy || !core::decide(*m_policy, m_actor, change);
}

void Permission::require(const core::PolicyChange& change) {
  if (!m_policy) return;
  if (const auto forbidden = decide(change)) deny(*forbidden);
}

void Permission::deny(const core::Forbidden& forbidden) const {
  if (!forbidden.instead.empty())
    throw base::Error(base::Kind::Denied, base::printable(forbidden.why), forbidden.instead);
  constexpr std::size_t most = 5;
  const auto roles = core::roles_that_may(*m_policy, m_refused);
  std::vector<std::string> who;
  const auto rows = m_workspace.with_index(
      [](index::Index& index) { return index.list({.type = "member", .order = index::Order::Name}); });
  for (const auto& row : rows) {
    const auto record = m_workspace.found(row).record;
    const auto& role = record.text("role");
    const auto* active = record.get("active").if_bool();
    if (active != nullptr && !*active) continue; // has left: nobody to ask
    if (who.size() < most && std::find(roles.begin(), roles.end(), role) != roles.end())
      who.push_back(row.key + " (" + role + ")");
  }
  throw base::Error(base::Kind::Denied, base::printable(forbidden.why),
                    (who.empty() ? "nobody here may: see " : base::join(who, ", ") + " may; see ") +
                        std::string(sync::policy_path));
}

} // namespace crm::app
