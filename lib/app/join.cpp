// A clone of a store on another device.
#include "app/init.hpp"
#include "app/keys.hpp"
#include "app/receive.hpp"
#include "app/sync.hpp"
#include "app/sync_state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/device_keys.hpp"
#include "store/made_folder.hpp"
#include "store/paths.hpp"
#include "store/unfinished_clone.hpp"
#include "sync/arrivals.hpp"
#include "sync/authority.hpp"
#include "sync/heartbeat.hpp"
#include "sync/incoming.hpp"
#include "sync/journal.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

constexpr const char* first_remote = "origin";

std::string folder_of(std::string url) {
  while (url.ends_with("/"))
    url.pop_back();
  url = url.substr(url.find_last_of("/:") == std::string::npos ? 0 : url.find_last_of("/:") + 1);
  if (url.ends_with(".git")) url.resize(url.size() - 4);
  if (url.empty() || url == "." || url == "..")
    throw base::Error(base::Kind::Usage, "which folder should the store come to?", "`crm join URL DIR`");
  return url;
}

base::Kind kind_of(store::Trouble trouble) {
  switch (trouble) {
  case store::Trouble::Network:
  case store::Trouble::Name:
    return base::Kind::Offline;
  case store::Trouble::Missing:
    return base::Kind::NotFound;
  case store::Trouble::Refused:
    return base::Kind::InvalidData;
  default:
    return base::Kind::Failure;
  }
}

/// Devices that have written into the store, or were seen at the remote. Two of one name could not be told
/// apart by the merge.
std::set<std::string> devices(const store::Repository& repository, const store::Oid& tip) {
  std::set<std::string> out;
  for (const auto& beat : sync::heartbeats(repository, first_remote))
    out.insert(beat.device);
  repository.since(tip, "", [&](const store::Commit& commit) {
    if (auto device = commit.trailer("Crm-Device"); !device.empty()) out.insert(std::move(device));
    return true;
  });
  return out;
}

store::Oid first_commit(const store::Repository& repository, const store::Oid& tip) {
  store::Oid out;
  repository.since(tip, "", [&](const store::Commit& commit) {
    if (commit.parents.empty()) out = commit.id;
    return true;
  });
  return out;
}

/// "tablet" of "tablet-2".
std::string stem_of(const std::string& name) {
  const auto end = name.find_last_not_of("0123456789");
  return end != std::string::npos && end > 0 && end + 1 < name.size() && name[end] == '-'
             ? name.substr(0, end)
             : name;
}

std::string device_name(const std::set<std::string>& taken, base::Environment& env,
                        const std::string& wanted) {
  if (!wanted.empty()) {
    check_device_name(wanted);
    if (taken.contains(wanted))
      throw base::Error(base::Kind::Usage, "another device of this store is called \"" + wanted + "\"",
                        "each clone needs a name of its own: `--device " + free_name(stem_of(wanted), taken) +
                            "`");
    return wanted;
  }
  return free_name(to_name(env.host(), "device"), taken);
}

std::string command_of(const JoinRequest& request) {
  return !request.archive.empty() ? "crm import all FILE" : "crm join URL";
}

/// The member who will write here: as named, or who logged in, or the only one there is. "" where nobody
/// will.
std::string member_key(Workspace& workspace, const JoinRequest& request) {
  const auto& wanted = request.member;
  const auto rows = workspace.with_index(
      [&](index::Index& index) { return index.list({.type = "member", .order = index::Order::Name}); });
  std::vector<std::string> keys;
  for (const auto& row : rows)
    keys.push_back(row.key);
  const std::string name = wanted.empty() ? to_name(workspace.env().user(), "") : wanted;
  if (std::find(keys.begin(), keys.end(), name) != keys.end()) return name;
  if (wanted.empty() && keys.size() == 1) return keys.front();
  if (wanted.empty() && request.only_look) return "";
  throw base::Error(base::Kind::Usage,
                    wanted.empty() ? "who will write on this device?"
                                   : "the store has no member \"" + base::printable(wanted) + "\"",
                    "its members: " + base::join(keys, ", ") + "; `" + command_of(request) +
                        " --member KEY`");
}

