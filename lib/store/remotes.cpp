#include "store/remotes.hpp"

#include "store/folder_remote.hpp"
#include "store/git_error.hpp"
#include "store/git_program.hpp"
#include "store/lock.hpp"
#include "store/objects.hpp"
#include "store/remote_url.hpp"
#include "store/small_file.hpp"
#include "store/transport.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <thread>

namespace crm::store {
namespace {

constexpr std::string_view section = "remote.", address = ".url";

void collect_url(const git_config_entry& entry, std::vector<Remote>& out) {
  const std::string_view key = entry.name;
  if (!key.starts_with(section) || !key.ends_with(address) || key.size() <= section.size() + address.size())
    return;
  const auto name = key.substr(section.size(), key.size() - section.size() - address.size());
  const bool known =
      std::any_of(out.begin(), out.end(), [&](const Remote& each) { return each.name == name; });
  if (!known && entry.value != nullptr && *entry.value != '\0')
    out.push_back({std::string(name), entry.value});
}

} // namespace

std::string seen_ref(const std::string& remote, const std::string& branch) {
  return "refs/crm/remotes/" + remote + "/" + branch;
}

std::string incoming_ref(const std::string& remote) {
  return "refs/crm/incoming/" + remote;
}

git::RepositoryHandle open_again(const Repository& repository) {
  git::RepositoryHandle out;
  check_git(git::take(out, git_repository_open_ext, repository.root().c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH,
                      nullptr),
            "open the repository", repository.root());
  if (const auto& incoming = repository.incoming_objects(); !incoming.empty()) {
    git::OdbHandle objects;
    check_git(git::take(objects, git_repository_odb, out.get()), "open the objects of", repository.root());
    check_git(git_odb_add_disk_alternate(objects.get(), incoming.c_str()), "open what came", incoming);
  }
  return out;
}

void remove_ref(git_repository* repository, const std::string& name) {
  const int code = git_reference_remove(repository, name.c_str());
  if (code != GIT_ENOTFOUND) check_git(code, "remove", name);
}

Oid ref_target(git_repository* repository, const std::string& name) {
  git_oid id;
  const int code = git_reference_name_to_id(&id, repository, name.c_str());
  if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC) return "";
  if (code != 0) { // empty, say, as a power loss leaves it: the remote is asked again
    remove_ref(repository, name);
    return "";
  }
  return to_oid(id);
}

void move_ref(git_repository* repository, const std::string& name, const Oid& to, const Oid& before) {
  if (to == before) return;
  const git_oid target = from_oid(to);
  git::ReferenceHandle made;
  int code = 0;
  if (before.empty()) {
    code = git::take(made, git_reference_create, repository, name.c_str(), &target, 1, nullptr);
  } else {
    const git_oid expected = from_oid(before);
    code = git::take(made, git_reference_create_matching, repository, name.c_str(), &target, 1, &expected,
                     nullptr);
  }
  if (code == GIT_EMODIFIED)
    throw base::Error(base::Kind::Busy, "another process has moved " + name + " meanwhile",
                      "run the command again");
  check_git(code, "write", name);
}

std::vector<std::string> refs_like(git_repository* repository, const std::string& glob) {
  std::vector<std::string> out;
  const auto visit = [](const char* each, void* list) {
    static_cast<std::vector<std::string>*>(list)->emplace_back(each);
    return 0;
  };
  check_git(git_reference_foreach_glob(repository, glob.c_str(), visit, &out), "list the refs", glob);
  return out;
}

bool is_commit(git_repository* repository, const Oid& id) {
  const git_oid oid = from_oid(id);
  git::CommitHandle commit;
  return git::take(commit, git_commit_lookup, repository, &oid) == 0;
}

bool is_ancestor(git_repository* repository, const Oid& ancestor, const Oid& commit) {
  if (ancestor == commit) return true;
  const git_oid older = from_oid(ancestor), newer = from_oid(commit);
  const int code = git_graph_descendant_of(repository, &newer, &older);
  if (code == GIT_ENOTFOUND) return false; // what was seen once may be gone: then nothing descends from it
  check_git(code, "compare the histories of", commit);
  return code == 1;
}

Descriptor lock_remote(const Repository& repository, const std::string& remote,
                       std::chrono::seconds patience) {
  const std::string path = repository.private_dir() + "/remote-" + remote + ".lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!file) fail_system(errno, "lock", path);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) fail_system(errno, "lock", path);
    if (std::chrono::steady_clock::now() > end)
      throw base::Error(base::Kind::Busy, "another crm is talking with the remote \"" + remote + "\"",
                        "wait for it, or stop the `crm sync` that hangs");
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  // Nobody but who has this lock writes the remote's refs: what is locked there is so by a git whose crm was
  // killed, and it ends soon.
  const auto handle = open_again(repository);
  const std::string common = git_repository_commondir(handle.get()), refs = common + "refs/crm/";
  std::vector<std::string> locks{common + incoming_ref(remote) + ".lock"};
  for (const auto& folder : {refs + "devices/" + remote, refs + "remotes/" + remote})
    for (auto& lock : locks_in(folder))
      locks.push_back(std::move(lock));
  outwait(locks, {repository.root(), common}, std::chrono::seconds(0));
  return file;
}

/// Whether a URL is a way to this very store.
bool is_here(const Repository& repository, const std::string& url) {
  const auto there = parse_url(absolute_url(url));
  std::error_code error;
  return there.place == Place::Folder &&
         (std::filesystem::equivalent(there.folder, repository.root(), error) ||
          std::filesystem::equivalent(there.folder, repository.root() + "/.git", error));
}

