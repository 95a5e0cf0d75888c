#include "store/branch_repair.hpp"

#include "store/branch_log.hpp"
#include "store/branch_move.hpp"
#include "store/git_error.hpp"
#include "store/git_program.hpp"
#include "store/lock.hpp"
#include "store/objects.hpp"
#include "store/publish.hpp"
#include "store/remotes.hpp"
#include "store/repository_impl.hpp"
#include "store/small_file.hpp"
#include "store/sync_at_once.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::string_view branch_refs = "refs/heads/";
constexpr std::string_view damaged_folder = "/damaged/";
constexpr std::size_t longest_reference = 4096;

/// By their files, by git's list of packed ones, and by their logs, which outlive a file that was lost.
std::set<std::string> branches(const Repository::Impl& repository) {
  namespace fs = std::filesystem;
  std::set<std::string> out;
  for (const char* where : {"/refs/heads", "/logs/refs/heads"}) {
    const fs::path folder = repository.common_dir + where;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
      if (at->is_regular_file(error) && at->path().extension() != ".lock")
        out.insert(at->path().lexically_relative(folder).string());
  }
  const auto packed = read_small_file(repository.common_dir + "/packed-refs", std::size_t{16} << 20);
  for (const auto line : base::split(std::string_view(packed ? *packed : ""), '\n'))
    if (line.size() > GIT_OID_HEXSZ + 1 && line.substr(GIT_OID_HEXSZ + 1).starts_with(branch_refs))
      out.emplace(line.substr(GIT_OID_HEXSZ + 1 + branch_refs.size()));
  return out;
}

/// "is empty", of a file that should hold the name of a commit or branch.
std::string state_of(const std::string& file) {
  const auto text = read_small_file(file, longest_reference);
  if (!text) return ::access(file.c_str(), F_OK) == 0 ? "cannot be read" : "is missing";
  if (text->empty()) return "is empty";
  if (text->find_first_not_of('\0') == std::string::npos) return "has only zero bytes";
  return "does not name a commit or branch";
}

class Planner {
 public:
  explicit Planner(const Repository::Impl& repository) : m_repository(repository) {
    for (const auto& id : blanked_objects(repository.common_dir))
      m_damaged.insert(id);
  }

  BranchRepair run() {
    if (find_branch()) look_at_branch();
    if (const auto blank = m_damaged.size(); blank > 0 && !needed())
      m_out.found.push_back(std::to_string(blank) + (blank == 1 ? " object file is" : " object files are") +
                            " empty, as a power loss leaves them");
    look_at_remotes();
    if (!needed()) look_at_files();
    for (const auto& id : m_damaged)
      m_out.aside.push_back(loose_path("", id).substr(1));
    return std::move(m_out);
  }

 private:
  bool needed() const { return m_out.needed(); }

  bool stuck(std::string obstacle, std::string advice) {
    m_out.obstacle = std::move(obstacle);
    m_out.advice = std::move(advice);
    return false;
  }

  /// Which branch HEAD names, or must name. False when it names none.
  bool find_branch() {
    git::ReferenceHandle head;
    if (git::take(head, git_reference_lookup, m_repository.get(), "HEAD") == 0) {
      m_out.branch = m_repository.branch();
      if (m_out.branch.empty()) return look_at_detached();
      const auto all = branches(m_repository);
      if (all.empty() || all.contains(m_out.branch)) return true;
      m_out.found.push_back(".git/HEAD names the branch " + m_out.branch + ", which is not there");
    } else {
      m_out.found.push_back(".git/HEAD " + state_of(m_repository.git_dir + "/HEAD"));
    }
    const auto all = branches(m_repository);
    if (all.size() != 1)
      return stuck("which of the branches HEAD was on is not known" +
                       (all.empty()
                            ? std::string()
                            : ": " + base::join(std::vector<std::string>(all.begin(), all.end()), ", ")),
                   "name it: `git symbolic-ref HEAD refs/heads/BRANCH`, where git still takes this for a "
                   "repository, or write that line into .git/HEAD: `ref: refs/heads/BRANCH`");
    m_out.branch = *all.begin();
    m_out.aside.emplace_back("HEAD");
    return true;
  }

  bool look_at_detached() {
    const Oid head = m_repository.head_or_none();
    if (head.empty() || is_readable(head)) return false;
    m_out.found.push_back("the commit " + head + " cannot be read: " + m_why);
    return stuck("HEAD names that commit and no branch", "run `git symbolic-ref HEAD refs/heads/main`");
  }

  void look_at_branch() {
    const std::string name = std::string(branch_refs) + m_out.branch;
    git_oid tip;
    const int code = git_reference_name_to_id(&tip, m_repository.get(), name.c_str());
    if (code == 0) {
      if (is_readable(to_oid(tip))) return;
      m_out.found.push_back("the newest commit " + to_oid(tip) + " cannot be read: " + m_why);
    } else if (code == GIT_ENOTFOUND) {
      if (candidates().empty()) return; // a repository without any commit
      m_out.found.push_back(".git/" + name + " is missing");
    } else {
      m_out.found.push_back(".git/" + name + " " + state_of(m_repository.common_dir + "/" + name));
      m_out.aside.push_back(name);
    }
    for (const auto& candidate : candidates()) {
      if (is_readable(candidate)) {
        git::CommitHandle commit;
        const git_oid id = from_oid(candidate);
        check_git(git::take(commit, git_commit_lookup, m_repository.get(), &id), "read the commit",
                  candidate);
        m_out.back_to = describe(commit.get());
        return;
      }
      ++m_out.lost;
    }
    stuck("no commit that the logs of " + m_out.branch + " name can be read",
          "make the store anew from a remote with `crm join URL`, or restore .git from a backup");
  }

