#include "store/git_error.hpp"
#include "store/library.hpp"
#include "store/lock.hpp"
#include "store/objects.hpp"
#include "store/paths.hpp"
#include "store/recovery.hpp"
#include "store/repository_impl.hpp"
#include "store/transaction_impl.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace crm::store {
namespace {

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  return path;
}

/// Ownership is git's question to answer: it knows the user's safe.directory, and we read no global
/// configuration.
bool git_trusts(const std::string& path) {
  const char* arguments[] = {"git", "-C", path.c_str(), "rev-parse", "--git-dir", nullptr};
  posix_spawn_file_actions_t quiet;
  if (::posix_spawn_file_actions_init(&quiet) != 0) return false;
  for (const int fd : {0, 1, 2})
    ::posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null", O_RDWR, 0);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, "git", &quiet, nullptr, const_cast<char* const*>(arguments), ::environ);
  ::posix_spawn_file_actions_destroy(&quiet);
  int status = 0;
  return failed == 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

/// libgit2 answers as if no repository were there.
bool belongs_to_another(const std::string& path) {
  struct stat folder {
  }, inner{};
  if (::stat(path.c_str(), &folder) != 0 || ::stat((path + "/.git").c_str(), &inner) != 0) return false;
  return folder.st_uid != ::geteuid() || inner.st_uid != ::geteuid();
}

git::RepositoryHandle open_repository(const std::string& path) {
  git::RepositoryHandle repository;
  int code =
      git::take(repository, git_repository_open_ext, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  if (code == GIT_ENOTFOUND && belongs_to_another(path)) code = GIT_EOWNER;
  if (code == GIT_EOWNER && git_trusts(path)) {
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    code =
        git::take(repository, git_repository_open_ext, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  }
  if (code == GIT_EOWNER)
    throw base::Error(base::Kind::Denied, "the store " + path + " belongs to another user",
                      "if you trust it, run `git config --global --add safe.directory " + path + "`");
  if (code == GIT_ENOTFOUND) throw base::Error(base::Kind::NotFound, path + " is not a git repository");
  check_git(code, "open the repository", path);
  return repository;
}

} // namespace

Oid Repository::Impl::head_or_none() const {
  git_oid id;
  const int code = git_reference_name_to_id(&id, get(), "HEAD");
  if (code == GIT_ENOTFOUND) return "";
  check_git(code, "read HEAD of", root);
  return to_oid(id);
}

Oid Repository::Impl::head() const {
  auto id = head_or_none();
  if (id.empty())
    throw base::Error(base::Kind::Failure, "the repository " + root + " has no commit yet",
                      "run `crm init` there");
  return id;
}

std::string Repository::Impl::branch() const {
  git::ReferenceHandle reference;
  check_git(git::take(reference, git_reference_lookup, get(), "HEAD"), "read HEAD of", root);
  const char* target = git_reference_symbolic_target(reference.get());
  constexpr std::string_view heads = "refs/heads/";
  if (target == nullptr || !std::string_view(target).starts_with(heads)) return "";
  return std::string(target).substr(heads.size());
}

Repository::Repository(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;

Repository Repository::open(const std::string& path) {
  start_library();
  auto impl = std::make_unique<Impl>();
  impl->repository = open_repository(path);
  const char* root = git_repository_workdir(impl->get());
  if (root == nullptr)
    throw base::Error(base::Kind::Failure, path + " is a bare repository: a store has its files beside it",
                      "run `git clone` on it");
  impl->root = without_slash(root);
  impl->git_dir = without_slash(git_repository_path(impl->get()));
  impl->common_dir = without_slash(git_repository_commondir(impl->get()));
  impl->private_dir = impl->git_dir + "/" + std::string(private_folder);
  impl->files = WorkFiles(impl->root);
  ::mkdir(impl->private_dir.c_str(),
          0777); // a clone made by hand has none; one that cannot be written is still read
  return Repository(std::move(impl));
}

const std::string& Repository::root() const {
  return m_impl->root;
}
const std::string& Repository::incoming_objects() const {
  return m_impl->incoming;
}
std::string Repository::private_dir() const {
  return m_impl->private_dir;
}
Oid Repository::head() const {
  return m_impl->head();
}
std::string Repository::branch() const {
  return m_impl->branch();
}

bool Repository::is_shallow() const {
  return git_repository_is_shallow(m_impl->get()) == 1;
}

std::string Repository::config(std::string_view key) const {
  git::ConfigHandle all, snapshot;
  check_git(git::take(all, git_repository_config, m_impl->get()), "read the configuration of", m_impl->root);
  check_git(git::take(snapshot, git_config_snapshot, all.get()), "read the configuration of", m_impl->root);
  const char* value = nullptr;
  const int code = git_config_get_string(&value, snapshot.get(), std::string(key).c_str());
  if (code == GIT_ENOTFOUND) return "";
  check_git(code, "read the setting", key);
  return value;
}

void Repository::set_config(std::string_view key, std::string_view value) {
  git::ConfigHandle config;
  check_git(git::take(config, git_repository_config, m_impl->get()), "read the configuration of",
            m_impl->root);
  const auto set = [&] {
    return git_config_set_string(config.get(), std::string(key).c_str(), std::string(value).c_str());
  };
  int code = set();
  if (code == GIT_ELOCKED) {
    outwait({m_impl->common_dir + "/config.lock"}, {m_impl->root, m_impl->common_dir});
    code = set();
  }
  check_git(code, "write the setting", key);
}

void Repository::sign_with(Signer signer) {
  m_impl->signer = std::move(signer);
}

Oid Repository::folder_id(const Oid& commit_or_tree, std::string_view path) const {
  const auto entry = entry_at(tree_of(m_impl->get(), commit_or_tree).get(), path);
  if (!entry || git_tree_entry_type(entry.get()) != GIT_OBJECT_TREE) return "";
  return to_oid(*git_tree_entry_id(entry.get()));
}

Oid Repository::head_tree() const {
  return to_oid(*git_tree_id(tree_of(m_impl->get(), m_impl->head()).get()));
}

std::optional<Oid> Repository::blob_id(const Oid& commit_or_tree, std::string_view path) const {
  auto id = blob_at(tree_of(m_impl->get(), commit_or_tree).get(), path);
  if (id.empty()) return std::nullopt;
  return id;
}

std::optional<std::string> Repository::read(const Oid& commit_or_tree, std::string_view path) const {
  const auto id = blob_id(commit_or_tree, path);
  if (!id) return std::nullopt;
  return read_blob(m_impl->get(), *id);
}

Oid Repository::id_of(std::string_view content) {
  return hash_blob(content);
}

std::string Repository::blob(const Oid& blob) const {
  return read_blob(m_impl->get(), blob);
}

void Repository::with_blob(const Oid& blob, const std::function<void(std::string_view bytes)>& visit) const {
  visit_blob(m_impl->get(), blob, visit);
}

std::uint64_t Repository::blob_size(const Oid& blob) const {
  const git_oid oid = from_oid(blob);
  git::OdbHandle odb;
  check_git(git::take(odb, git_repository_odb, m_impl->get()), "open the object database");
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  check_git(git_odb_read_header(&size, &type, odb.get(), &oid), "read the object", blob);
  return size;
}

Oid Repository::write_blob(std::string_view content) const {
  return to_oid(ObjectWriter(m_impl->get(), m_impl->common_dir).blob(content));
}

std::vector<Difference> Repository::diff(const Oid& before, const Oid& after) const {
  return diff_trees(m_impl->get(), before, after);
}

void Repository::distrust_disk() {
  start_library();
  check_git(git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1), "set up libgit2");
}

void Repository::keep_nothing() {
  // Of packs that are not open yet, no more than this is in memory at once.
  constexpr std::size_t window = std::size_t{1} << 20, most_mapped = std::size_t{8} << 20;
  start_library();
  check_git(git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0), "set up libgit2");
  check_git(git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, window), "set up libgit2");
  check_git(git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, most_mapped), "set up libgit2");
}

