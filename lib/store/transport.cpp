#include "store/transport.hpp"

#include "store/folder_remote.hpp"
#include "store/hub.hpp"
#include "store/remote_listing.hpp"
#include "store/remotes.hpp"
#include "store/standstill.hpp"
#include "store/sync_at_once.hpp"
#include "store/transport_call.hpp"
#include "store/transport_trouble.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/trace.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace crm::store {
namespace {

/// What there is at a path before git looks: it would say the same of a stick that is not plugged in and of a
/// folder that is no repository.
enum class Folder { Repository, Bundle, Empty, Files, Missing, Denied, Odd };

/// As git looks for one; what cannot be told, git is asked.
bool has_repository(const std::string& path) {
  constexpr std::array places{"/HEAD", "/.git", ".git/HEAD", ".git/.git"};
  return std::any_of(places.begin(), places.end(), [&](const char* place) {
    std::error_code error;
    return std::filesystem::exists(path + place, error) || error;
  });
}

/// Whether who runs crm may not do that (R_OK…) with a repository's folders, as far as they are there.
bool is_closed(const std::string& folder, int what) {
  constexpr std::array below{"", "/objects", "/refs", "/refs/heads", "/.git", "/.git/objects"};
  return std::any_of(below.begin(), below.end(), [&](const char* each) {
    const auto path = folder + each;
    return ::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), what) != 0;
  });
}

Folder look_at_folder(const std::string& path) {
  struct stat info {};
  // git also takes PATH.git for PATH.
  if (::stat(path.c_str(), &info) != 0 && ::stat((path + ".git").c_str(), &info) != 0)
    return errno == EACCES ? Folder::Denied : Folder::Missing;
  if (!S_ISDIR(info.st_mode)) return S_ISREG(info.st_mode) ? Folder::Bundle : Folder::Odd;
  if (is_closed(path, R_OK | X_OK)) return Folder::Denied;
  std::error_code error;
  const bool empty = std::filesystem::is_empty(path, error);
  if (error) return Folder::Repository;
  if (empty || is_half_made(path)) return Folder::Empty;
  return has_repository(path) ? Folder::Repository : Folder::Files;
}

/// What can be told without git: of a URL that no store may have, and of a folder.
struct Approach {
  RemoteUrl url{Place::Folder, ""};
  Contact contact;
  bool empty = false, bundle = false;
};

Approach approach(const Remote& remote) {
  Approach out;
  if (const auto problem = remote_name_problem(remote.name); !problem.empty())
    out.contact = {Trouble::Refused, fmt::format("the name \"{}\" will not do for a remote: {}",
                                                 base::printable(remote.name), problem)};
  else if (const auto why = url_problem(remote.url); !why.empty())
    out.contact = {Trouble::Refused,
                   fmt::format("the URL \"{}\" will not do: {}", shown_url(remote.url), why)};
  if (!out.contact.ok()) return out;
  out.url = parse_url(remote.url);
  if (out.url.place != Place::Folder) return out;
  const auto name = base::printable(out.url.folder);
  switch (look_at_folder(out.url.folder)) {
  case Folder::Missing:
    out.contact = {Trouble::Missing,
                   "there is no folder " + name + "; if it is on a stick or a share, is that there?"};
    break;
  case Folder::Denied:
    out.contact = {Trouble::Auth, "permission denied: the folder " + name +
                                      " cannot be read by who runs crm here; its owner can let them"};
    break;
  case Folder::Files:
    out.contact = {Trouble::OtherStore, name + " holds files, and no repository: a folder that becomes a "
                                               "remote has to be empty"};
    break;
  case Folder::Odd:
    out.contact = {Trouble::OtherStore, name + " is neither a folder nor a file"};
    break;
  case Folder::Empty:
    out.empty = true;
    break;
  case Folder::Bundle:
    switch (look_at_bundle(out.url.folder).state) {
    case Bundle::State::Damaged:
      out.contact = {Trouble::Refused, name + " is damaged: it ends before it should, or was changed"};
      break;
    case Bundle::State::None:
      if (::access(out.url.folder.c_str(), R_OK) == 0)
        out.contact = {Trouble::OtherStore, name + " is a file, and no bundle of a store"};
      break;
    case Bundle::State::Sound:
      out.bundle = true;
    }
    break;
  case Folder::Repository:
    break;
  }
  return out;
}

std::string branch_of(const Repository& repository) {
  auto out = repository.branch();
  if (out.empty()) check_standstill(repository);
  return out;
}

Contact not_mounted(const std::string& folder) {
  return {Trouble::Missing,
          "the folder " + base::printable(folder) +
              " is empty, and held the store before; is the stick or share not mounted?\n"
              "a new one in its place is another remote: `crm remote rm` and `crm remote add`"};
}

bool is_writable(const std::string& folder) {
  return !is_closed(folder, W_OK);
}

Contact not_writable(const std::string& folder) {
  return {Trouble::Refused, "the folder " + base::printable(folder) +
                                " cannot be written by who runs crm here; its owner can let them"};
}

