#include "app/own_name.hpp"

#include "app/batch.hpp"
#include "app/init.hpp"
#include "app/keys.hpp"
#include "app/sync_state.hpp"
#include "codec/record.hpp"
#include "core/renaming.hpp"
#include "store/commit_proof.hpp"
#include "store/device_keys.hpp"
#include "store/paths.hpp"
#include "sync/authority.hpp"
#include "sync/heartbeat.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

/// What this clone wrote or took in, though its branch may have been moved back since.
class Past {
 public:
  explicit Past(const store::Repository& repository) : m_repository(repository) {}
  bool holds(const store::Oid& commit) {
    if (!m_repository.has_commit(commit)) return false;
    if (m_repository.descends(m_repository.head(), commit)) return true;
    if (!m_logged) m_logged = m_repository.branch_log();
    return std::find(m_logged->begin(), m_logged->end(), commit) != m_logged->end();
  }

 private:
  const store::Repository& m_repository;
  std::optional<std::vector<store::Oid>> m_logged;
};

/// Who may push may leave a sign of life in any name. One in this device's own is by it, or by a copy of it
/// that has the same key; in a store without keys there is nothing to tell that by.
bool is_by_own_key(const Workspace& workspace, const sync::Heartbeat& beat) {
  const auto& repository = workspace.repository();
  auto allowed = sync::keys_at(repository, repository.head());
  if (allowed.empty()) return true;
  for (const auto& [member, key] : store::DeviceKeys(repository.private_dir()).list())
    allowed.push_back({key, member, workspace.device()});
  const auto proof = store::verify_commit(repository.raw_commit(beat.commit), allowed);
  const auto* proved = std::get_if<store::Proved>(&proof);
  return proved != nullptr && proved->device == workspace.device();
}

/// The last stamp of this device that is in what both copies have.
core::StampTime last_common(const store::Repository& repository, const std::string& device,
                            const std::set<store::Oid>& unsent) {
  core::StampTime out{};
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    if (unsent.contains(commit.id) || commit.trailer("Crm-Device") != device) return true;
    out = core::parse_stamp_time(commit.trailer("Crm-Clock")).value_or(core::StampTime{});
    return out == core::StampTime{};
  });
  return out;
}

} // namespace

std::optional<std::string> other_name(Workspace& workspace, const std::string& remote,
                                      const store::Oid& tip) {
  const auto& repository = workspace.repository();
  const std::string own = workspace.device();
  Past past(repository);
  std::set<std::string> taken{own};
  bool twice = false, rightful = false;
  for (const auto& beat : sync::heartbeats(repository, remote)) {
    taken.insert(beat.device);
    if (beat.device != own || beat.clone.empty() || !is_by_own_key(workspace, beat)) continue;
    twice = beat.clone != clone_id(workspace);
    // A copy has the same number; what the last one who used the name had at hand, only one of them has.
    rightful = !twice && past.holds(beat.head);
  }
  std::vector<store::Oid> by_another, renamed;
  repository.since(tip, repository.head(), [&](const store::Commit& commit) {
    const auto device = commit.trailer("Crm-Device");
    taken.insert(device);
    if (device == own && !commit.trailer(core::becomes_trailer).empty()) renamed.push_back(commit.id);
    if (device == own && !past.holds(commit.id)) by_another.push_back(commit.id);
    return true;
  });
  // Beside who has the name a copy may go on under it with other remotes, unless it has taken another since.
  twice = twice || std::any_of(by_another.begin(), by_another.end(), [&](const store::Oid& commit) {
            return !rightful || std::none_of(renamed.begin(), renamed.end(), [&](const store::Oid& at) {
              return repository.descends(at, commit) || repository.descends(commit, at); // to vouch for a key
            });
          });
  return twice ? std::optional(free_name(own, taken)) : std::nullopt;
}

void keep_apart(Workspace& workspace, store::Transaction& transaction, const std::string& name,
                const store::Oid& theirs) {
  auto& repository = workspace.repository();
  std::set<store::Oid> unsent;
  std::set<std::string> paths;
  bool wrote = false;
  repository.since(transaction.head(), theirs, [&](const store::Commit& commit) {
    unsent.insert(commit.id);
    if (commit.parents.size() != 1 || commit.trailer("Crm-Device") != workspace.device()) return true;
    wrote = true;
    for (const auto& each : repository.diff(repository.commit(commit.parents.front()).tree, commit.tree))
      if (store::parse_record_path(each.path)) paths.insert(each.path);
    return true;
  });
  const core::Renaming renaming{workspace.device(), name,
                                last_common(repository, workspace.device(), unsent)};
  std::vector<store::Change> changes;
  const core::Stamp stamp{core::next_stamp_time(workspace.env().now(), newest_seen(repository)),
                          workspace.device(), workspace.member()};
  store::Message message{
      "What this copy of " + renaming.device + " wrote is by " + name, "",
      standard_trailers(workspace, "device.rename", base::Id::random(workspace.env()).str(), stamp)};
  for (const auto& path : paths) {
    const auto text = repository.read(transaction.head(), path);
    const auto* schema = workspace.schemas().by_folder(path.substr(0, path.find('/')));
    if (!text || schema == nullptr) continue;
    const auto read = codec::read_record(*text, path, *schema);
    const auto* record = std::get_if<core::Record>(&read);
    if (record == nullptr) continue;
    auto renamed = *record;
    if (!core::rename_writer(renamed, *schema, renaming)) continue;
    changes.push_back({path, codec::edit_record(*text, renamed, *schema)});
    message.trailers.emplace_back("Crm-Record", schema->type + " " + renamed.id.str());
  }
  if (!wrote) return;
  message.trailers.emplace_back(core::becomes_trailer, name);
  if (renaming.since != core::StampTime{})
    message.trailers.emplace_back(core::since_trailer, core::to_text(renaming.since));
  sign_as_member(repository, workspace.member());
  transaction.commit(changes, message, signature(workspace, stamp));
  after_commit(workspace, transaction);
}

void take_name(Workspace& workspace, const std::string& name) {
  const std::string own = workspace.device();
  workspace.warn(
      fmt::format("another clone of this store writes as {}: {}", own, become_device(workspace, name)));
}

} // namespace crm::app
