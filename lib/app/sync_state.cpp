#include "app/sync_state.hpp"

#include "app/sync.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "sync/heartbeat.hpp"
#include "sync/journal.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

// Named by their time, so that they are in its order.
constexpr const char* checkpoint_refs = "refs/crm/checkpoints/";

bool is_merge(const store::Commit& commit) {
  return !commit.trailer("Crm-Merge").empty();
}

} // namespace

std::vector<RemoteState> remote_states(Workspace& workspace) {
  const auto& repository = workspace.repository();
  const auto attempts = sync::journal(repository);
  std::vector<RemoteState> out;
  auto remotes = store::remotes(repository);
  // Where only a file travels, it is how things stand with that.
  if (remotes.empty() && std::any_of(attempts.begin(), attempts.end(),
                                     [](const auto& each) { return each.remote == bundle_remote; }))
    remotes.push_back({bundle_remote, ""});
  for (const auto& remote : remotes) {
    RemoteState state{.remote = remote};
    const auto contacts = sync::contacts(attempts, remote.name);
    state.failing = contacts.failing;
    if (contacts.success) state.success = contacts.success->at;
    if (contacts.failure) {
      state.failure = contacts.failure->at;
      state.failure_outcome = contacts.failure->outcome;
      state.failure_detail = contacts.failure->detail;
    }
    const bool given = remote.name == bundle_remote && contacts.success; // what the file holds since then
    auto seen = given ? contacts.success->head : store::last_seen(repository, remote.name);
    // What `git pull` by hand has brought is there, too.
    const auto pulled = repository.ref(fmt::format("refs/remotes/{}/{}", remote.name, repository.branch()));
    if (!pulled.empty() && (!seen || repository.descends(pulled, *seen))) seen = pulled;
    repository.since(repository.head(), seen.value_or(""), [&](const store::Commit& commit) {
      if (is_merge(commit)) return true;
      ++state.waiting;
      state.waiting_since = commit.author.time;
      return true;
    });
    out.push_back(std::move(state));
  }
  return out;
}

std::vector<DeviceState> device_states(Workspace& workspace) {
  const auto& repository = workspace.repository();
  std::vector<DeviceState> out;
  for (const auto& remote : store::remotes(repository))
    for (const auto& beat : sync::heartbeats(repository, remote.name)) {
      if (beat.device == workspace.device()) continue;
      const auto known =
          std::find_if(out.begin(), out.end(), [&](const auto& each) { return each.device == beat.device; });
      if (known != out.end() && known->seen >= beat.at) continue;
      DeviceState state{.device = beat.device, .member = beat.member, .seen = beat.at, .remote = remote.name};
      state.known = repository.has_commit(beat.head);
      if (state.known)
        repository.since(repository.head(), beat.head, [&](const store::Commit& commit) {
          return state.lacks += is_merge(commit) ? 0 : 1, true;
        });
      state.has_all = state.known && state.lacks == 0;
      if (known != out.end())
        *known = std::move(state);
      else
        out.push_back(std::move(state));
    }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.device < b.device; });
  return out;
}

std::vector<Checkpoint> checkpoints(const Workspace& workspace) {
  const auto& repository = workspace.repository();
  std::vector<Checkpoint> out;
  for (const auto& [name, id] : repository.refs(checkpoint_refs)) {
    const auto commit = repository.commit(id);
    out.push_back({commit.trailer("Crm-Name"), commit.author.time, commit.trailer("Crm-Head")});
  }
  return out;
}

void record_checkpoint(Workspace& workspace, const std::string& name) {
  auto& repository = workspace.repository();
  const auto now = workspace.env().now();
  const auto& member = workspace.member();
  const auto id = repository.write_loose({"Checkpoint: " + (name.empty() ? core::to_text(now) : name),
                                          "",
                                          {{"Crm-Name", name},
                                           {"Crm-Device", workspace.device()},
                                           {"Crm-Actor", member},
                                           {"Crm-Head", repository.head()}}},
                                         {member, member + "@" + workspace.device(), now});
  auto ref = [number = now.time_since_epoch().count()]() mutable {
    return fmt::format("{}{:020}", checkpoint_refs, number++);
  };
  std::string name_of_ref = ref();
  while (!repository.ref(name_of_ref).empty())
    name_of_ref = ref();
  repository.set_ref(name_of_ref, id);
}

std::optional<StampTime> in_step_since(Workspace& workspace) {
  const auto& repository = workspace.repository();
  const auto attempts = sync::journal(repository);
  const auto all = store::remotes(repository);
  std::optional<StampTime> oldest;
  for (const auto& remote : all) {
    const auto contacts = sync::contacts(attempts, remote.name);
    if (!contacts.success || contacts.failing) return {};
    if (store::last_seen(repository, remote.name) != repository.head()) return {};
    if (!oldest || contacts.success->at < *oldest) oldest = contacts.success->at;
  }
  return oldest;
}

void check_branch(const store::Repository& repository, const std::vector<store::Remote>& remotes) {
  const auto branch = repository.branch();
  for (const auto& remote : remotes) {
    const auto seen = repository.refs("refs/crm/remotes/" + remote.name + "/");
    if (seen.empty() || store::last_seen(repository, remote.name)) continue;
    const auto theirs = base::printable(seen.front().first);
    throw base::Error(base::Kind::Usage,
                      "this store is on the branch " + base::printable(branch) + ", and " + remote.name +
                          " is synced on " + theirs + ": nobody would see what is sent",
                      "`crm git checkout " + theirs + "`, and `crm git merge " + base::printable(branch) +
                          "` there brings over what was written here");
  }
}

std::string clone_id(Workspace& workspace) {
  constexpr const char* key = "crm.clone";
  auto id = workspace.repository().config(key);
  if (id.empty()) {
    id = base::Id::random(workspace.env()).str();
    workspace.repository().set_config(key, id);
  }
  return id;
}

} // namespace crm::app
