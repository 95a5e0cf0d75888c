#include "store/transaction_impl.hpp"

#include "store/branch_move.hpp"
#include "store/git_error.hpp"
#include "store/git_index.hpp"
#include "store/graph.hpp"
#include "store/housekeeping.hpp"
#include "store/message.hpp"
#include "store/objects.hpp"
#include "store/pack_writer.hpp"
#include "store/paths.hpp"
#include "store/publish.hpp"
#include "store/sync_at_once.hpp"
#include "store/tree_build.hpp"
#include "store/tree_hash.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"
#include "base/trace.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace crm::store {
namespace {

/// Files and folders of more changes than this go into one pack: as git keeps what a fetch brings.
constexpr std::size_t most_loose = 200;

/// Until its end, objects are written without an fsync each; settle() then makes all of them durable at once.
class BulkObjects {
 public:
  explicit BulkObjects(const Repository::Impl& repository) : m_repository(repository) {
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0);
  }
  BulkObjects(const BulkObjects&) = delete;
  ~BulkObjects() { git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1); }
  void settle(const std::vector<Oid>& written) const {
    const std::string objects = m_repository.common_dir + "/objects";
    if (written.size() > most_single_syncs) return sync_all(objects);
    std::vector<std::string> paths{objects}; // of folders that are new
    for (const auto& id : written) {
      paths.push_back(loose_path(m_repository.common_dir, id));
      paths.push_back(objects + "/" + id.substr(0, 2));
    }
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    sync_at_once(paths);
  }

 private:
  static void sync_all(const std::string& path) {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::syncfs(folder.get()) != 0) fail_system(errno, "write to the disk", path);
  }

  const Repository::Impl& m_repository;
};

std::vector<const Change*> sorted(const std::vector<Change>& changes) {
  std::vector<const Change*> out;
  for (const auto& change : changes) {
    check_path(change.path);
    out.push_back(&change);
  }
  std::sort(out.begin(), out.end(), [](const Change* a, const Change* b) { return a->path < b->path; });
  for (std::size_t i = 1; i < out.size(); ++i)
    if (out[i]->path == out[i - 1]->path)
      throw base::Error(base::Kind::Failure, "one batch changes " + out[i]->path + " twice");
  return out;
}

} // namespace

