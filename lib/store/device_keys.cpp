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
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t longest = 16 * 1024;
constexpr std::string_view public_extension = ".pub";

void sync_folder(const std::string& folder) {
  const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file) fail_system(errno, "open", folder);
  sync_descriptor(file.get(), folder);
}

/// In the place of what a killed process has left; what is in it is durable when it returns.
void write_anew(const std::string& path, std::string_view content, mode_t mode) {
  ::unlink(path.c_str());
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file) fail_system(errno, "write", path);
  try {
    write_all(file.get(), content, path);
    sync_descriptor(file.get(), path);
  } catch (...) {
    ::unlink(path.c_str());
    throw;
  }
}

void write_secret(const std::string& path, const SecretKey& key, const std::string& comment,
                  base::Environment& env) {
  auto text = key.to_file(comment, env);
  try {
    write_anew(path, text, 0600);
  } catch (...) {
    ssh::wipe(text);
    throw;
  }
  ssh::wipe(text);
}

/// Nothing for what a killed process has left half written.
std::optional<SecretKey> whole_key(const std::string& path) {
  auto text = read_small_file(path, longest);
  if (!text) return std::nullopt;
  auto parsed = parse_secret_key(*text);
  ssh::wipe(*text);
  auto* key = std::get_if<SecretKey>(&parsed);
  return key != nullptr ? std::optional(std::move(*key)) : std::nullopt;
}

/// While it lives no other process gives keys their places, where the file system knows locks.
Descriptor take_turn(const std::string& folder) {
  Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file) fail_system(errno, "open", folder);
  while (::flock(file.get(), LOCK_EX) != 0 && errno == EINTR) {
  }
  return file;
}

void rename_over(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail_system(errno, "write", to);
}

template <typename Take>
void each_name(const std::string& folder, Take&& take) {
  DIR* handle = ::opendir(folder.c_str());
  if (handle == nullptr) return;
  while (const dirent* entry = ::readdir(handle))
    take(std::string(entry->d_name));
  ::closedir(handle);
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

/// No name of a member has an "@" in it.
std::string DeviceKeys::beside(const std::string& member, const std::string& device) const {
  return path(member) + "@" + device;
}

void DeviceKeys::make_folder() const {
  for (const auto& each : {m_private_dir, folder()})
    if (::mkdir(each.c_str(), each == m_private_dir ? 0777 : 0700) != 0 && errno != EEXIST)
      fail_system(errno, "make", each);
}

bool DeviceKeys::keep(const std::string& member, const std::string& device, const SecretKey& key,
                      base::Environment& env) const {
  const auto file = path(member);
  make_folder();
  const auto turn = take_turn(folder());
  if (::access(file.c_str(), F_OK) == 0 || errno != ENOENT) return false;
  write_secret(beside(member, device), key, member + "@" + device, env);
  place(member, device, key.public_key());
  return true;
}

SecretKey DeviceKeys::prepare(const std::string& member, const std::string& device,
                              base::Environment& env) const {
  const auto file = beside(member, device);
  make_folder();
  const auto turn = take_turn(folder());
  auto key = whole_key(file);
  if (!key) {
    key = SecretKey::random(env);
    write_secret(file, *key, member + "@" + device, env);
  }
  sync_folder(folder());
  return std::move(*key);
}

void DeviceKeys::put_in_place(const std::string& device) const {
  if (prepared(device).empty()) return; // as nearly always: nobody need wait for it
  const auto turn = take_turn(folder());
  for (const auto& member : prepared(device))
    if (const auto key = whole_key(beside(member, device)))
      place(member, device, key->public_key());
    else
      ::unlink(beside(member, device).c_str());
}

std::vector<std::string> DeviceKeys::prepared(const std::string& device) const {
  std::vector<std::string> out;
  each_name(folder(), [&](const std::string& name) {
    const auto at = name.find('@');
    if (at != std::string::npos && name.substr(at + 1) == device && core::is_name(name.substr(0, at)))
      out.push_back(name.substr(0, at));
  });
  return out;
}

void DeviceKeys::place(const std::string& member, const std::string& device, const PublicKey& key) const {
  const auto file = path(member), fresh = beside(member, device), extension = std::string(public_extension);
  // The public half first: a key that nobody can name would sign what nobody can approve. Whoever is killed
  // between the two leaves the secret one beside, to be put in place by the next write.
  write_anew(fresh + extension, to_line(key, member + "@" + device) + "\n", 0644);
  rename_over(fresh + extension, file + extension);
  sync_folder(folder());
  rename_over(fresh, file);
  sync_folder(folder());
}

std::vector<std::pair<std::string, PublicKey>> DeviceKeys::list() const {
  std::vector<std::pair<std::string, PublicKey>> out;
  each_name(folder(), [&](std::string name) {
    if (!name.ends_with(public_extension)) return;
    const auto text = read_small_file(folder() + "/" + name, longest);
    name.resize(name.size() - public_extension.size());
    const auto key = text ? parse_public_key(base::trim(*text)) : std::nullopt;
    if (key && core::is_name(name)) out.emplace_back(std::move(name), *key);
  });
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
