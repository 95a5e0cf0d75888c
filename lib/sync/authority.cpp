#include "sync/authority.hpp"

#include "base/text.hpp"
#include "codec/policy.hpp"
#include "codec/record.hpp"
#include "codec/schema.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"
#include "sync/read_log.hpp"

#include <algorithm>
#include <fmt/format.h>

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

/// Lines that were written at once are one revocation.
void read_revoked(const core::Record& record, std::vector<Revocation>& out) {
  const auto* lines = record.get(revoked_field).if_list();
  if (lines == nullptr) return;
  std::map<std::pair<std::string, core::Stamp>, std::vector<store::Oid>> written;
  for (const auto& line : *lines) {
    const auto parts = base::split(line.string_or_empty(), ' ');
    if (parts.size() != 2) continue;
    const auto stamps = core::additions(record, revoked_field, line);
    if (stamps.empty()) out.push_back({std::string(parts[0]), {std::string(parts[1])}});
    for (const auto& stamp : stamps)
      written[{std::string(parts[0]), stamp}].emplace_back(parts[1]);
  }
  for (auto& [by, last] : written) {
    std::sort(last.begin(), last.end());
    out.push_back({by.first, std::move(last)});
  }
}

void read_trust(const core::Record& record, const core::Schema& schema, Trust& out) {
  const auto& key = record.text(schema.key_field);
  if (const auto* lines = record.get(keys_field).if_list())
    for (const auto& line : *lines)
      if (auto allowed = read_key_line(line.string_or_empty(), key)) out.keys.push_back(std::move(*allowed));
  read_revoked(record, out.revoked);
}

void read_member(const core::Record& record, const core::Schema& schema, Authority& out) {
  const auto& key = record.text(schema.key_field);
  const auto* active = record.get(active_field).if_bool();
  const bool here = !core::is_deleted(record, schema) && (active == nullptr || *active);
  // Two records of one handle, from two devices: the one that works here counts, and the rule of unique
  // handles tells of both.
  auto& actor = out.members[key];
  if (actor.member.empty() || (here && !actor.active)) actor = {key, record.text(role_field), here};
  read_trust(record, schema, out);
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

Trust trust_of(const core::Record& member, const core::Schema& schema) {
  Trust out;
  read_trust(member, schema, out);
  return out;
}

std::optional<core::Forbidden> decide_trust(const Trust& before, const Trust& after) {
  for (const auto& each : before.keys)
    if (std::none_of(after.keys.begin(), after.keys.end(),
                     [&](const auto& key) { return key.key == each.key; }))
      return core::Forbidden{
          fmt::format("the key of {} on {} would be taken away, and what it has signed with it", each.member,
                      each.device),
          {keys_field},
          fmt::format("`crm member revoke {} --device {}` takes it out of use", each.member, each.device)};
  for (const auto& each : before.revoked)
    if (std::find(after.revoked.begin(), after.revoked.end(), each) == after.revoked.end())
      return core::Forbidden{
          "a revocation would be taken back: of the key " + each.fingerprint,
          {revoked_field},
          "what it has put aside can be adopted: `crm audit quarantine`\nfor a device that "
          "came back: `crm join` there, into a new folder"};
  return std::nullopt;
}

std::vector<store::AllowedKey> keys_at(const store::Repository& repository, const store::Oid& commit) {
  const std::string path = std::string(schemas_prefix) + std::string(core::member_type) + std::string(yaml);
  const auto text = repository.read(commit, path);
  if (!text) return {};
  const auto parsed = codec::parse_schema(*text, path);
  const auto* schema = std::get_if<core::Schema>(&parsed);
  if (schema == nullptr || schema->find(keys_field) == nullptr) return {};
  Trust out;
  repository.each(commit, schema->folder + "/", [&](std::string_view file, const store::Oid& blob) {
    const auto content = repository.blob(blob);
    if (content.find("ssh-ed25519 ") == std::string::npos) return;
    const auto read = codec::read_record(content, std::string(file), *schema);
    if (const auto* record = std::get_if<core::Record>(&read)) read_trust(*record, *schema, out);
  });
  return std::move(out.keys);
}

const core::Schema* Authority::schema_of(const std::string& folder) const {
  const auto at = schemas.find(folder);
  return at == schemas.end() ? nullptr : at->second;
}

const Authority& Authorities::at(const store::Oid& commit_or_tree) {
  auto state = m_repository.folder_id(commit_or_tree, "schemas");
  const auto [at, is_new] = m_schemas.try_emplace(state);
  if (is_new) at->second = read_schemas(commit_or_tree);
  const auto& schemas = at->second;
  state += " " + m_repository.folder_id(commit_or_tree, "policy");
  for (const auto& [folder, schema] : schemas)
    if (schema->type == core::member_type) state += " " + m_repository.folder_id(commit_or_tree, folder);
  auto& known = m_known[state];
  if (!known) known = std::make_unique<Authority>(read(commit_or_tree, schemas));
  return *known;
}

Authorities::ByFolder Authorities::read_schemas(const store::Oid& tree) {
  ByFolder out;
  m_repository.each(tree, schemas_prefix, [&](std::string_view path, const store::Oid& blob) {
    const auto& read = m_files->schema(std::string(path), m_repository.blob(blob));
    if (const auto* schema = std::get_if<core::Schema>(&read)) out.emplace(schema->folder, schema);
  });
  return out;
}

Authority Authorities::read(const store::Oid& tree, const ByFolder& schemas) {
  Authority out;
  out.schemas = schemas;
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
  for (const auto& each : out.schemas) {
    const auto& folder = each.first;
    const auto& schema = each.second;
    if (schema->type != core::member_type) continue;
    m_repository.each(tree, folder + "/", [&](std::string_view path, const store::Oid& blob) {
      const auto read = codec::read_record(m_repository.blob(blob), std::string(path), *schema);
      if (const auto* record = std::get_if<core::Record>(&read)) read_member(*record, *schema, out);
    });
  }
  return out;
}

} // namespace crm::sync