/// A folder that becomes a remote by the first push to it.
Contact make_bare(const std::string& folder, const std::string& branch, std::chrono::seconds patience) {
  clear_half_made(folder);
  const auto made =
      run_git_watched({.root = folder,
                       .words = {"init", "--quiet", "--bare", "--template=", "--initial-branch=" + branch},
                       .environment = {},
                       .patience = patience});
  return contact_of(made, trouble_of(made));
}

std::string with_heads(const std::string& branch) {
  return "refs/heads/" + branch;
}

/// Signs of life come along where they can: none of them may keep the branch from coming.
GitRun fetch_refs(const Repository& repository, const Remote& remote, const std::string& branch,
                  const std::vector<std::string>& devices, std::chrono::seconds patience) {
  const auto url = parse_url(remote.url);
  std::vector<std::string> words{"fetch",
                                 "--progress",
                                 "--no-tags",
                                 "--no-recurse-submodules",
                                 "--no-write-fetch-head",
                                 "--no-show-forced-updates",
                                 "--no-auto-maintenance",
                                 "--no-write-commit-graph",
                                 "--no-prune",
                                 "--refmap=",
                                 "--upload-pack=" + other_end(url).upload_pack,
                                 "--",
                                 remote.url,
                                 "+" + with_heads(branch) + ":" + incoming_ref(remote.name)};
  const auto alone = words;
  words.insert(words.end(), devices.begin(), devices.end());
  auto run = talk(repository.root(), url, std::move(words), patience);
  const auto trouble = trouble_of(run);
  const bool for_them = trouble == Trouble::Refused || trouble == Trouble::Other;
  return devices.empty() || !for_them ? run : talk(repository.root(), url, alone, patience);
}

/// The folders of objects that the git program gives new names in: it syncs what it writes, and not them.
class ObjectFolders {
 public:
  explicit ObjectFolders(std::string root) : m_root(std::move(root)), m_before(changes()) {}

  /// What was named since is on the disk afterwards.
  void sync() const {
    std::vector<std::string> changed;
    for (const auto& [folder, when] : changes())
      if (const auto at = m_before.find(folder); at == m_before.end() || at->second != when)
        changed.push_back(folder);
    if (!changed.empty()) changed.push_back(m_root); // some of them may be new
    sync_at_once(changed);
  }

 private:
  std::map<std::string, std::filesystem::file_time_type> changes() const {
    std::map<std::string, std::filesystem::file_time_type> out;
    std::error_code error;
    for (std::filesystem::directory_iterator at(m_root, error), end; !error && at != end; at.increment(error))
      if (at->is_directory(error)) out.emplace(at->path().string(), at->last_write_time(error));
    return out;
  }

  std::string m_root;
  std::map<std::string, std::filesystem::file_time_type> m_before;
};

/// The user's own configuration may push to another place than it fetches from: two names of one repository,
/// or not.
bool arrived_elsewhere(const Repository& repository, const Remote& remote, const GitRun& run, const Oid& tip,
                       const std::string& branch, std::chrono::seconds patience) {
  if (run.output.starts_with("To " + remote.url + "\n")) return false;
  const auto listing = ask_listing(repository, remote, branch, patience);
  return listing.ok() && listing.tip != tip;
}

} // namespace

std::string other_things_at(const std::string& url) {
  const auto there = approach({"remote", url}).contact;
  return there.trouble == Trouble::OtherStore ? there.said : "";
}

Fetched fetch(const Repository& repository, const Remote& remote, std::chrono::seconds patience) {
  const base::Span span("git fetch");
  Fetched out;
  const auto there = approach(remote);
  static_cast<Contact&>(out) = there.contact;
  if (!out.ok()) return out;
  const auto branch = branch_of(repository), seen = seen_ref(remote.name, branch),
             arrived = incoming_ref(remote.name);
  const auto lock = lock_remote(repository, remote.name, patience);
  const auto before_talk = open_again(repository);
  out.before = ref_target(before_talk.get(), seen);
  if (there.empty) {
    if (!out.before.empty()) static_cast<Contact&>(out) = not_mounted(there.url.folder);
    return out;
  }
  auto listing = read_listing(there.url, branch);
  if (!listing) listing = ask_listing(repository, remote, branch, patience);
  static_cast<Contact&>(out) = *listing;
  if (!out.ok()) return out;
  const auto devices = news_of_devices(before_talk.get(), *listing, remote.name);
  if (devices.empty() && !out.before.empty() && listing->tip == out.before &&
      is_commit(before_talk.get(), out.before)) {
    remove_ref(before_talk.get(), arrived); // of an earlier one that was not taken in
    out.tip = out.before;
    return out;
  }
  clear_odd_devices(before_talk.get(), remote.name);
  const ObjectFolders folders(git_repository_commondir(before_talk.get()) + std::string("objects"));
  const auto run = fetch_refs(repository, remote, branch, devices, patience);
  if (lacks_branch(run)) {
    out.lost = !out.before.empty();
    out.others = std::move(listing->branches);
    return out;
  }
  static_cast<Contact&>(out) = contact_of(run, trouble_of(run));
  if (lacks_beginning(run))
    out.said =
        "it goes on from batches that are not here, and holds only what came after them: one that holds "
        "all is needed";
  if (!out.ok()) return out;
  folders.sync();
  const auto handle = open_again(repository); // knows the pack that came
  out.tip = ref_target(handle.get(), arrived);
  if (out.tip.empty() || !is_commit(handle.get(), out.tip)) {
    static_cast<Contact&>(out) = {Trouble::Refused,
                                  "its branch " + branch + " names something that is no commit"};
    remove_ref(handle.get(), arrived);
    out.tip.clear();
    return out;
  }
  // Where the commit that was seen is lost here, nothing says that the remote's history was rewritten.
  out.lost = !out.before.empty() && is_commit(handle.get(), out.before) &&
             !is_ancestor(handle.get(), out.before, out.tip);
  if (out.lost) return out; // what came stays at refs/crm/incoming, for a person to look at
  move_ref(handle.get(), seen, out.tip, out.before);
  remove_ref(handle.get(), arrived);
  return out;
}

