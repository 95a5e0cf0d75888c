#include "store/folder_refs.hpp"

#include "store/small_file.hpp"
#include "store/transport.hpp"

#include "base/text.hpp"
#include "core/stamp.hpp"

#include <filesystem>

namespace crm::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t id_length = 40, longest_ref = 100;

std::optional<Oid> id_in(std::string_view text) {
  const auto id = text.substr(0, id_length);
  if (id.size() != id_length || id.find_first_not_of("0123456789abcdef") != id.npos) return std::nullopt;
  return Oid(id);
}

class FolderReader {
 public:
  FolderReader(std::string git_dir, const std::string& branch)
      : m_git_dir(std::move(git_dir)), m_branch("refs/heads/" + branch) {}

  std::optional<std::map<std::string, Oid>> run() {
    if (!has_objects() || !packed() || !loose(m_branch) || !devices() || !m_refs.contains(m_branch))
      return std::nullopt;
    return std::move(m_refs);
  }

 private:
  bool has_objects() const {
    std::error_code error;
    return fs::is_regular_file(m_git_dir + "/HEAD", error) &&
           fs::is_directory(m_git_dir + "/objects", error) && !fs::is_empty(m_git_dir + "/objects", error) &&
           !error;
  }

  static bool is_device(std::string_view ref) {
    constexpr std::string_view devices = device_refs;
    return ref.starts_with(devices) && core::is_device_name(ref.substr(devices.size()));
  }

  /// Lines of "id name"; "^id" says what the tag before it names.
  bool packed() {
    std::error_code error;
    if (!fs::exists(m_git_dir + "/packed-refs", error)) return !error;
    const auto text = read_small_file(m_git_dir + "/packed-refs");
    if (!text) return false;
    for (const auto line : base::split(*text, '\n')) {
      if (line.size() <= id_length + 1 || line.front() == '#' || line.front() == '^') continue;
      const auto name = line.substr(id_length + 1);
      if (name != m_branch && !is_device(name)) continue;
      const auto id = id_in(line);
      if (!id) return false;
      m_refs[std::string(name)] = *id;
    }
    return true;
  }

  /// Where there is one, it counts more than what is packed.
  bool loose(const std::string& name) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(m_git_dir + "/" + name, error))) return true;
    const auto text = read_small_file(m_git_dir + "/" + name, longest_ref);
    const auto id = text ? id_in(*text) : std::nullopt;
    if (id) m_refs[name] = *id;
    return id.has_value();
  }

  bool devices() {
    std::error_code error;
    const std::string folder = m_git_dir + "/" + device_refs;
    if (!fs::exists(folder, error)) return !error;
    std::size_t count = 0;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      const auto name = at->path().filename().string();
      if (!core::is_device_name(name)) continue; // or a lock
      if (++count > most_devices || !loose(device_refs + name)) return false;
    }
    return !error;
  }

  std::string m_git_dir, m_branch;
  std::map<std::string, Oid> m_refs;
};

} // namespace

std::optional<std::map<std::string, Oid>> folder_refs(const std::string& folder, const std::string& branch) {
  // git, too, looks here first.
  std::error_code error;
  const bool beside = fs::is_directory(folder + "/.git", error);
  return FolderReader(beside ? folder + "/.git" : folder, branch).run();
}

} // namespace crm::store
