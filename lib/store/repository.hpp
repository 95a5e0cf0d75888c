// The git repository under a store. Reading is by snapshot; writing by one batch, one commit, under one lock.
// Not thread-safe; several processes may each have one open.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crm::store {

using Oid = std::string; ///< 40 lower-case hex digits

struct Change {
  std::string path;                   ///< within the store, "/" separated
  std::optional<std::string> content; ///< nothing removes the file
  /// For adopt(): what the working file held when it was looked at. If it holds something else by now, a
  /// person is still editing: their newer text is kept in the file. Nothing: whatever the file holds is
  /// replaced. For commit(): an edit by hand that may be replaced, as its text is kept elsewhere.
  std::optional<std::string> was = std::nullopt;
  /// Instead of `content`: what the object database has under this id already.
  Oid blob = {};
};

struct RawFolder; ///< see store/tree_check
enum class Visit;

struct Difference {
  std::string path;
  Oid before, after; ///< blob ids; "" where the path does not exist
};

struct Signature {
  std::string name, email;
  std::chrono::sys_time<std::chrono::milliseconds> time; ///< written as UTC seconds
};

struct Commit {
  Oid id, tree;
  std::vector<Oid> parents;
  Signature author, committer;
  std::string summary; ///< first line
  std::vector<std::pair<std::string, std::string>> trailers;
  /// The last trailer of that name, or "".
  std::string trailer(std::string_view name) const;
};

/// A file in the working tree that is not as HEAD has it, by somebody's hand.
struct HandEdit {
  enum class Kind { Modified, Added, Removed };
  std::string path;
  Kind kind;
  std::string content; ///< as it is now; "" when removed
  /// Why it cannot be taken in, or "": a link, a pipe, larger than it may be, unreadable, a name that a store
  /// cannot hold, an attachment. `content` is "" then, and nothing else may be concluded from it (a problem
  /// is never a removal).
  std::string problem = {};
};

/// After an error the ref is read again: never a false success.
enum class Outcome { Committed, NotCommitted, Unknown };

struct Message {
  std::string summary;
  std::string body; ///< may be empty
  std::vector<std::pair<std::string, std::string>> trailers;
};

/// The signature of a commit's bytes, armored, for its `gpgsig` header; "" leaves the commit unsigned.
using Signer = std::function<std::string(std::string_view payload)>;

class Transaction;
struct BranchRepair; ///< see store/branch_repair
struct Standstill;   ///< see store/standstill

class Repository {
 public:
  /// Makes a store's repository with its fan-out folders, config, hook and first commit. Throws
  /// Error(Failure) when `path` already holds a repository with commits.
  static Repository create(const std::string& path, const std::vector<Change>& files, const Message& message,
                           const Signature& author, Signer signer = {});
  /// `path` is the work tree's root. Throws Error(NotFound | Failure).
  static Repository open(const std::string& path);

  /// The hub that git is receiving a push into, by git's environment: what came so far lies in `incoming`
  /// (GIT_QUARANTINE_PATH), and what is written goes with it when it is refused. Only for reading,
  /// write_tree() and write_commit(). Throws Error(Usage) outside of git's hooks.
  static Repository open_receiving(const std::string& incoming);

  /// Config, hook and fan-out folders as create() makes them, for a repository that was cloned; a working
  /// file that only has other line ends than what is committed is written as that is.
  void prepare();
  bool is_prepared() const; ///< a `git clone` is not

  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();

  const std::string& root() const;                ///< absolute, without trailing "/"
  const std::string& incoming_objects() const;    ///< open_receiving(): the folder of what came; else ""
  std::string private_dir() const;                ///< <git dir>/crm: this device only
  std::string config(std::string_view key) const; ///< from this repository's own config only; "" when unset
  void set_config(std::string_view key, std::string_view value);

  /// From now on each batch that is committed here is signed. Merges never are: recomputing proves them.
  void sign_with(Signer signer);

