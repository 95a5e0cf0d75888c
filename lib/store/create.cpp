// Making a store's repository.
#include "store/git_error.hpp"
#include "store/git_index.hpp"
#include "store/library.hpp"
#include "store/objects.hpp"
#include "store/paths.hpp"
#include "store/publish.hpp"
#include "store/repository_impl.hpp"
#include "store/tree_walk.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::store {
namespace {

// The path of crm is not written into it: a hook goes on working when the program moves.
constexpr std::string_view pre_commit_hook = R"(#!/bin/sh
# Brings git's index up to what crm has written, so that a commit by hand cannot take it back.
if crm=$(command -v crm); then
  exec "$crm" hook pre-commit
fi
echo "warning: crm is not on the PATH: this commit was not checked" >&2
exit 0
)";

constexpr std::string_view merge_driver = "merge.crm.driver";

void write_new_file(const std::string& path, std::string_view content, mode_t mode) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file && errno == EEXIST) return; // somebody's own
  if (!file) fail_system(errno, "write", path);
  write_all(file.get(), content, path);
  sync_descriptor(file.get(), path);
}

void make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) fail_system(errno, "make", path);
}

void make_repository(const std::string& path) {
  git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
  options.flags = GIT_REPOSITORY_INIT_MKPATH;
  options.initial_head = "main";
  git::RepositoryHandle made;
  check_git(git::take(made, git_repository_init_ext, path.c_str(), &options), "make a repository in", path);
}

void configure(Repository& repository) {
  repository.set_config("core.autocrlf", "false"); // canonical bytes everywhere
  repository.set_config("core.logAllRefUpdates", "true");
  // For `git pull` and `git merge` by hand; .gitattributes names it.
  repository.set_config("merge.crm.name", "crm's join of two records");
  repository.set_config(merge_driver, "crm merge-file %O %A %B %P");
  repository.set_config("core.fsync",
                        "objects,reference"); // the git program's own writes are as durable as ours
}

void prepare_git_dir(const std::string& git_dir) {
  constexpr std::string_view digits = "0123456789abcdef";
  make_folder(git_dir + "/objects");
  for (const char a : digits)
    for (const char b : digits)
      make_folder(git_dir + "/objects/" + a + b); // so that no write has to
  make_folder(git_dir + "/hooks");
  write_new_file(git_dir + "/hooks/pre-commit", pre_commit_hook, 0777);
  make_folder(git_dir + "/info");
  const std::string exclude = git_dir + "/info/exclude", line = std::string(temporary_pattern) + "\n";
  const auto old = look_at(AT_FDCWD, exclude.c_str(), largest_other_file);
  if (old.what == Seen::What::File && old.content.find(line) != std::string::npos) return;
  const Descriptor file(::open(exclude.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!file) fail_system(errno, "write", exclude);
  write_all(file.get(), line, exclude);
  sync_descriptor(file.get(), exclude);
}

std::string with_plain_ends(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') out += text[i];
  return out;
}

/// A `git clone` under core.autocrlf has given working files other line ends than what they are of.
void take_back_line_ends(const Repository::Impl& repository) {
  const Oid head = repository.head_or_none();
  if (head.empty()) return;
  std::vector<Staged> changed;
  walk_tree(repository.get(), tree_of(repository.get(), head).get(), "", [&](const TreeFile& file) {
    if (entry_kind(file.mode) != EntryKind::File) return;
    const auto seen = repository.files.look(file.path);
    if (seen.what != Seen::What::File || seen.content.find("\r\n") == std::string::npos) return;
    const auto plain = with_plain_ends(seen.content);
    if (hash_blob(seen.content) == to_oid(*file.id) || hash_blob(plain) != to_oid(*file.id)) return;
    repository.files.prepare(file.path, plain);
    repository.files.publish(file.path);
    changed.push_back({std::string(file.path), to_oid(*file.id)});
  });
  if (changed.empty()) return;
  std::vector<std::string_view> paths;
  for (const auto& each : changed)
    paths.push_back(each.path);
  repository.files.sync(paths, WorkFiles::Written::InPlace);
  stage(repository.git_dir, repository.root, changed); // git goes by their sizes
}

} // namespace

bool Repository::is_prepared() const {
  return !config(merge_driver).empty();
}

void Repository::prepare() {
  take_back_line_ends(*m_impl);
  configure(*this);
  prepare_git_dir(m_impl->common_dir);
}

Repository Repository::create(const std::string& path, const std::vector<Change>& files,
                              const Message& message, const Signature& author, Signer signer) {
  start_library();
  struct stat info {};
  if (::lstat((path + "/.git").c_str(), &info) == 0) {
    if (!open(path).m_impl->head_or_none().empty())
      throw base::Error(base::Kind::Failure, path + " already holds a git repository with commits",
                        "make the store in a folder of its own");
  }
  const bool is_there = ::lstat(path.c_str(), &info) == 0;
  for (const auto& file : files) {
    check_path(file.path);
    const auto seen = is_there ? WorkFiles(path).look(file.path) : Seen();
    if (seen.what != Seen::What::Missing && (seen.what == Seen::What::Other || seen.content != file.content))
      throw base::Error(base::Kind::Failure, path + "/" + file.path + " already exists",
                        "move it away, or make the store in a folder of its own");
  }
  make_repository(path);
  auto repository = open(path);
  repository.prepare();
  repository.sign_with(std::move(signer));
  auto transaction = repository.begin(std::chrono::seconds(5));
  transaction.commit(files, message, author);
  return repository;
}

} // namespace crm::store
