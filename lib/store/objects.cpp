#include "store/objects.hpp"

#include "store/files.hpp"
#include "store/git_error.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <chrono>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::store {

Oid to_oid(const git_oid& id) {
  Oid out(GIT_OID_HEXSZ, '\0');
  git_oid_fmt(out.data(), &id);
  return out;
}

git_oid from_oid(std::string_view id) {
  git_oid out;
  if (id.size() != GIT_OID_HEXSZ || git_oid_fromstrn(&out, id.data(), id.size()) < 0)
    throw base::Error(base::Kind::NotFound,
                      "\"" + base::printable(id) + "\" is not the id of a commit, tree or file");
  return out;
}

Oid hash_blob(std::string_view content) {
  git_oid id;
  check_git(git_odb_hash(&id, content.data(), content.size(), GIT_OBJECT_BLOB), "hash a file");
  return to_oid(id);
}

Oid hash_commit(std::string_view bytes) {
  git_oid id;
  check_git(git_odb_hash(&id, bytes.data(), bytes.size(), GIT_OBJECT_COMMIT), "hash a commit");
  return to_oid(id);
}

std::string loose_path(const std::string& common_dir, const Oid& id) {
  return common_dir + "/objects/" + id.substr(0, 2) + "/" + id.substr(2);
}

bool is_blanked(const std::string& common_dir, const Oid& id) {
  const Descriptor file(::open(loose_path(common_dir, id).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return false;
  char start[2] = {1, 1};
  const ssize_t got = ::read(file.get(), start, sizeof start);
  return got == 0 || (got == 2 && start[0] == 0 && start[1] == 0); // a zlib stream begins with 0x78
}

std::vector<Oid> blanked_objects(const std::string& common_dir) {
  std::vector<Oid> out;
  constexpr std::string_view digits = "0123456789abcdef";
  for (int i = 0; i < 256; ++i) {
    const std::string prefix{digits[static_cast<std::size_t>(i / 16)],
                             digits[static_cast<std::size_t>(i % 16)]};
    DIR* folder = ::opendir((common_dir + "/objects/" + prefix).c_str());
    if (folder == nullptr) continue;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      struct stat info {};
      if (name.size() == GIT_OID_HEXSZ - 2 && name.find_first_not_of(digits) == std::string_view::npos &&
          ::fstatat(::dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_size == 0)
        out.push_back(prefix + std::string(name));
    }
    ::closedir(folder);
  }
  return out;
}

git::SignatureHandle make_signature(const Signature& who) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(who.time).time_since_epoch().count();
  git::SignatureHandle out;
  check_git(git::take(out, git_signature_new, who.name.c_str(), who.email.c_str(), seconds, 0), "sign as",
            who.name);
  return out;
}

ObjectWriter::ObjectWriter(git_repository* repository, std::string common_dir)
    : m_repository(repository), m_common_dir(std::move(common_dir)) {
  check_git(git::take(m_odb, git_repository_odb, repository), "open the object database");
}

template <typename Write>
git_oid ObjectWriter::sound(Write write) {
  git_oid id = write();
  if (is_blanked(m_common_dir, to_oid(id))) {
    ::unlink(loose_path(m_common_dir, to_oid(id)).c_str());
    check_git(git_odb_refresh(m_odb.get()), "look at the object database again");
    id = write();
    if (is_blanked(m_common_dir, to_oid(id)))
      throw base::Error(base::Kind::Failure,
                        "the file " + loose_path(m_common_dir, to_oid(id)) +
                            " is empty and cannot be replaced",
                        "remove it and run the command again");
  }
  m_written.push_back(to_oid(id));
  return id;
}

git_oid ObjectWriter::blob(std::string_view content) {
  return sound([&] {
    git_oid id;
    check_git(git_odb_write(&id, m_odb.get(), content.data(), content.size(), GIT_OBJECT_BLOB),
              "write a file's content");
    return id;
  });
}

git_oid ObjectWriter::tree(git_treebuilder* builder) {
  return sound([&] {
    git_oid id;
    check_git(git_treebuilder_write(&id, builder), "write a folder");
    return id;
  });
}

git_oid ObjectWriter::commit(const git_signature* author, const std::string& message, const git_oid& tree,
                             const std::vector<git_oid>& parents, const Signer& signer) {
  git::TreeHandle root;
  check_git(git::take(root, git_tree_lookup, m_repository, &tree), "read the new tree");
  std::vector<git::CommitHandle> owned(parents.size());
  std::vector<const git_commit*> list;
  for (std::size_t i = 0; i < parents.size(); ++i) {
    check_git(git::take(owned[i], git_commit_lookup, m_repository, &parents[i]), "read the commit",
              to_oid(parents[i]));
    list.push_back(owned[i].get());
  }
  if (signer) {
    git::Buffer payload;
    check_git(git_commit_create_buffer(&payload.buffer, m_repository, author, author, nullptr,
                                       message.c_str(), root.get(), list.size(), list.data()),
              "write the commit");
    if (const auto signature = signer({payload.buffer.ptr, payload.buffer.size}); !signature.empty())
      return sound([&] {
        git_oid id;
        check_git(git_commit_create_with_signature(&id, m_repository, payload.buffer.ptr, signature.c_str(),
                                                   "gpgsig"),
                  "write the signed commit");
        return id;
      });
  }
  return sound([&] {
    git_oid id;
    check_git(git_commit_create(&id, m_repository, nullptr, author, author, nullptr, message.c_str(),
                                root.get(), list.size(), list.data()),
              "write the commit");
    return id;
  });
}

namespace {

/// A file of its own that is too short to inflate to more than `largest_blob`: deflate makes at most 1,032
/// bytes of one.
bool is_short(git_repository* repository, const Oid& id) {
  constexpr off_t most = largest_blob / 1032;
  struct stat info {};
  return ::stat(loose_path(git_repository_commondir(repository), id).c_str(), &info) == 0 &&
         info.st_size <= most;
}

} // namespace

std::string read_blob(git_repository* repository, const Oid& id) {
  std::string out;
  visit_blob(repository, id, [&](std::string_view bytes) { out = bytes; });
  return out;
}

void visit_blob(git_repository* repository, const Oid& id,
                const std::function<void(std::string_view bytes)>& visit) {
  const git_oid oid = from_oid(id);
  git::OdbHandle odb;
  check_git(git::take(odb, git_repository_odb, repository), "open the object database");
  const auto require_file = [&id](git_object_t type, std::size_t size) {
    if (type != GIT_OBJECT_BLOB || size > largest_blob)
      throw base::Error(base::Kind::Failure,
                        "the object " + id +
                            (type != GIT_OBJECT_BLOB ? " is not a file" : " is larger than 32 MiB"));
  };
  if (!is_short(repository, id)) { // looking costs as much as reading a record does
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    check_git(git_odb_read_header(&size, &type, odb.get(), &oid), "read the object", id);
    require_file(type, size);
  }
  git::OdbObjectHandle object;
  check_git(git::take(object, git_odb_read, odb.get(), &oid), "read the object", id);
  require_file(git_odb_object_type(object.get()), git_odb_object_size(object.get()));
  visit({static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get())});
}

} // namespace crm::store