std::size_t Repository::count(const Oid& commit_or_tree, int depth) const {
  return count_files(m_impl->get(), tree_of(m_impl->get(), commit_or_tree).get(), depth);
}

void Repository::each(const Oid& commit_or_tree, std::string_view prefix,
                      const std::function<void(std::string_view path, const Oid& blob)>& visit) const {
  walk_tree(m_impl->get(), tree_of(m_impl->get(), commit_or_tree).get(), prefix, [&](const TreeFile& file) {
    if (entry_kind(file.mode) == EntryKind::File) visit(file.path, to_oid(*file.id));
  });
}

Transaction Repository::begin(std::chrono::milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  auto impl =
      std::make_unique<Transaction::Impl>(*m_impl, WriteLock::acquire(m_impl->private_dir, wait), wait);
  impl->branch = m_impl->branch();
  const GitLocks locks{m_impl->git_dir, m_impl->common_dir, m_impl->root, impl->branch};
  locks.clear(impl->lock.died_since(), deadline);
  auto recovered = recover(*m_impl, impl->lock.died_since() ? LastHolder::Died : LastHolder::Released);
  impl->head = std::move(recovered.head);
  impl->left = std::move(recovered.left);
  impl->warnings = std::move(recovered.warnings);
  return Transaction(std::move(impl));
}

} // namespace crm::store