/// An empty folder, or one that is not there yet. What a join that was killed has left is taken away.
std::filesystem::path folder_for(const JoinRequest& request) {
  std::error_code error;
  auto folder =
      std::filesystem::absolute(request.folder.empty() ? folder_of(request.url) : request.folder, error)
          .lexically_normal();
  if (store::UnfinishedClone::is_left(folder.string()))
    for (const auto& each : std::filesystem::directory_iterator(folder, error))
      std::filesystem::remove_all(each.path(), error);
  if (std::filesystem::exists(folder, error) &&
      (!std::filesystem::is_directory(folder, error) || !std::filesystem::is_empty(folder, error)))
    throw base::Error(base::Kind::Usage, base::printable(folder.string()) + " is there and not empty",
                      "name a folder of its own: `" + command_of(request) + " DIR`");
  return folder;
}

/// By the archive's own name: nobody gave one to the file of its history.
[[noreturn]] void fail_archive(const JoinRequest& request, const std::string& why, const std::string& hint) {
  throw base::Error(base::Kind::VerificationFailed,
                    "the history in " + base::printable(request.archive) + " cannot be read: " + why, hint);
}

store::Repository clone(const std::filesystem::path& folder, const JoinRequest& request) {
  const auto cloned = store::clone(request.url, folder.string(), request.patience);
  if (!cloned.ok()) {
    const auto why = cloned.trouble == store::Trouble::Refused
                         ? "what is there is not taken in"
                         : std::string(store::in_words(store::to_text(cloned.trouble)));
    if (!request.archive.empty()) fail_archive(request, why, cloned.said);
    throw base::Error(kind_of(cloned.trouble), "cannot join " + base::printable(request.url) + ": " + why,
                      cloned.said);
  }
  return store::Repository::open(folder.string());
}

class Join {
 public:
  Join(base::Environment& env, const JoinRequest& request, std::filesystem::path folder)
      : m_env(env), m_request(request), m_folder(std::move(folder)), m_repository(clone(m_folder, request)),
        m_tip(store::last_seen(m_repository, first_remote).value_or("")) {}

  JoinedStore run() {
    if (m_tip.empty() && is_archive()) fail_archive(m_request, "no store is in it", "");
    if (m_tip.empty())
      throw base::Error(
          base::Kind::NotFound, base::printable(m_request.url) + " holds no store yet",
          "push one to it first: `crm remote add office URL` and `crm sync` where the store is");
    check();
    const auto start = judge();
    name_device();
    begin_with(start);
    name_member();
    m_repository.set_config(first_commit_setting, first_commit(m_repository, m_tip));
    make_key();
    m_out.root = m_folder.string();
    if (m_request.look) {
      auto workspace = open();
      m_request.look(workspace);
    }
    keep_remote();
    sync::record_arrival(m_repository, {m_env.now(), m_tip});
    return std::move(m_out);
  }

 private:
  bool is_archive() const { return !m_request.archive.empty(); }
  Workspace open() const { return Workspace::open(m_env, m_folder.string()); }

  void check_clocks() const {
    const auto refusal = clock_refusal(m_repository, {m_env.now(), far_ahead}, m_tip, "");
    if (refusal.empty()) return;
    const auto first = refusal.find('\n');
    throw base::Error(base::Kind::InvalidData,
                      "what is there cannot be taken in: " + refusal.substr(0, first),
                      refusal.substr(first + 1));
  }

  /// As a sync looks at what comes. What a store was, an archive brings back whole, whenever that was.
  void check() {
    const auto latest = is_archive() ? core::StampTime::max() : m_env.now() + far_ahead;
    if (!is_archive()) check_clocks();
    auto problems = sync::check_incoming(m_repository, m_tip, "", {.latest = latest});
    if (problems.empty()) problems = settings_problems(m_repository, m_tip);
    if (problems.empty()) return;
    std::vector<std::string> lines;
    for (const auto& problem : problems)
      lines.push_back("  " + base::printable(core::to_text(problem)));
    throw base::Error(base::Kind::InvalidData,
                      "what is there cannot be taken in:\n" + base::join(lines, "\n"),
                      "nothing was left here");
  }

