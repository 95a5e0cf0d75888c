#include "app/sync_state.hpp"

#include "app/keys.hpp"
#include "app/sync.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "store/standstill.hpp"
#include "sync/heartbeat.hpp"
#include "sync/journal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

// Named by their time, so that they are in its order.
constexpr const char* checkpoint_refs = "refs/crm/checkpoints/";
// A clock that is a day ahead is worth a word. Much further, and its stamps would outlive every later write.
constexpr std::chrono::days much_ahead{1};

bool is_merge(const store::Commit& commit) {
  return !commit.trailer("Crm-Merge").empty();
}

std::string seen_refs(const std::string& remote) {
  return "refs/crm/remotes/" + remote + "/";
}

/// The branch that is synced with the remote: where HEAD is on none, the one that was; "" when there was
/// none.
std::string branch_with(const store::Repository& repository, const std::string& remote) {
  if (auto branch = repository.branch(); !branch.empty()) return branch;
  const auto seen = repository.refs(seen_refs(remote));
  return seen.empty() ? "" : seen.front().first;
}

} // namespace

std::vector<store::Remote> remotes_named(const Workspace& workspace, const std::vector<std::string>& names) {
  auto all = store::remotes(workspace.repository());
  if (names.empty() && all.empty()) {
    // Where only a file travels, it is how things stand with that.
    const auto attempts = sync::journal(workspace.repository());
    if (std::any_of(attempts.begin(), attempts.end(),
                    [](const auto& each) { return each.remote == bundle_remote; }))
      all.push_back({bundle_remote, ""});
  }
  if (names.empty()) return all;
  std::vector<store::Remote> out;
  for (const auto& name : names) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.name == name; });
    if (found != all.end()) {
      out.push_back(*found);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& remote : all)
      known.push_back(remote.name);
    throw base::Error(base::Kind::NotFound, "no remote \"" + base::printable(name) + "\"",
                      known.empty() ? "there is none yet: `crm remote add NAME URL` makes one"
                                    : "there is: " + base::join(known, ", "));
  }
  return out;
}

void remove_remote(Workspace& workspace, const std::string& name) {
  store::remove_remote(workspace.repository(), name);
  sync::record(workspace.repository(), {workspace.env().now(), name, sync::removed, "", "", 0, 0});
}

std::vector<RemoteState> remote_states(Workspace& workspace, const std::vector<store::Remote>& remotes) {
  const auto& repository = workspace.repository();
  const auto attempts = sync::journal(repository);
  std::vector<RemoteState> out;
  for (const auto& remote : remotes) {
    RemoteState state{.remote = remote};
    const auto contacts = sync::contacts(attempts, remote);
    state.failing = contacts.failing;
    if (contacts.success) state.success = contacts.success->at;
    if (contacts.failure) {
      state.failure = contacts.failure->at;
      state.failure_outcome = contacts.failure->outcome;
      state.failure_detail = contacts.failure->detail;
    }
    const auto branch = branch_with(repository, remote.name);
    auto seen = branch.empty() ? "" : repository.ref(seen_refs(remote.name) + branch);
    if (!seen.empty() && !repository.has_commit(seen)) seen.clear(); // lost: it is asked for again
    // Of a file that could not be read now: what the last one held.
    if (seen.empty() && remote.name == bundle_remote && contacts.success &&
        repository.has_commit(contacts.success->head))
      seen = contacts.success->head;
    // What `git pull` by hand has brought is there, too.
    const auto pulled =
        branch.empty() ? "" : repository.ref(fmt::format("refs/remotes/{}/{}", remote.name, branch));
    if (!pulled.empty() && (seen.empty() || repository.descends(pulled, seen))) seen = pulled;
    if (contacts.moved && !contacts.success) seen.clear(); // that was elsewhere
    const auto own = branch.empty() ? "" : repository.ref("refs/heads/" + branch);
    repository.since(
        own.empty() ? repository.head() : own, seen,
        [&](const store::Commit& commit) {
          if (is_merge(commit)) return true;
          ++state.waiting;
          state.waiting_since = commit.author.time;
          return true;
        },
        most_counted);
    if (state.waiting == most_counted) state.waiting_since.reset(); // there may be older ones
    out.push_back(std::move(state));
  }
  return out;
}

std::vector<DeviceState> device_states(Workspace& workspace, const std::vector<store::Remote>& remotes) {
  const auto& repository = workspace.repository();
  std::vector<DeviceState> out;
  for (const auto& remote : remotes)
    for (const auto& beat : sync::heartbeats(repository, remote.name)) {
      if (beat.device == workspace.device()) continue;
      const auto known =
          std::find_if(out.begin(), out.end(), [&](const auto& each) { return each.device == beat.device; });
      if (known != out.end() && known->seen >= beat.at) continue;
      DeviceState state{.device = beat.device, .member = beat.member, .seen = beat.at, .remote = remote.name};
      state.known = repository.has_commit(beat.head);
      if (state.known) state.lacks = repository.count_since(repository.head(), beat.head, most_counted);
      state.revoked = is_revoked_on(workspace, state.member, state.device);
      state.has_all = state.known && state.lacks == 0;
      if (known != out.end())
        *known = std::move(state);
      else
        out.push_back(std::move(state));
    }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.device < b.device; });
  return out;
}

std::string clocks_ahead(Workspace& workspace, const std::vector<store::Remote>& remotes) {
  std::set<std::string> ahead;
  core::StampTime latest{};
  for (const auto& remote : remotes)
    for (const auto& beat : sync::heartbeats(workspace.repository(), remote.name)) {
      if (beat.device == workspace.device() || beat.at <= workspace.env().now() + much_ahead) continue;
      ahead.insert(beat.device);
      latest = std::max(latest, beat.at);
    }
  if (ahead.empty()) return "";
  if (ahead.size() == 1)
    return "the clock of " + *ahead.begin() + " is ahead of this device's: it showed " +
           core::to_text(latest) + "; one of the two is wrong";
  return fmt::format("the clocks of {} other devices are ahead of this one's, up to {}: this device's is "
                     "likely to be wrong",
                     ahead.size(), core::to_text(latest));
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

void record_checkpoint(Workspace& workspace, const std::string& name, StampTime at) {
  auto& repository = workspace.repository();
  const auto& member = workspace.member();
  const auto id = repository.write_loose({"Checkpoint: " + name,
                                          "",
                                          {{"Crm-Name", name},
                                           {"Crm-Device", workspace.device()},
                                           {"Crm-Actor", member},
                                           {"Crm-Head", repository.head()}}},
                                         {member, member + "@" + workspace.device(), at});
  auto ref = [number = at.time_since_epoch().count()]() mutable {
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
    const auto contacts = sync::contacts(attempts, remote);
    if (!contacts.success || contacts.heard || contacts.success->head != repository.head()) return {};
    if (store::last_seen(repository, remote.name) != repository.head()) return {};
    if (!oldest || contacts.success->at < *oldest) oldest = contacts.success->at;
  }
  return oldest;
}

void check_branch(const store::Repository& repository, const std::vector<store::Remote>& remotes) {
  store::check_standstill(repository);
  const auto branch = repository.branch();
  for (const auto& remote : remotes) {
    const auto seen = repository.refs(seen_refs(remote.name));
    // A branch that is gone here was renamed: what the remote has by now it says itself.
    if (seen.empty() || std::any_of(seen.begin(), seen.end(), [&](const auto& each) {
          return each.first == branch || repository.ref("refs/heads/" + each.first).empty();
        }))
      continue;
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