  /// Contents that are lost while commits and folders are there.
  void look_at_files() {
    const Oid head = m_repository.head_or_none();
    git::OdbHandle odb;
    if (head.empty() || git::take(odb, git_repository_odb, m_repository.get()) != 0) return;
    std::string first;
    std::size_t lost = 0;
    walk_tree(m_repository.get(), tree_of(m_repository.get(), head).get(), "", [&](const TreeFile& file) {
      if (entry_kind(file.mode) != EntryKind::File || git_odb_exists(odb.get(), file.id) != 0) return;
      if (lost++ == 0) first = base::printable(file.path);
      if (seen_id(m_repository.files.look(file.path)) == to_oid(*file.id)) ++m_out.remade;
    });
    if (lost == 0) return;
    m_out.found.push_back("the committed content of " + first +
                          (lost == 1 ? "" : " and " + std::to_string(lost - 1) + " more") + " is lost");
    if (m_out.remade == 0)
      stuck("no working file holds it",
            "`crm git fetch --refetch REMOTE` brings anew all that a remote has; or restore .git from a "
            "backup");
  }

  /// Files of refs that hold no id: libgit2 lists no ref for them.
  void look_at_broken_refs(const std::string& below) {
    namespace fs = std::filesystem;
    std::error_code error;
    std::set<std::string> refs;
    for (fs::recursive_directory_iterator at(m_repository.common_dir + "/" + below, error), end;
         !error && at != end; at.increment(error))
      if (at->is_regular_file(error) && at->path().extension() != ".lock")
        refs.insert(at->path().lexically_relative(m_repository.common_dir).string());
    for (const auto& ref : refs) {
      git_oid id;
      const int code = git_reference_name_to_id(&id, m_repository.get(), ref.c_str());
      if (code == 0 || code == GIT_ENOTFOUND) continue;
      m_out.found.push_back(".git/" + base::printable(ref) + " " +
                            state_of(fs::path(m_repository.common_dir) / ref));
      m_out.aside.push_back(ref);
    }
  }

  /// What a remote was seen to have may be what is lost here.
  void look_at_remotes() {
    for (const char* below : {"refs/crm", "refs/remotes"})
      look_at_broken_refs(below);
    for (const char* glob : {"refs/crm/*", "refs/remotes/*"})
      for (const auto& ref : refs_like(m_repository.get(), glob)) {
        git_oid id;
        git::ObjectHandle object;
        if (git_reference_name_to_id(&id, m_repository.get(), ref.c_str()) != 0 ||
            note(git::take(object, git_object_lookup, m_repository.get(), &id, GIT_OBJECT_ANY), to_oid(id)))
          continue;
        if (!needed()) m_out.found.push_back(ref + " names what cannot be read: " + m_why);
        m_out.forgotten.push_back(ref);
      }
  }

  /// Newest first.
  std::vector<Oid> candidates() const {
    auto out = logged_commits(m_repository.common_dir + "/logs/" + std::string(branch_refs) + m_out.branch);
    for (auto& each : logged_commits(m_repository.git_dir + "/logs/HEAD"))
      if (std::find(out.begin(), out.end(), each) == out.end()) out.push_back(std::move(each));
    return out;
  }

  /// The commit and all its folders.
  bool is_readable(const Oid& id) {
    git::CommitHandle commit;
    const git_oid oid = from_oid(id);
    if (!note(git::take(commit, git_commit_lookup, m_repository.get(), &oid), id)) return false;
    return folder_is_readable(*git_commit_tree_id(commit.get()), 0);
  }

  bool folder_is_readable(const git_oid& id, int depth) {
    const Oid name = to_oid(id);
    if (m_read.contains(name)) return true;
    git::TreeHandle tree;
    if (depth > deepest_tree || !note(git::take(tree, git_tree_lookup, m_repository.get(), &id), name))
      return false;
    for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
      const auto* entry = git_tree_entry_byindex(tree.get(), i);
      if (entry_kind(git_tree_entry_filemode(entry)) == EntryKind::Folder &&
          !folder_is_readable(*git_tree_entry_id(entry), depth + 1))
        return false;
    }
    m_read.insert(name);
    return true;
  }

  bool note(int code, const Oid& id) {
    if (code == 0) return true;
    m_why = git_words(code);
    if (code != GIT_ENOTFOUND && ::access(loose_path(m_repository.common_dir, id).c_str(), F_OK) == 0)
      m_damaged.insert(id);
    return false;
  }

  const Repository::Impl& m_repository;
  BranchRepair m_out;
  std::set<Oid> m_damaged; ///< objects whose own file is empty or broken
  std::set<Oid> m_read;    ///< folders that were found in order
  std::string m_why;
};

