#include "store/flat_folder.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::store {
namespace {

[[noreturn]] void no_way(const std::string& what, const std::string& where) {
  throw base::Error(base::Kind::Failure,
                    "cannot " + what + " " + base::printable(where) + ": " + std::strerror(errno));
}

} // namespace

FlatFolder::FlatFolder(const std::string& path, Missing missing) {
  std::error_code error;
  if (missing == Missing::Make) std::filesystem::create_directories(path, error);
  const auto whole = std::filesystem::canonical(path, error);
  if (error)
    throw base::Error(base::Kind::NotFound, "there is no folder " + base::printable(path),
                      "make it, or name another one");
  m_path = whole.string();
  m_folder = Descriptor(::open(m_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!m_folder && errno == ENOTDIR)
    throw base::Error(base::Kind::Usage, base::printable(path) + " is no folder", "name a folder");
  if (!m_folder) no_way("open", path);
}

std::vector<std::string> FlatFolder::names(std::string_view suffix, std::size_t most) const {
  Descriptor again(::openat(m_folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(again ? ::fdopendir(again.get()) : nullptr, ::closedir);
  if (folder == nullptr) no_way("read", m_path);
  again.release(); // the folder's now
  std::vector<std::string> out;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name.starts_with('.') || !name.ends_with(suffix) || name.size() == suffix.size()) continue;
    if (out.size() == most)
      throw base::Error(base::Kind::InvalidData,
                        fmt::format("{} holds more than {} files", base::printable(m_path), most),
                        "is it the folder that was meant?");
    out.emplace_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// What a person has allowed of the file stays; a new one is as closed as a folder that is its owner's alone.
void FlatFolder::set_mode(int file, const std::string& name) const {
  constexpr mode_t own_only = 0600, of_others = 0077, all = 0777;
  struct stat old {};
  struct stat folder {};
  int code = 0;
  if (::fstatat(m_folder.get(), name.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(old.st_mode))
    code = ::fchmod(file, old.st_mode & all);
  else if (::fstat(m_folder.get(), &folder) == 0 && (folder.st_mode & of_others) == 0)
    code = ::fchmod(file, own_only);
  if (code != 0) no_way("write", m_path + "/" + name);
}

void FlatFolder::write(const std::string& name, std::string_view content) const {
  const std::string temporary = temporary_name(name), whole = m_path + "/" + name;
  ::unlinkat(m_folder.get(), temporary.c_str(), 0); // of a killed process
  constexpr mode_t mode = 0666;                     // as the umask has it
  const Descriptor file(::openat(m_folder.get(), temporary.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file) no_way("write", whole);
  try {
    set_mode(file.get(), name); // before there is anything to read
    write_all(file.get(), content, whole);
    sync_descriptor(file.get(), whole);
  } catch (...) {
    ::unlinkat(m_folder.get(), temporary.c_str(), 0);
    throw;
  }
  if (::renameat(m_folder.get(), temporary.c_str(), m_folder.get(), name.c_str()) != 0) {
    ::unlinkat(m_folder.get(), temporary.c_str(), 0);
    no_way("write", whole);
  }
}

void FlatFolder::remove(const std::string& name) const {
  if (::unlinkat(m_folder.get(), name.c_str(), 0) != 0 && errno != ENOENT)
    no_way("remove", m_path + "/" + name);
}

} // namespace crm::store