Contact push(const Repository& repository, const Remote& remote, const Oid& tip,
             std::chrono::seconds patience, const std::vector<Beside>& beside) {
  const base::Span span("git push");
  const auto there = approach(remote);
  if (!there.contact.ok()) return there.contact;
  if (there.bundle) {
    const auto name = base::printable(there.url.folder);
    return {Trouble::Refused,
            fmt::format("{} is a bundle, which git only reads: `crm sync --bundle {}` takes in "
                        "what it holds, and writes it anew",
                        name, name)};
  }
  const auto branch = branch_of(repository), seen = seen_ref(remote.name, branch);
  const auto lock = lock_remote(repository, remote.name, patience);
  const auto handle = open_again(repository);
  if (!is_commit(handle.get(), tip))
    throw base::Error(base::Kind::NotFound, "no commit " + base::printable(tip) + " to push");
  if (there.empty) {
    if (!ref_target(handle.get(), seen).empty()) return not_mounted(there.url.folder);
    if (!is_writable(there.url.folder)) return not_writable(there.url.folder);
    if (auto made = make_bare(there.url.folder, branch, patience); !made.ok()) return made;
  }
  if (there.url.place == Place::Folder) {
    std::vector<std::string> refs{with_heads(branch)};
    for (const auto& each : beside)
      refs.push_back(each.ref);
    clear_dead_locks(there.url.folder, refs);
  }
  const auto hooks = there.url.place == Place::Folder && !there.empty
                         ? hooks_for(there.url.folder, repository.private_dir())
                         : std::string();
  std::vector<std::string> words{"push",
                                 "--porcelain",
                                 "--progress",
                                 "--no-verify",
                                 "--no-follow-tags",
                                 "--no-recurse-submodules",
                                 "--no-signed",
                                 "--receive-pack=" + other_end(there.url, hooks).receive_pack,
                                 "--",
                                 remote.url,
                                 tip + ":" + with_heads(branch)};
  for (const auto& [ref, commit] : beside)
    words.push_back("+" + commit + ":" + ref);
  const auto run = talk(repository.root(), there.url, std::move(words), patience);
  auto out = contact_of(run, trouble_of_push(run));
  const bool by_permission = out.trouble == Trouble::Auth || out.trouble == Trouble::Refused;
  if (by_permission && there.url.place == Place::Folder && !is_writable(there.url.folder))
    return not_writable(there.url.folder);
  if (is_refused_as_checked_out(run))
    return {Trouble::Refused, checked_out_words("the repository there", branch)};
  if (!out.ok()) return out;
  if (arrived_elsewhere(repository, remote, run, tip, branch, patience))
    return {Trouble::Other, "what was pushed went elsewhere: a setting of git like `url.BASE.pushInsteadOf` "
                            "changes the URL\n`git config --show-origin --get-regexp insteadof` shows it"};
  move_ref(handle.get(), seen, tip, "");
  clear_odd_devices(handle.get(), remote.name);
  for (const auto& [ref, commit] : beside)
    if (ref.starts_with(device_refs))
      move_ref(handle.get(),
               device_refs + remote.name + "/" + ref.substr(std::string_view(device_refs).size()), commit,
               "");
  if (there.url.place == Place::Folder) pack_sometimes(there.url.folder);
  return out;
}

Probed probe(const Repository& repository, const Remote& remote, std::chrono::seconds patience) {
  const auto there = approach(remote);
  if (!there.contact.ok()) return {there.contact, {}};
  const bool known = last_seen(repository, remote.name).has_value();
  if (there.empty && known) return {not_mounted(there.url.folder), {}};
  const bool is_folder = there.url.place == Place::Folder && !there.bundle;
  if (is_folder && !is_writable(there.url.folder)) return {not_writable(there.url.folder), {}};
  if (there.empty) return {};
  const auto branch = branch_of(repository);
  if (is_folder && is_checked_out(there.url.folder, branch))
    return {{Trouble::Refused, checked_out_words(base::printable(there.url.folder), branch)}, {}};
  auto listing = ask_listing(repository, remote, branch, patience);
  if (known || !listing.tip.empty()) listing.branches.clear();
  return {listing, std::move(listing.branches)};
}

} // namespace crm::store
