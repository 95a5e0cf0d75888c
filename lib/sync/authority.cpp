#include "sync/authority.hpp"

#include "base/text.hpp"
#include "codec/policy.hpp"
#include "codec/record.hpp"
#include "codec/schema.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"
#include "sync/read_log.hpp"

namespace crm::sync {
namespace {

constexpr const char *keys_field = "keys", *revoked_field = "revoked", *role_field = "role",
                     *active_field = "active";
constexpr std::string_view schemas_prefix = "schemas/", policy_prefix = "policy/",
                           proposals_prefix = "policy/proposals/", yaml = ".yaml";

/// "ssh-ed25519 AAAA… tablet-2", apart.
std::optional<store::AllowedKey> read_key_line(std::string_view line, const std::string& member) {
  const auto key = store::parse_public_key(line);
  const auto parts = base::split(base::trim(line), ' ');
  if (!key || parts.size() != 3 || !core::is_name(parts[2])) return std::nullopt;
  return store::AllowedKey{*key, member, std::string(parts[2])};
}

void read_member(const core::Record& record, const core::Schema& schema, Authority& out,
                 std::vector<std::string>& revoked) {
  const auto& key = record.text(schema.key_field);
  const auto* active = record.get(active_field).if_bool();
  const bool here = !core::is_deleted(record, schema) && (active == nullptr || *active);
  // Two records of one handle, from two devices: the one that works here counts, and the rule of unique
  // handles tells of both.
  auto& actor = out.members[key];
  if (actor.member.empty() || (here && !actor.active)) actor = {key, record.text(role_field), here};
  if (const auto* lines = record.get(keys_field).if_list())
    for (const auto& line : *lines)
      if (auto allowed = read_key_line(line.string_or_empty(), key)) out.keys.push_back(std::move(*allowed));
  if (const auto* lines = record.get(revoked_field).if_list())
    for (const auto& line : *lines)
      revoked.push_back(line.string_or_empty());
}

} // namespace

std::string_view file_type(std::string_view path) {
  if (path.starts_with(schemas_prefix)) return core::schema_type;
  if (path.starts_with(policy_prefix)) return core::policy_type;
  if (path.starts_with(reads_folder) && path.substr(reads_folder.size()).starts_with('/')) return reads_type;
  if (store::is_in_attachments(path)) return core::attachment_type;
  return path.find('/') == std::string_view::npos ? core::settings_type : std::string_view();
}

std::string proposal_path(std::string_view member) {
  return std::string(proposals_prefix) + std::string(member) + std::string(yaml);
}

std::string proposer_of(std::string_view path) {
  if (!path.starts_with(proposals_prefix) || !path.ends_with(yaml)) return "";
  const auto member =
      path.substr(proposals_prefix.size(), path.size() - proposals_prefix.size() - yaml.size());
  return core::is_name(member) ? std::string(member) : "";
}

std::int64_t policy_version(const store::Repository& repository, const store::Oid& blob) {
  if (blob.empty()) return 0;
  const auto parsed = codec::parse_policy(repository.blob(blob), std::string(policy_path));
  const auto* policy = std::get_if<core::Policy>(&parsed);
  return policy == nullptr ? 0 : policy->version;
}

std::string revocation_line(const store::PublicKey& key, const store::Oid& last) {
  return store::fingerprint(key) + " " + last;
}

std::vector<store::AllowedKey> keys_at(const store::Repository& repository, const store::Oid& commit) {
  const std::string path = std::string(schemas_prefix) + std::string(core::member_type) + std::string(yaml);
  const auto text = repository.read(commit, path);
  if (!text) return {};
  const auto parsed = codec::parse_schema(*text, path);
  const auto* schema = std::get_if<core::Schema>(&parsed);
  if (schema == nullptr || schema->find(keys_field) == nullptr) return {};
  Authority out;
  std::vector<std::string> revoked;
  repository.each(commit, schema->folder + "/", [&](std::string_view file, const store::Oid& blob) {
    const auto content = repository.blob(blob);
    if (content.find("ssh-ed25519 ") == std::string::npos) return;
    const auto read = codec::read_record(content, std::string(file), *schema);
    if (const auto* record = std::get_if<core::Record>(&read)) read_member(*record, *schema, out, revoked);
  });
  return std::move(out.keys);
}

const core::Schema* Authority::schema_of(const std::string& folder) const {
  const auto at = schemas.find(folder);
  return at == schemas.end() ? nullptr : at->second;
}

const Authority& Authorities::at(const store::Oid& commit_or_tree) {
  const auto state = m_repository.folder_id(commit_or_tree, "members") + " " +
                     m_repository.folder_id(commit_or_tree, "policy") + " " +
                     m_repository.folder_id(commit_or_tree, "schemas");
  auto& known = m_known[state];
  if (!known) known = std::make_unique<Authority>(read(commit_or_tree));
  return *known;
}

Authority Authorities::read(const store::Oid& tree) {
  Authority out;
  m_repository.each(tree, schemas_prefix, [&](std::string_view path, const store::Oid& blob) {
    const auto [at, is_new] = m_schemas.try_emplace(blob);
    if (is_new)
      at->second = std::get_if<core::Schema>(&m_files->schema(std::string(path), m_repository.blob(blob)));
    if (at->second != nullptr) out.schemas.emplace(at->second->folder, at->second);
  });
  if (const auto text = m_repository.read(tree, policy_path)) {
    auto parsed = codec::parse_policy(*text, std::string(policy_path));
    if (auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) {
      out.unreadable = std::move(*problems);
      out.policy = core::Policy{};
    } else {
      out.policy = std::get<core::Policy>(std::move(parsed));
    }
  }
  m_repository.each(tree, proposals_prefix, [&](std::string_view path, const store::Oid& blob) {
    if (auto member = proposer_of(path); !member.empty())
      out.proposals.emplace(std::move(member), m_repository.blob(blob));
  });
  std::vector<std::string> revoked;
  for (const auto& each : out.schemas) {
    const auto& folder = each.first;
    const auto& schema = each.second;
    if (schema->type != core::member_type) continue;
    m_repository.each(tree, folder + "/", [&](std::string_view path, const store::Oid& blob) {
      const auto read = codec::read_record(m_repository.blob(blob), std::string(path), *schema);
      if (const auto* record = std::get_if<core::Record>(&read)) read_member(*record, *schema, out, revoked);
    });
  }
  for (const auto& line : revoked) {
    const auto parts = base::split(line, ' ');
    if (parts.size() != 2) continue;
    for (const auto& each : out.keys)
      if (store::fingerprint(each.key) == parts[0]) {
        out.revoked.push_back({each.key, std::string(parts[1])});
        break;
      }
  }
  return out;
}

} // namespace crm::sync