Transaction::Transaction(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

void Transaction::tell(std::function<void(std::size_t, std::size_t)> progress) {
  m_impl->progress = std::move(progress);
}

std::vector<std::string> Transaction::take_warnings() {
  return std::exchange(m_impl->warnings, {});
}

const std::vector<std::string>& Transaction::warnings() const {
  return m_impl->warnings;
}

Oid Transaction::commit(const std::vector<Change>& changes, const Message& message, const Signature& author) {
  const base::Span span("writing the batch");
  return m_impl->write(changes, message, author, Files::MustBeCommitted);
}

Oid Transaction::adopt(const std::vector<Change>& changes, const Message& message, const Signature& author) {
  return m_impl->write(changes, message, author, Files::AreAdopted);
}

const Oid& Transaction::head() const {
  return m_impl->head;
}

void Transaction::fast_forward(const Oid& commit) {
  m_impl->fast_forward(commit);
}

Oid Transaction::merge(const Oid& theirs, const std::vector<Change>& changes, const Message& message,
                       const Signature& who) {
  if (m_impl->head.empty() || theirs == m_impl->head)
    throw base::Error(base::Kind::Failure, "there is nothing to merge " + theirs + " with");
  const base::Span span("writing the merge");
  return m_impl->write(changes, message, who, Files::MustBeCommitted, theirs);
}

Transaction::Impl::~Impl() {
  lock.release();
  if (wrote) collect_garbage_sometimes(*repository);
}

void Transaction::Impl::told(Step step, std::size_t done, std::size_t of) const {
  constexpr std::size_t pace = 256;
  if (progress && done % pace == 0)
    progress(static_cast<std::size_t>(step) * of + done, static_cast<std::size_t>(Step::Count) * of);
}

void Transaction::Impl::check_head() const {
  if (branch.empty())
    if (const auto standstill = repository->standstill()) fail_standstill(*standstill);
  if (repository->branch() != branch || repository->head_or_none() != head)
    throw base::Error(base::Kind::Busy, "git moved the store's branch while this was being written",
                      "nothing was changed; run the command again");
}

Target Transaction::Impl::target(const std::string& path, const Oid& before, const Oid& after) const {
  Target out{path, after, nullptr, {before}, false};
  if (const auto late = left.find(path); late != left.end())
    out.replaceable.insert(late->second.begin(), late->second.end());
  if (!before.empty() && is_left_out(path)) out.replaceable.insert(Oid());
  return out;
}

/// Git was told not to have it in the working tree; a write brings it back.
bool Transaction::Impl::is_left_out(const std::string& path) const {
  struct stat info {};
  if (::lstat((repository->root + "/" + path).c_str(), &info) == 0) return false;
  if (!cache) cache.emplace(repository->git_dir);
  return cache->leaves_out(path);
}

Oid Transaction::Impl::write(const std::vector<Change>& changes, const Message& message,
                             const Signature& author, Files files, const Oid& other) {
  const auto list = sorted(changes);
  check_head();
  const auto base = head.empty() ? git::TreeHandle() : tree_of(repository->get(), head);

  // Before anything is written: what the files are to become, and whether somebody has been at them.
  std::vector<Target> targets;
  targets.reserve(list.size());
  std::optional<WorkFiles::Staying> staying(std::in_place, repository->files);
  for (const Change* change : list) {
    told(Step::Look, targets.size(), list.size());
    auto next = target(change->path, base ? blob_at(base.get(), change->path) : Oid(),
                       change->content ? hash_blob(*change->content) : change->blob);
    next.content = change->content ? &*change->content : nullptr;
    if (files == Files::MustBeCommitted) {
      if (change->was) next.replaceable.insert(hash_blob(*change->was));
      require_no_hand_edit(next);
    } else if (change->was) {
      next.replaceable = {hash_blob(*change->was)};
    } else {
      next.replace_any = true;
    }
    targets.push_back(std::move(next));
  }
  staying.reset();

  const Oid id = write_objects(list, targets, base.get(), message, author, other);
  const auto summary = parse_summary(format_message(message));
  if (!other.empty()) note_move(repository->private_dir, head, id);
  move_to(id, (other.empty() ? "commit (crm): " : "merge (crm): ") + summary, author, targets);
  return id;
}

void Transaction::Impl::fast_forward(const Oid& commit) {
  check_head();
  if (commit == head) return;
  if (!head.empty() && !descends(*repository, commit, head))
    throw base::Error(base::Kind::Failure,
                      commit + " does not follow the store's last commit: the two are to be merged");
  std::vector<Target> targets;
  for (const auto& difference : diff_trees(repository->get(), head, commit)) {
    check_path(difference.path);
    targets.push_back(target(difference.path, difference.before, difference.after));
    require_no_hand_edit(targets.back());
  }
  note_move(repository->private_dir, head, commit);
  move_to(commit, "merge (crm): Fast-forward", {"crm merge", "crm@localhost", {}}, targets);
}

void Transaction::Impl::move_to(const Oid& id, const std::string& why, const Signature& who,
                                const std::vector<Target>& targets) {
  const auto moved =
      move_branch(*repository, {branch, head, id, why, who}, std::chrono::steady_clock::now() + wait);
  if (moved.outcome == Outcome::NotCommitted)
    throw base::Error(base::Kind::Failure, "the batch was not committed: " + moved.why,
                      "nothing was changed; run the command again");
  if (moved.outcome == Outcome::Unknown)
    throw base::Error(base::Kind::Failure,
                      "it is unknown whether the batch was committed as " + id + ": " + moved.why,
                      "look for it with `crm git log -1` before you run the command again");
  if (!moved.why.empty()) warnings.push_back("the batch is committed, after an error: " + moved.why);
  head = id;
  wrote = true;
  follow(targets);
}

void Transaction::Impl::require_no_hand_edit(const Target& target) const {
  const auto seen = repository->files.look(target.path);
  const Oid now = seen_id(seen);
  if (now == target.blob || target.replaceable.contains(now)) return;
  if (seen.what == Seen::What::Unreadable)
    throw base::Error(base::Kind::Failure, target.path + " is " + seen.problem);
  throw base::Error(base::Kind::Failure,
                    target.path + " was changed by hand and is not committed" +
                        (seen.problem.empty() ? "" : " (it is " + seen.problem + ")"),
                    "commit it with `crm commit`, or take it back with " + taking_back(target.path));
}

Oid Transaction::Impl::write_objects(const std::vector<const Change*>& changes,
                                     const std::vector<Target>& targets, const git_tree* base,
                                     const Message& message, const Signature& author,
                                     const Oid& other) const {
  const BulkObjects bulk(*repository);
  ObjectWriter writer(repository->get(), repository->common_dir);
  std::optional<PackWriter> pack;
  if (changes.size() > most_loose) pack.emplace(repository->get(), repository->common_dir);
  std::vector<NewFile> files;
  files.reserve(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) {
    told(Step::Objects, i, changes.size());
    if (!changes[i]->blob.empty()) {
      files.push_back({changes[i]->path, from_oid(changes[i]->blob)});
      continue;
    }
    const bool is_new =
        changes[i]->content && (base == nullptr || blob_at(base, targets[i].path) != targets[i].blob);
    NewFile file{changes[i]->path, std::nullopt};
    if (changes[i]->content)
      file.blob = !is_new ? from_oid(targets[i].blob)
                  : pack  ? pack->blob(*changes[i]->content)
                          : writer.blob(*changes[i]->content);
    files.push_back(std::move(file));
  }
  const git_oid tree = pack ? fold_tree(repository->get(), base, files,
                                        [&](std::string_view bytes) { return pack->tree(bytes); })
                            : build_tree(repository->get(), writer, base, files);
  if (pack) pack->finish();
  const auto signature = make_signature(author);
  std::vector<git_oid> parents;
  if (!head.empty()) parents.push_back(from_oid(head));
  // Sorted, so that it is all one who merges whom.
  if (!other.empty()) parents.insert(other < head ? parents.begin() : parents.end(), from_oid(other));
  const Oid id = to_oid(writer.commit(signature.get(), format_message(message), tree, parents,
                                      other.empty() ? repository->signer : Signer()));
  bulk.settle(writer.written());
  return id;
}

/// The commit is the truth; from here on nothing may throw: what goes wrong is a warning, and the next
/// begin() mends it.
void Transaction::Impl::follow(const std::vector<Target>& targets) noexcept {
  try {
    const auto published = publish(*repository, targets, [&](bool in_place, std::size_t done) {
      told(in_place ? Step::Publish : Step::Prepare, done, targets.size());
    });
    for (const auto& path : published.kept)
      warnings.push_back(path +
                         " was changed by hand meanwhile; that file is kept as it is, and not committed yet");
    warnings.insert(warnings.end(), published.problems.begin(), published.problems.end());
    std::vector<Staged> staged;
    for (const auto& target : targets)
      if (!published.failed.contains(target.path)) staged.push_back({target.path, target.blob});
    stage(repository->git_dir, repository->root, staged);
    for (const auto& target : targets) {
      if (!published.failed.contains(target.path))
        left.erase(target.path);
      else
        left[target.path].insert(target.replaceable.begin(), target.replaceable.end());
    }
    if (!left.empty()) return;
    write_settled(repository->private_dir, head);
    forget_moves(repository->private_dir);
  } catch (const base::Error& error) {
    late(targets, "the batch is committed; git's index and working files will follow with the next write: " +
                      error.message);
  } catch (const std::exception& error) {
    late(targets, std::string("the batch is committed; working files will follow with the next write: ") +
                      error.what());
  }
}

void Transaction::Impl::late(const std::vector<Target>& targets, std::string why) noexcept {
  // Nothing is lost when memory is short: `settled` has not moved, and that is what the next begin() goes by.
  try {
    for (const auto& target : targets)
      left[target.path].insert(target.replaceable.begin(), target.replaceable.end());
    warnings.push_back(std::move(why));
  } catch (const std::exception&) {
    return;
  }
}

} // namespace crm::store