std::vector<Remote> remotes(const Repository& repository) {
  const auto handle = open_again(repository);
  git::ConfigHandle all, snapshot;
  check_git(git::take(all, git_repository_config, handle.get()), "read the configuration of",
            repository.root());
  check_git(git::take(snapshot, git_config_snapshot, all.get()), "read the configuration of",
            repository.root());
  // Not by a pattern: libgit2 1.5 with PCRE2 loses 20 kB at each entry that it compares.
  std::unique_ptr<git_config_iterator, git::Freed<git_config_iterator_free>> entries;
  check_git(git::take(entries, git_config_iterator_new, snapshot.get()), "read the configuration of",
            repository.root());
  std::vector<Remote> out;
  git_config_entry* entry = nullptr;
  int code = 0;
  while ((code = git_config_next(&entry, entries.get())) == 0)
    collect_url(*entry, out);
  if (code != GIT_ITEROVER) check_git(code, "read the configuration of", repository.root());
  std::sort(out.begin(), out.end(), [](const Remote& a, const Remote& b) { return a.name < b.name; });
  return out;
}

void add_remote(Repository& repository, const Remote& remote) {
  if (const auto problem = remote_name_problem(remote.name); !problem.empty())
    throw base::Error(base::Kind::Usage,
                      "a remote cannot be named \"" + base::printable(remote.name) + "\": " + problem);
  if (const auto problem = url_problem(remote.url); !problem.empty())
    throw base::Error(base::Kind::Usage,
                      "a remote cannot be at \"" + shown_url(remote.url) + "\": " + problem);
  if (is_here(repository, remote.url))
    throw base::Error(base::Kind::Usage, "that is this store itself", "a remote is another place");
  if (const auto there = parse_url(absolute_url(remote.url));
      there.place == Place::Folder && is_checked_out(there.folder, repository.branch())) {
    const auto words = checked_out_words(base::printable(there.folder), repository.branch());
    const auto first = words.find('\n');
    throw base::Error(base::Kind::Usage, words.substr(0, first), words.substr(first + 1));
  }
  if (const auto why = other_things_at(absolute_url(remote.url)); !why.empty())
    throw base::Error(base::Kind::Usage, why,
                      "name an empty folder: the first `crm sync` makes a repository there");
  // On a stick, and in refs on some file systems, Office and office are one.
  for (const auto& other : remotes(repository))
    if (base::fold(other.name) == base::fold(remote.name))
      throw base::Error(base::Kind::Usage,
                        "there is a remote \"" + base::printable(other.name) + "\" already",
                        "choose another name, or remove that one first");
  repository.set_config("remote." + remote.name + ".url", absolute_url(remote.url));
  // For `git fetch` by hand; ours names its refs itself.
  repository.set_config("remote." + remote.name + ".fetch",
                        "+refs/heads/*:refs/remotes/" + remote.name + "/*");
}

void remove_remote(Repository& repository, const std::string& name) {
  const auto all = remotes(repository);
  if (std::none_of(all.begin(), all.end(), [&](const Remote& each) { return each.name == name; }))
    throw base::Error(base::Kind::NotFound, "no remote \"" + base::printable(name) + "\"");
  const auto handle = open_again(repository);
  const std::string common = git_repository_commondir(handle.get());
  outwait({common + "config.lock"}, {repository.root(), common});
  const auto done = run_git(repository.root(), {"remote", "remove", "--", name}, Errors::Collect);
  if (done.status != 0)
    throw base::Error(base::Kind::Failure, "cannot remove the remote \"" + base::printable(name) +
                                               "\": " + base::printable(base::trim(done.output)));
  forget_seen(repository, name);
}

void forget_seen(const Repository& repository, const std::string& remote) {
  if (!remote_name_problem(remote).empty()) return; // never had refs of ours
  const auto handle = open_again(repository);
  remove_ref(handle.get(), incoming_ref(remote));
  for (const auto& glob : {seen_ref(remote, "*"), device_refs + remote + "/*"})
    for (const auto& each : refs_like(handle.get(), glob))
      remove_ref(handle.get(), each);
}

std::optional<Oid> last_seen(const Repository& repository, const std::string& remote) {
  if (!remote_name_problem(remote).empty()) return std::nullopt;
  const auto handle = open_again(repository);
  auto out = ref_target(handle.get(), seen_ref(remote, repository.branch()));
  if (out.empty() || !is_commit(handle.get(), out)) return std::nullopt; // or lost: it is asked for again
  return out;
}

void set_last_seen(const Repository& repository, const std::string& remote, const Oid& tip) {
  const auto handle = open_again(repository);
  const auto seen = seen_ref(remote, repository.branch());
  tip.empty() ? remove_ref(handle.get(), seen) : move_ref(handle.get(), seen, tip, "");
  remove_ref(handle.get(), incoming_ref(remote));
}

std::optional<Oid> folder_tip(const Repository& repository, const Remote& remote) {
  const auto known = last_seen(repository, remote.name);
  if (!url_problem(remote.url).empty()) return known;
  const auto url = parse_url(remote.url);
  if (url.place != Place::Folder) return known;
  for (const char* below : {"/refs/heads/", "/.git/refs/heads/"})
    if (const auto text = read_small_file(url.folder + below + repository.branch(), 100);
        text && text->size() >= GIT_OID_HEXSZ)
      return text->substr(0, GIT_OID_HEXSZ);
  return known;
}

} // namespace crm::store
