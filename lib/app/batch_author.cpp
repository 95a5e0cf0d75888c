// Whose a batch is, when it was written, and what its commit says of that.
#include "app/batch.hpp"

#include "app/keys.hpp"
#include "core/policy.hpp"
#include "store/transport.hpp"
#include "sync/journal.hpp"

#include <algorithm>
#include <set>

namespace crm::app {

core::StampTime newest_seen(const store::Repository& repository) {
  // Each batch's clock is later than all it had seen, so its own trailer is enough; commits made by hand and
  // merges have none, and their parents are asked. Devices that merge each other's merges share most of them:
  // without remembering which were asked, twenty merges could be a million ways.
  core::StampTime newest{};
  std::vector<store::Oid> todo{repository.head()};
  std::set<store::Oid> asked;
  constexpr std::size_t enough = 10'000;
  while (!todo.empty() && asked.size() < enough) {
    const auto id = std::move(todo.back());
    todo.pop_back();
    if (!asked.insert(id).second) continue;
    const auto commit = repository.commit(id);
    if (const auto time = core::parse_stamp_time(commit.trailer("Crm-Clock"))) {
      newest = std::max(newest, *time);
    } else {
      todo.insert(todo.end(), commit.parents.begin(), commit.parents.end());
    }
  }
  return newest;
}

store::Signature signature(const Workspace& workspace, const core::Stamp& stamp) {
  return {workspace.member(), workspace.member() + "@" + workspace.device(), stamp.time};
}

std::vector<std::pair<std::string, std::string>> standard_trailers(const Workspace& workspace,
                                                                   const std::string& operation,
                                                                   const std::string& batch,
                                                                   const core::Stamp& stamp) {
  std::vector<std::pair<std::string, std::string>> out{{"Crm-Op", operation},
                                                       {"Crm-Batch", batch},
                                                       {"Crm-Actor", stamp.member},
                                                       {"Crm-Device", stamp.device},
                                                       {"Crm-Clock", core::to_text(stamp.time)}};
  const auto contact = sync::last_contact(workspace.repository());
  if (contact && workspace.env().now() - *contact >= offline_after &&
      !store::remotes(workspace.repository()).empty())
    out.emplace_back("Crm-Offline-Since", core::to_text(*contact));
  return out;
}

void after_commit(Workspace& workspace, store::Transaction& transaction,
                  const std::vector<Written>& records) {
  for (auto& warning : transaction.take_warnings())
    workspace.warn(std::move(warning));
  workspace.moved();
  if (std::any_of(records.begin(), records.end(),
                  [](const Written& each) { return each.record.type == core::member_type; }))
    refresh_signers(workspace.repository());
}

} // namespace crm::app
