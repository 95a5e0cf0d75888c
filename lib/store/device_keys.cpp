#include "store/device_keys.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "core/stamp.hpp"
#include "store/files.hpp"
#include "store/git_error.hpp"
#include "store/paths.hpp"
#include "store/repository.hpp"
#include "store/small_file.hpp"
#include "store/ssh_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t longest = 16 * 1024;
constexpr std::string_view public_extension = ".pub";

/// Not there before; durable when it returns, its name included.
void write_new(const std::string& folder, const std::string& path, std::string_view content, mode_t mode) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file) fail_system(errno, "write", path);
  write_all(file.get(), content, path);
  sync_descriptor(file.get(), path);
  const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent) fail_system(errno, "open", folder);
  sync_descriptor(parent.get(), folder);
}

/// Within the work tree where it is there, so that a store can be moved; git takes it from the tree's root.
std::string for_git(const Repository& repository, const std::string& path) {
  const auto root = repository.root() + "/";
  return path.starts_with(root) ? path.substr(root.size()) : path;
}

} // namespace

std::string DeviceKeys::path(const std::string& member) const {
  if (!core::is_name(member))
    throw base::Error(base::Kind::Usage, "\"" + base::printable(member) + "\" is not a member's name");
  return folder() + "/" + member;
}

std::optional<SecretKey> DeviceKeys::load(const std::string& member) const {
  const auto file = path(member);
  auto text = read_small_file(file, longest);
  if (!text) {
    if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT) return std::nullopt;
    throw base::Error(base::Kind::InvalidData, "the key " + file + " cannot be read",
                      "it must be a file of yours: `ls -l " + file + "`");
  }
  auto parsed = parse_secret_key(*text);
  ssh::wipe(*text);
  if (auto* key = std::get_if<SecretKey>(&parsed)) return std::move(*key);
  const auto& problem = std::get<KeyProblem>(parsed);
  throw base::Error(problem.has_passphrase ? base::Kind::Denied : base::Kind::InvalidData,
                    "the key " + file + " cannot be used: " + problem.why,
                    problem.has_passphrase ? "take it off with `ssh-keygen -p -f " + file + "`"
                                           : "bring it back from a backup, or move it away: a new one is "
                                             "made then, and has to be approved");
}

void DeviceKeys::keep(const std::string& member, const std::string& device, const SecretKey& key,
                      base::Environment& env) const {
  const auto file = path(member);
  for (const auto& each : {m_private_dir, folder()})
    if (::mkdir(each.c_str(), each == m_private_dir ? 0777 : 0700) != 0 && errno != EEXIST)
      fail_system(errno, "make", each);
  const std::string comment = member + "@" + device;
  auto text = key.to_file(comment, env);
  // The public half first: a key that nobody can name would sign what nobody can approve.
  ::unlink((file + std::string(public_extension)).c_str());
  write_new(folder(), file + std::string(public_extension), to_line(key.public_key(), comment) + "\n", 0644);
  try {
    write_new(folder(), file, text, 0600);
  } catch (...) {
    ssh::wipe(text);
    throw;
  }
  ssh::wipe(text);
}

void DeviceKeys::forget(const std::string& member) const {
  const auto file = path(member);
  ::unlink(file.c_str());
  ::unlink((file + std::string(public_extension)).c_str());
}

std::vector<std::pair<std::string, PublicKey>> DeviceKeys::list() const {
  std::vector<std::pair<std::string, PublicKey>> out;
  DIR* handle = ::opendir(folder().c_str());
  if (handle == nullptr) return out;
  while (const dirent* entry = ::readdir(handle)) {
    std::string name = entry->d_name;
    if (!name.ends_with(public_extension)) continue;
    const auto text = read_small_file(folder() + "/" + name, longest);
    name.resize(name.size() - public_extension.size());
    const auto key = text ? parse_public_key(base::trim(*text)) : std::nullopt;
    if (key && core::is_name(name)) out.emplace_back(std::move(name), *key);
  }
  ::closedir(handle);
  std::sort(out.begin(), out.end());
  return out;
}

void configure_signing(Repository& repository, const std::string& member) {
  const auto private_dir = repository.private_dir();
  repository.set_config("gpg.format", "ssh");
  repository.set_config("gpg.ssh.allowedSignersFile",
                        for_git(repository, private_dir + "/" + std::string(signers_file)));
  repository.set_config("user.signingkey", for_git(repository, DeviceKeys(private_dir).path(member)));
  repository.set_config("commit.gpgsign", "true");
}

void write_allowed_signers(const Repository& repository, const std::string& content) {
  const auto path = repository.private_dir() + "/" + std::string(signers_file);
  if (read_small_file(path) != content) keep_small_file(path, content);
}

} // namespace crm::store