  /// What came, without what its writers had no right to write.
  store::Oid judge() {
    const auto judgement = sync::Judge(m_repository).judge(m_tip, "", "");
    if (is_archive() && !judgement.ok())
      m_out.warnings.emplace_back(
          "not all of its history is signed by who may have written it: `crm audit verify` says what");
    if (!judgement.unproved.empty() && !is_archive())
      throw base::Error(base::Kind::VerificationFailed,
                        "what is there is not signed as it must be: " +
                            refusal_text(judgement.unproved.front()),
                        "nothing was left here; ask whoever keeps that remote");
    m_asides = judgement.put_aside;
    if (judgement.ok() || is_archive()) return m_tip;
    m_asides.push_back(sync::put_aside(m_repository, judgement));
    return m_asides.back();
  }

  void name_device() {
    m_out.device = device_name(devices(m_repository, m_tip), m_env, m_request.device);
    m_repository.prepare();
    m_repository.set_config("crm.device", m_out.device);
    m_repository.set_config("crm.member", m_request.member.empty() ? "nobody" : m_request.member);
  }

  void begin_with(const store::Oid& start) {
    remember_asides(m_repository, m_asides);
    m_repository.begin(lock_wait(m_env)).fast_forward(start);
  }

  void name_member() {
    auto workspace = open();
    m_out.member = member_key(workspace, m_request);
    m_out.name = workspace.settings().name;
    m_out.records =
        static_cast<std::size_t>(workspace.with_index([](index::Index& index) { return index.count({}); }));
    if (m_out.member.empty()) return;
    m_repository.set_config("crm.member", m_out.member);
    m_repository.set_config("user.name", m_out.member);
    m_repository.set_config("user.email", m_out.member + "@" + m_out.device);
  }

  /// Where batches are signed.
  void make_key() {
    if (m_out.member.empty() || sync::keys_at(m_repository, m_tip).empty()) return;
    m_out.fingerprint = store::fingerprint(ensure_key(m_repository, m_env, m_out.member, m_out.device));
    store::configure_signing(m_repository, m_out.member);
    refresh_signers(m_repository);
  }

  /// A file is no remote. A remote is told that the device's name is taken; one that may only be read has no
  /// such word, and need not.
  void keep_remote() {
    std::error_code error;
    if (!is_archive() && store::look_at_bundle(m_request.url).state != store::Bundle::State::None)
      m_out.bundle = std::filesystem::absolute(m_request.url, error).lexically_normal().string();
    if (is_archive() || !m_out.bundle.empty()) return store::remove_remote(m_repository, first_remote);
    auto workspace = open();
    sign_as_member(m_repository, m_out.member);
    store::push(m_repository, store::remotes(m_repository).front(), m_tip, m_request.patience,
                {{store::device_refs + m_out.device,
                  sync::write_heartbeat(m_repository, {m_out.device, m_out.member, m_env.now(), m_tip,
                                                       clone_id(workspace), offers(workspace)})}});
    sync::record(m_repository, {m_env.now(), first_remote, "ok", "joined", m_tip, 0, 0, "",
                                sync::place_of(store::remotes(m_repository).front().url)});
  }

  base::Environment& m_env;
  const JoinRequest& m_request;
  const std::filesystem::path m_folder;
  store::Repository m_repository;
  const store::Oid m_tip;           ///< of the branch that came; "" where the remote has none
  std::vector<store::Oid> m_asides; ///< what was put aside, by others or here
  JoinedStore m_out;
};

} // namespace

JoinedStore join_store(base::Environment& env, const JoinRequest& request) {
  if (!request.member.empty()) check_member_name(request.member);
  auto folder = folder_for(request);
  store::MadeFolder made(folder);
  store::UnfinishedClone mark(folder.string());
  auto out = Join(env, request, std::move(folder)).run();
  mark.finished();
  made.keep();
  return out;
}

} // namespace crm::app