  Oid head() const; ///< commit id
  Oid head_tree() const;
  std::string branch() const; ///< "main"; "" when HEAD names a commit instead
  /// Why nothing can be written now; nothing when it can.
  std::optional<Standstill> standstill() const;
  bool is_shallow() const; ///< by `git clone --depth`: the history ends before its beginning
  /// Where the branch has been, newest first, by git's own log of it; also what it was moved back from.
  std::vector<Oid> branch_log() const;
  /// Blob content at a commit or tree; nothing when the path does not exist there.
  std::optional<std::string> read(const Oid& commit_or_tree, std::string_view path) const;
  std::optional<Oid> blob_id(const Oid& commit_or_tree, std::string_view path) const;
  std::string blob(const Oid& blob) const;
  /// The id that a file of this content has.
  static Oid id_of(std::string_view content);
  /// The same without a copy: the bytes are there while `visit` runs.
  void with_blob(const Oid& blob, const std::function<void(std::string_view bytes)>& visit) const;
  std::uint64_t blob_size(const Oid& blob) const; ///< without reading it. Throws Error(NotFound).
  /// Into the object database, on the disk when it returns; in no history until a Change names it.
  Oid write_blob(std::string_view content) const;
  /// What differs between two trees, skipping equal subtrees; `before` "" means the empty tree. Sorted by
  /// path.
  std::vector<Difference> diff(const Oid& before, const Oid& after) const;
  /// How many files lie exactly `depth` folders down: reads folders, no files.
  std::size_t count(const Oid& commit_or_tree, int depth) const;
  /// Every file under `prefix` ("" for all), in path order, without building a list.
  void each(const Oid& commit_or_tree, std::string_view prefix,
            const std::function<void(std::string_view path, const Oid& blob)>& visit) const;

  /// Every folder of `theirs` (a commit or tree) that is not as `known` has it ("" for none), from the root;
  /// then those of its entries that `visit` marked, in order, if they are Trees. Never deeper than 16. Throws
  /// Error(NotFound) when there is no tree to begin with.
  void walk_raw(const Oid& theirs, const Oid& known, const std::function<Visit(RawFolder&)>& visit) const;

  /// From now on this process keeps nothing of what it has read: for going through everything, once.
  /// Before the store is opened it bounds what is mapped of its packs, too.
  static void keep_nothing();

  /// From now on this process hashes whatever it reads of the store's objects, to see that it is what its id
  /// says: for what is asked whether the store is in order. Otherwise an object is believed, as git believes
  /// it: git has hashed what came from elsewhere, and what a disk spoils no longer inflates.
  static void distrust_disk();

  Commit commit(const Oid& id) const; ///< also a unique prefix; throws Error(NotFound | Ambiguous)
  /// The commit's own bytes, as `git cat-file commit` prints them. Throws Error(NotFound).
  std::string raw_commit(const Oid& id) const;
  /// The tree that stands at a path, "" when there is none.
  Oid folder_id(const Oid& commit_or_tree, std::string_view path) const;
  /// From `from` along first parents, newest first, until `visit` returns false.
  void history(const Oid& from, const std::function<bool(const Commit&)>& visit) const;

  bool has_commit(const Oid& id) const; ///< in the object database, whatever refers to it
  /// True when `ancestor` is `commit` or among what came before it, along all parents.
  bool descends(const Oid& commit, const Oid& ancestor) const;
  /// Commits that are reachable from `from` and not from `without` ("" for none), newest first and each
  /// before its parents, until `visit` returns false. Exact, whatever the dates of what only one of them has.
  /// Of what both have: as long as nothing is dated four days before what it follows, which takes a commit by
  /// git and a clock that is wrong.
  /// Once `most` of them are no merges it looks no further, 0 for all: nearly all of those are visited that
  /// are the newest.
  void since(const Oid& from, const Oid& without, const std::function<bool(const Commit&)>& visit,
             std::size_t most = 0) const;
  /// How many of them are no merges, up to `most`. Reads their places in the history alone.
  std::size_t count_since(const Oid& from, const Oid& without, std::size_t most) const;
  /// All that `from` holds by the commits' times, of one second each before its parents. No more of it is
  /// read than is visited, and the rest of that second: for what is likely to be recent. Crm's own commits
  /// are not earlier than those they follow; others may be out of order.
  void newest_first(const Oid& from, const std::function<bool(const Commit&)>& visit) const;
  /// The commit that a ref names ("refs/crm/…"); "" when there is none, and where the commit was lost.
  Oid ref(std::string_view name) const;
  /// Moves, makes or ("" for `to`) removes a ref below refs/crm/. Throws Error(Failure).
  void set_ref(std::string_view name, const Oid& to);
  /// Refs to commits whose names begin with `prefix` ("refs/crm/…/"), by name, without the prefix.
  std::vector<std::pair<std::string, Oid>> refs(const std::string& prefix) const;
  /// A commit without files and parents, which is in no history: a message that a ref may carry elsewhere.
  /// Signed as batches are.
  Oid write_loose(const Message& message, const Signature& author);
  /// The tree of a commit or tree with changes to it; and a commit of it, unsigned, with these parents. In no
  /// history: a transaction may move to it. On the disk when it returns.
  Oid write_tree(const Oid& base, const std::vector<Change>& changes) const;
  Oid write_commit(const Oid& tree, const std::vector<Oid>& parents, const Message& message,
                   const Signature& who) const;

