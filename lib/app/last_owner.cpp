#include "app/last_owner.hpp"

#include "app/keys.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/policy.hpp"
#include "core/agreement.hpp"
#include "core/provenance.hpp"
#include "sync/authority.hpp"

#include <algorithm>
#include <map>

namespace crm::app {
namespace {

using Members = std::map<std::string, core::Record>; ///< by id

Members members_of(Workspace& workspace) {
  Members out;
  const auto rows = workspace.with_index([](index::Index& index) {
    return index.list({.type = std::string(core::member_type), .order = index::Order::Name});
  });
  for (const auto& row : rows)
    out.emplace(row.id, workspace.found(row).record);
  return out;
}

/// Those who work here and whose batches others would take in.
core::Actors who_counts(const Members& members, const core::Schema& schema, bool keeps_keys) {
  core::Actors out;
  for (const auto& [id, record] : members) {
    const auto* active = record.get("active").if_bool();
    if (core::is_deleted(record, schema) || (active != nullptr && !*active)) continue;
    if (keeps_keys && believed_devices(record).empty()) continue;
    const auto& handle = record.text(schema.key_field);
    out.insert_or_assign(handle, core::Actor{handle, record.text("role"), true});
  }
  return out;
}

/// Nothing where the store has none; one that cannot be read lets nobody do anything.
std::optional<core::Policy> policy_of(Workspace& workspace) {
  const auto text = workspace.repository().read(workspace.tree(), sync::policy_path);
  if (!text) return std::nullopt;
  auto parsed = codec::parse_policy(*text, std::string(sync::policy_path));
  auto* policy = std::get_if<core::Policy>(&parsed);
  return policy == nullptr ? core::Policy() : std::move(*policy);
}

} // namespace

void require_somebody_left(Workspace& workspace, const std::vector<core::Record>& written) {
  const auto policy = written.empty() ? std::nullopt : policy_of(workspace);
  if (!policy) return;
  const auto& schema = workspace.schemas().get(core::member_type);
  auto members = members_of(workspace);
  const bool keeps_keys = std::any_of(members.begin(), members.end(), [](const auto& each) {
    return !believed_devices(each.second).empty();
  });
  const auto before = who_counts(members, schema, keeps_keys);
  for (const auto& record : written)
    members.insert_or_assign(record.id.str(), record);
  if (const auto why = core::decide_who_is_left(*policy, before, who_counts(members, schema, keeps_keys)))
    throw base::Error(base::Kind::Denied, base::printable(why->why), why->instead);
}

std::vector<std::string> approving_devices(Workspace& workspace) {
  const auto policy = policy_of(workspace);
  const core::PolicyChange approval{std::string(core::member_type), core::Operation::Update, {"keys"}};
  const auto members = members_of(workspace);
  std::vector<std::string> out;
  for (const auto& [handle, actor] : who_counts(members, workspace.schemas().get(core::member_type), true)) {
    if (policy && core::decide(*policy, actor, approval)) continue;
    for (const auto& [id, record] : members)
      if (record.text(workspace.schemas().get(core::member_type).key_field) == handle)
        for (const auto& device : believed_devices(record))
          out.push_back(handle + " on " + device);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string where_to_approve(Workspace& workspace) {
  constexpr std::size_t most = 5;
  auto devices = approving_devices(workspace);
  if (devices.empty()) return "no key is left that could: `crm help backups` has the way out";
  if (devices.size() > most) {
    devices.resize(most);
    devices.emplace_back("and others");
  }
  return "that can be done by " + base::join(devices, ", ") +
         "; where none of these is left: `crm help backups`";
}

} // namespace crm::app