/// HEAD and logs are of this work tree, the rest of all.
std::string within(const Repository::Impl& repository, const std::string& name) {
  return (name == "HEAD" ? repository.git_dir : repository.common_dir) + "/" + name;
}

/// Where a broken file is kept: under its own name, with a number when there is one already.
std::string place_aside(const Repository::Impl& repository, const std::string& name) {
  const std::string first = repository.private_dir + std::string(damaged_folder) + name;
  std::string out = first;
  for (int i = 2; ::access(out.c_str(), F_OK) == 0; ++i)
    out = first + "." + std::to_string(i);
  std::error_code error; // what is wrong is told by the move
  std::filesystem::create_directories(out.substr(0, out.rfind('/')), error);
  return out;
}

/// HEAD is replaced at once: a folder without one is no repository any more.
void write_head(const Repository::Impl& repository, const std::string& branch) {
  const std::string file = repository.git_dir + "/HEAD", lock = file + ".lock";
  const std::string kept = place_aside(repository, "HEAD");
  if (::link(file.c_str(), kept.c_str()) != 0) fail_system(errno, "keep", file);
  {
    const Descriptor out(::open(lock.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!out && errno == EEXIST) fail_git_lock(lock);
    if (!out) fail_system(errno, "write", lock);
    write_all(out.get(), "ref: " + std::string(branch_refs) + branch + "\n", lock);
    sync_descriptor(out.get(), lock);
  }
  if (::rename(lock.c_str(), file.c_str()) != 0) fail_system(errno, "write", file);
  sync_at_once({repository.git_dir});
}

/// Contents that were lost and are still in the working tree.
std::size_t remake_files(const Repository::Impl& repository, const Oid& head) {
  git::OdbHandle odb;
  check_git(git::take(odb, git_repository_odb, repository.get()), "open the object database");
  check_git(git_odb_refresh(odb.get()), "look at the object database again");
  ObjectWriter writer(repository.get(), repository.common_dir);
  std::size_t out = 0;
  walk_tree(repository.get(), tree_of(repository.get(), head).get(), "", [&](const TreeFile& file) {
    if (entry_kind(file.mode) != EntryKind::File || git_odb_exists(odb.get(), file.id) != 0) return;
    const auto seen = repository.files.look(file.path);
    if (seen_id(seen) != to_oid(*file.id)) return;
    writer.blob(seen.content);
    ++out;
  });
  return out;
}

/// What the logs say of commits that are lost goes with them, or git would call the store damaged for ever;
/// the logs as they were are kept aside.
void forget_lost(const Repository::Impl& repository, const std::string& branch) {
  for (const auto& log : {"logs/" + std::string(branch_refs) + branch, std::string("logs/HEAD")}) {
    const std::string& folder = log == "logs/HEAD" ? repository.git_dir : repository.common_dir;
    std::error_code error; // a log that is not there, or cannot be kept, is no reason to stop
    std::filesystem::copy_file(folder + "/" + log, place_aside(repository, log), error);
  }
  run_git(repository.root,
          {"reflog", "expire", "--expire=never", "--expire-unreachable=never", "--stale-fix", "--all"},
          Errors::Collect);
}

} // namespace

BranchRepair Repository::plan_repair() const {
  return Planner(*m_impl).run();
}

BranchRepair Repository::repair(std::chrono::milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  const auto lock = WriteLock::acquire(m_impl->private_dir, wait);
  auto plan = plan_repair();
  if (!plan.needed() || !plan.obstacle.empty()) return plan;
  for (const auto& name : plan.aside) {
    if (name == "HEAD") {
      write_head(*m_impl, plan.branch);
      continue;
    }
    const std::string file = within(*m_impl, name);
    if (::rename(file.c_str(), place_aside(*m_impl, name).c_str()) != 0)
      fail_system(errno, "move aside", file);
  }
  for (const auto& ref : plan.forgotten)
    remove_ref(m_impl->get(), ref);
  if (plan.back_to) {
    // What is left of the branch without its broken file: git's list of packed refs may have an older state.
    git_oid now;
    const std::string name = std::string(branch_refs) + plan.branch;
    const bool there = git_reference_name_to_id(&now, m_impl->get(), name.c_str()) == 0;
    const Move move{plan.branch,
                    there ? to_oid(now) : Oid(),
                    plan.back_to->id,
                    "crm: repair of a damaged branch",
                    {"crm", "crm@localhost", {}}};
    if (move.from != move.to)
      if (const auto moved = move_branch(*m_impl, move, deadline); moved.outcome != Outcome::Committed)
        throw base::Error(base::Kind::Failure,
                          "the branch " + plan.branch + " could not be moved to " + move.to + ": " +
                              moved.why,
                          "run `crm doctor --repair` again");
    if (plan.lost > 0) forget_lost(*m_impl, plan.branch);
  }
  if (const Oid head = m_impl->head_or_none(); !head.empty()) plan.remade = remake_files(*m_impl, head);
  return plan;
}

} // namespace crm::store
