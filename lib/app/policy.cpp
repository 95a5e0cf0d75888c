#include "app/policy.hpp"

#include "app/permission.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/policy.hpp"
#include "core/agreement.hpp"
#include "store/sha1.hpp"
#include "sync/authority.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

core::Policy read(const std::string& text, const std::string& file) {
  auto parsed = codec::parse_policy(text, file);
  if (auto* policy = std::get_if<core::Policy>(&parsed)) return std::move(*policy);
  std::vector<std::string> lines;
  for (const auto& problem : std::get<std::vector<core::Problem>>(parsed))
    lines.push_back(core::to_text(problem));
  throw base::Error(base::Kind::InvalidData, base::join(lines, "\n"));
}

/// The policy that is there, with who is who.
struct Now {
  explicit Now(Workspace& workspace) : authorities(workspace.repository()) {
    authority = &authorities.at(workspace.tree());
    if (!authority->policy)
      throw base::Error(base::Kind::NotFound, "this store has no policy: everybody may do everything",
                        "write " + std::string(sync::policy_path) + ", and `crm commit`");
    if (!authority->unreadable.empty())
      throw base::Error(base::Kind::InvalidData,
                        "the policy cannot be read: " + core::to_text(authority->unreadable.front()));
  }
  const core::Policy& policy() const { return *authority->policy; }
  sync::Authorities authorities;
  const sync::Authority* authority = nullptr;
};

std::vector<Proposal> open_proposals(const sync::Authority& authority) {
  std::vector<Proposal> out;
  for (const auto& [member, text] : authority.proposals) {
    const auto same = std::find_if(out.begin(), out.end(),
                                   [&wanted = text](const Proposal& each) { return each.text == wanted; });
    if (same != out.end()) {
      same->agreed.push_back(member);
      continue;
    }
    auto parsed = codec::parse_policy(text, sync::proposal_path(member));
    auto* policy = std::get_if<core::Policy>(&parsed);
    if (policy == nullptr || policy->version <= authority.policy->version) continue;
    auto lines = core::differences(*authority.policy, *policy);
    out.push_back({store::blob_name(text), text, std::move(*policy), {member}, std::move(lines)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return out;
}

/// Those who wanted it, and whoever wanted something that cannot be the next any more.
void clear_proposals(Batch& batch, const Now& now, std::int64_t version) {
  for (const auto& [member, text] : now.authority->proposals) {
    const auto path = sync::proposal_path(member);
    const auto parsed = codec::parse_policy(text, path);
    const auto* policy = std::get_if<core::Policy>(&parsed);
    if (policy == nullptr || policy->version <= version) batch.put_file(path, std::nullopt);
  }
}

Proposed want(Workspace& workspace, Batch& batch, const Now& now, const std::string& text) {
  const std::string me = workspace.member();
  const std::string path(sync::policy_path);
  Proposed out;
  out.proposal = {store::blob_name(text), text, read(text, path), {}, {}};
  out.proposal.differences = core::differences(now.policy(), out.proposal.policy);
  out.approvals = now.policy().approvals;
  // It stood in its file, and was taken in on the way.
  out.in_force = workspace.repository().read(workspace.tree(), path) == text;
  if (out.in_force) return out;
  const auto& members = now.authority->members;
  Permission permission(workspace);
  permission.require({std::string(core::policy_type), core::Operation::Update, {}});
  if (const auto why = core::decide_succession(now.policy(), out.proposal.policy, members))
    throw base::Error(base::Kind::InvalidData, path + ": " + why->why, why->instead);
  const auto may = core::who_may_agree(now.policy(), members);
  std::vector<std::string> others;
  for (const auto& [member, wanted] : now.authority->proposals)
    if (wanted == text && member != me) others.push_back(member);
  for (const auto& each : may)
    (each == me || std::find(others.begin(), others.end(), each) != others.end() ? out.proposal.agreed
                                                                                 : out.asked)
        .push_back(each);
  const auto lacking = core::decide_agreement(now.policy(), members, me, others);
  if (lacking && std::find(may.begin(), may.end(), me) == may.end()) permission.deny(*lacking);
  out.in_force = !lacking;
  const auto summary = fmt::format("version {} of the policy", out.proposal.policy.version);
  const auto edits = workspace.repository().hand_edits({path});
  const bool is_in_its_file = !edits.empty() && edits.front().content == text;
  if (out.in_force) {
    batch.put_file(path, text);
    clear_proposals(batch, now, out.proposal.policy.version);
    batch.trailer("Crm-Agreed", base::join(out.proposal.agreed, " "));
    out.committed = batch.commit("Put " + summary + " in force");
  } else {
    if (is_in_its_file) batch.put_back(path, text);
    batch.put_file(sync::proposal_path(me), text);
    out.committed = batch.commit("Propose " + summary);
  }
  return out;
}

} // namespace

PolicyState policy_state(Workspace& workspace) {
  const Now now(workspace);
  return {now.policy(), core::who_may_agree(now.policy(), now.authority->members),
          open_proposals(*now.authority)};
}

std::vector<Proposal> proposals_to_answer(Workspace& workspace) {
  sync::Authorities authorities(workspace.repository());
  const auto& authority = authorities.at(workspace.tree());
  if (!authority.policy || !authority.unreadable.empty() || authority.proposals.empty()) return {};
  const auto may = core::who_may_agree(*authority.policy, authority.members);
  const auto among = [&](const std::vector<std::string>& members) {
    return std::find(members.begin(), members.end(), workspace.member()) != members.end();
  };
  if (!among(may)) return {};
  auto out = open_proposals(authority);
  std::erase_if(out, [&](const Proposal& each) { return among(each.agreed); });
  return out;
}

const Proposal& find_proposal(const PolicyState& state, const std::string& who) {
  std::vector<const Proposal*> meant;
  constexpr std::size_t shortest = 4;
  for (const auto& each : state.proposals)
    if (std::find(each.agreed.begin(), each.agreed.end(), who) != each.agreed.end() ||
        (who.size() >= shortest && each.id.starts_with(who)))
      meant.push_back(&each);
  if (meant.empty())
    throw base::Error(base::Kind::NotFound, "nobody proposes a policy as \"" + base::printable(who) + "\"",
                      "`crm policy` lists the proposals that there are");
  if (meant.size() > 1)
    throw base::Error(base::Kind::Ambiguous, "\"" + base::printable(who) + "\" fits several proposals",
                      "name it by its id: `crm policy` shows it");
  return *meant.front();
}

Proposed propose_policy(Workspace& workspace, const std::string& text, Mode mode) {
  Batch batch(workspace, "policy.propose", mode);
  const Now now(workspace);
  return want(workspace, batch, now, text);
}

Proposed approve_policy(Workspace& workspace, const std::string& who, Mode mode) {
  Batch batch(workspace, "policy.approve", mode);
  const Now now(workspace);
  const auto state = policy_state(workspace);
  return want(workspace, batch, now, find_proposal(state, who).text);
}

Committed withdraw_policy(Workspace& workspace, Mode mode) {
  Batch batch(workspace, "policy.withdraw", mode);
  const Now now(workspace);
  if (!now.authority->proposals.contains(workspace.member()))
    throw base::Error(base::Kind::NotFound, workspace.member() + " proposes no policy",
                      "`crm policy` lists the proposals that there are");
  batch.put_file(sync::proposal_path(workspace.member()), std::nullopt);
  return batch.commit("Withdraw a proposal for the policy");
}

} // namespace crm::app
