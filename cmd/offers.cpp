#include "cmd/offers.hpp"

#include "app/audit/log.hpp"
#include "app/conflicts.hpp"
#include "app/keys.hpp"
#include "app/policy.hpp"
#include "app/quarantine.hpp"
#include "app/resolve.hpp"
#include "store/transport.hpp"
#include "sync/authority.hpp"

namespace crm::cmd {
namespace {

using Offers = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t most_batches = 40, offered_of_an_id = 8;

Offers recent_batches(app::Workspace& workspace) {
  Offers out;
  for (const auto& entry : app::audit_log(workspace, {.limit = most_batches}).entries)
    out.emplace_back((entry.batch.empty() ? entry.commit : entry.batch).substr(0, offered_of_an_id),
                     entry.summary);
  return out;
}

Offers batches_put_aside(app::Workspace& workspace) {
  Offers out;
  for (const auto& each : app::quarantined(workspace.repository()))
    if (each.state == app::Quarantined::State::Waiting)
      out.emplace_back(each.batch.substr(0, offered_of_an_id), each.commit.summary);
  return out;
}

Offers disputed_records(app::Workspace& workspace) {
  Offers out;
  for (const auto& each : app::disputed(workspace))
    out.emplace_back(app::short_id(workspace, each.found.record.id.str()),
                     each.found.record.type + " " + each.name);
  return out;
}

Offers devices_with_keys(app::Workspace& workspace) {
  Offers out;
  const auto& repository = workspace.repository();
  for (const auto& key : sync::keys_at(repository, repository.head()))
    out.emplace_back(key.device, key.member);
  return out;
}

Offers waiting_keys(app::Workspace& workspace) {
  Offers out;
  for (const auto& each : app::key_requests(workspace)) {
    out.emplace_back(each.member, "on " + each.device);
    out.emplace_back(each.fingerprint, each.member + " on " + each.device);
  }
  return out;
}

Offers policy_proposals(app::Workspace& workspace) {
  Offers out;
  for (const auto& each : app::policy_state(workspace).proposals) {
    for (const auto& member : each.agreed)
      out.emplace_back(member, "proposes " + each.id);
    out.emplace_back(each.id, "a proposal");
  }
  return out;
}

Offers named_remotes(app::Workspace& workspace) {
  Offers out;
  for (const auto& remote : store::remotes(workspace.repository()))
    out.emplace_back(remote.name, remote.url);
  return out;
}

} // namespace

Offers offers(Context& context, Completes what) {
  auto& workspace = context.workspace();
  switch (what) {
  case Completes::Batch:
    return recent_batches(workspace);
  case Completes::PutAside:
    return batches_put_aside(workspace);
  case Completes::Disputed:
    return disputed_records(workspace);
  case Completes::Device:
    return devices_with_keys(workspace);
  case Completes::KeyRequest:
    return waiting_keys(workspace);
  case Completes::Proposal:
    return policy_proposals(workspace);
  case Completes::Remote:
    return named_remotes(workspace);
  default:
    return {};
  }
}

} // namespace crm::cmd