  /// The tree that `base` becomes with these changes, and the commit that Transaction::merge would make of
  /// two heads and such a tree: computed, and nothing is written.
  Oid tree_with(const Oid& base, const std::vector<Change>& changes) const;
  static Oid merge_id(const Oid& ours, const Oid& theirs, const Oid& tree, const Message& message,
                      const Signature& who);

  /// Looks at every file of the working tree: for `commit`, `status` and `doctor`, not for writes. Ignores
  /// .git.
  std::vector<HandEdit> hand_edits() const;
  /// A quick look, for the way of a write: false when a file or a folder was touched since git's index was
  /// last written, and a sweep is due.
  bool untouched() const;
  /// Of these paths only.
  std::vector<HandEdit> hand_edits(const std::vector<std::string>& paths) const;

  /// Takes the write lock, waiting up to `wait`; recovers what a killed process left: stale ref locks,
  /// working files and git index behind HEAD, zero-length objects. Throws Error(Busy) naming the holder.
  Transaction begin(std::chrono::milliseconds wait);

  /// Checks that need the disk: zero-length or unreadable objects, stale locks, index behind HEAD. One line
  /// each.
  std::vector<std::string> check() const;

  /// What keeps HEAD or its newest commit from being read, and the way back; see store/branch_repair.
  BranchRepair plan_repair() const;
  /// Does that under the write lock: broken files are moved aside, the branch goes to the newest commit of
  /// its log that can be read, and working files stay as they are. Throws Error(Busy | Failure).
  BranchRepair repair(std::chrono::milliseconds wait);

  struct Impl;

 private:
  explicit Repository(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> m_impl;
  friend class Transaction;
};

/// Holds the store's write lock until destroyed. Any number of commits.
class Transaction {
 public:
  Transaction(Transaction&&) noexcept;
  ~Transaction();

  /// One batch, one commit: objects, commit, compare-and-swap of the ref, then the working files (temp,
  /// fsync, rename) and git's index. Working files that hold a hand edit (differ from HEAD) of a changed path
  /// are an Error(Failure): ask hand_edits(paths) first and commit those as a batch of their own. Returns the
  /// commit's id. Throws only when the batch is not committed, or its outcome is unknown (the message says
  /// so). Once the ref has moved the batch is there; trouble with working files or git's index after it goes
  /// to `warnings` and is mended by the next begin().
  Oid commit(const std::vector<Change>& changes, const Message& message, const Signature& author);
  /// As above for files that already are in the working tree as given (hand edits being adopted): they are
  /// not rewritten unless `content` differs from the file.
  Oid adopt(const std::vector<Change>& changes, const Message& message, const Signature& author);

  /// HEAD as this transaction knows it: nobody else moves it meanwhile without an Error(Busy) here. "" before
  /// the first commit.
  const Oid& head() const;

  /// HEAD moves to `commit`, a descendant of it (anything, before the first commit), and the working files
  /// follow. As commit() otherwise.
  void fast_forward(const Oid& commit);
  /// A commit with HEAD and `theirs` as parents, sorted by id, and HEAD's tree with `changes`; author and
  /// committer are `who`, so that whoever merges the same heads makes the same commit. As commit() otherwise.
  Oid merge(const Oid& theirs, const std::vector<Change>& changes, const Message& message,
            const Signature& who);

  /// From now on a large commit tells how far it is, in steps of all it has to do.
  void tell(std::function<void(std::size_t done, std::size_t total)> progress);

  const std::vector<std::string>& warnings() const;
  /// The same, each but once.
  std::vector<std::string> take_warnings();

 private:
  friend class Repository;
  struct Impl;
  explicit Transaction(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> m_impl;
};

} // namespace crm::store
