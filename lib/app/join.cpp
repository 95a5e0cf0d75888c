// A clone of a store on another device.
#include "app/init.hpp"
#include "app/keys.hpp"
#include "app/receive.hpp"
#include "app/sync.hpp"
#include "app/sync_state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/device_keys.hpp"
#include "store/paths.hpp"
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

/// Takes away what a join that failed has made, and nothing else.
class Made {
 public:
  explicit Made(std::filesystem::path folder) : m_folder(std::move(folder)), m_was_there(is_there(m_folder)) {
    std::error_code error;
    for (auto above = m_folder.parent_path(); !above.empty() && !std::filesystem::exists(above, error);
         above = above.parent_path())
      m_above.push_back(above);
  }
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  ~Made() {
    if (m_kept) return;
    std::error_code ignored;
    if (!m_was_there) {
      std::filesystem::remove_all(m_folder, ignored);
      for (const auto& above : m_above)
        std::filesystem::remove(above, ignored); // only where it is empty
      return;
    }
    for (const auto& each : std::filesystem::directory_iterator(m_folder, ignored))
      std::filesystem::remove_all(each.path(), ignored);
  }
  void keep() { m_kept = true; }

 private:
  static bool is_there(const std::filesystem::path& folder) {
    std::error_code error;
    const auto found = std::filesystem::status(folder, error);
    if (!std::filesystem::status_known(found))
      throw base::Error(base::Kind::Failure,
                        "cannot look at " + base::printable(folder.string()) + ": " + error.message(),
                        "name another folder");
    return std::filesystem::exists(found);
  }

  std::filesystem::path m_folder;
  std::vector<std::filesystem::path> m_above; ///< folders that were not there either, the deepest first
  bool m_was_there, m_kept = false;
};

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

std::string device_name(const std::set<std::string>& taken, base::Environment& env,
                        const std::string& wanted) {
  if (!wanted.empty()) {
    check_device_name(wanted);
    if (taken.contains(wanted))
      throw base::Error(base::Kind::Usage, "another device of this store is called \"" + wanted + "\"",
                        "each clone needs a name of its own: `--device tablet-2`");
    return wanted;
  }
  return free_name(to_name(env.host(), "device"), taken);
}

std::string command_of(const JoinRequest& request) {
  return request.from == JoinRequest::From::Archive ? "crm import all FILE" : "crm join URL";
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

} // namespace

JoinedStore join_store(base::Environment& env, const JoinRequest& request) {
  std::error_code error;
  const auto folder =
      std::filesystem::absolute(request.folder.empty() ? folder_of(request.url) : request.folder, error)
          .lexically_normal();
  if (std::filesystem::exists(folder, error) &&
      (!std::filesystem::is_directory(folder, error) || !std::filesystem::is_empty(folder, error)))
    throw base::Error(base::Kind::Usage, base::printable(folder.string()) + " is there and not empty",
                      "name a folder of its own: `" + command_of(request) + " DIR`");
  Made made(folder);
  const auto cloned = store::clone(request.url, folder.string(), request.patience);
  if (!cloned.ok())
    throw base::Error(kind_of(cloned.trouble),
                      "cannot join " + base::printable(request.url) + ": " +
                          (cloned.trouble == store::Trouble::Refused
                               ? "what is there is not taken in"
                               : std::string(store::in_words(store::to_text(cloned.trouble)))),
                      cloned.said);
  auto repository = store::Repository::open(folder.string());
  const auto tip = store::last_seen(repository, first_remote);
  if (!tip)
    throw base::Error(base::Kind::NotFound, base::printable(request.url) + " holds no store yet",
                      "push one to it first: `crm remote add office URL` and `crm sync` where the store is");
  const bool is_archive = request.from == JoinRequest::From::Archive;
  // What a store was is brought back whole, whenever that was.
  const auto latest = is_archive ? core::StampTime::max() : env.now() + far_ahead;
  auto problems = sync::check_incoming(repository, *tip, "", {.latest = latest});
  if (problems.empty()) problems = settings_problems(repository, *tip);
  if (!problems.empty()) {
    std::vector<std::string> lines;
    for (const auto& problem : problems)
      lines.push_back("  " + base::printable(core::to_text(problem)));
    throw base::Error(base::Kind::InvalidData,
                      "what is there cannot be taken in:\n" + base::join(lines, "\n"),
                      "nothing was left here");
  }
  const auto judgement = sync::Judge(repository).judge(*tip, "", "");
  JoinedStore out;
  if (is_archive && !judgement.ok())
    out.warnings.emplace_back(
        "not all of its history is signed by who may have written it: `crm audit verify` "
        "says what");
  if (!judgement.unproved.empty() && !is_archive)
    throw base::Error(base::Kind::VerificationFailed,
                      "what is there is not signed as it must be: " +
                          refusal_text(judgement.unproved.front()),
                      "nothing was left here; ask whoever keeps that remote");
  const auto start = judgement.ok() || is_archive ? *tip : sync::put_aside(repository, judgement);
  const std::string device = device_name(devices(repository, *tip), env, request.device);
  repository.prepare();
  repository.set_config("crm.device", device);
  repository.set_config("crm.member", request.member.empty() ? "nobody" : request.member);
  auto asides = judgement.put_aside;
  if (start != *tip) asides.push_back(start);
  remember_asides(repository, asides);
  {
    auto transaction = repository.begin(lock_wait(env));
    transaction.fast_forward(start);
  }
  {
    auto workspace = Workspace::open(env, folder.string());
    out.member = member_key(workspace, request);
    out.name = workspace.settings().name;
    out.records =
        static_cast<std::size_t>(workspace.with_index([](index::Index& index) { return index.count({}); }));
  }
  if (!out.member.empty()) {
    repository.set_config("crm.member", out.member);
    repository.set_config("user.name", out.member);
    repository.set_config("user.email", out.member + "@" + device);
  }
  repository.set_config(first_commit_setting, first_commit(repository, *tip));
  if (!out.member.empty() && !sync::keys_at(repository, *tip).empty()) {
    out.fingerprint = store::fingerprint(ensure_key(repository, env, out.member, device));
    store::configure_signing(repository, out.member);
    refresh_signers(repository);
  }
  out.root = folder.string();
  out.device = device;
  if (request.look) {
    auto workspace = Workspace::open(env, folder.string());
    request.look(workspace);
  }
  if (!is_archive && store::look_at_bundle(request.url).state != store::Bundle::State::None)
    out.bundle = std::filesystem::absolute(request.url, error).lexically_normal().string();
  if (is_archive || !out.bundle.empty()) {
    store::remove_remote(repository, first_remote);
    sync::record_arrival(repository, {env.now(), *tip});
    made.keep();
    return out;
  }
  {
    // Says that the name is taken. A remote that may only be read has no such word, and need not.
    auto workspace = Workspace::open(env, folder.string());
    sign_as_member(repository, out.member);
    store::push(repository, {first_remote, store::remotes(repository).front().url}, *tip, request.patience,
                {{store::device_refs + device,
                  sync::write_heartbeat(repository, {device, out.member, env.now(), *tip, clone_id(workspace),
                                                     offers(workspace)})}});
  }
  sync::record(repository, {env.now(), first_remote, "ok", "joined", *tip, 0, 0});
  sync::record_arrival(repository, {env.now(), *tip});
  made.keep();
  return out;
}

} // namespace crm::app
