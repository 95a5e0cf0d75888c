#include "app/bundle_path.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <filesystem>

namespace crm::app {
namespace {

namespace fs = std::filesystem;

/// Also where nothing is there yet: the first file on a new stick.
fs::path behind_links(fs::path path) {
  constexpr int most = 40; // as the system has it
  std::error_code error;
  for (int i = 0; i < most && fs::is_symlink(fs::symlink_status(path, error)); ++i)
    path = (path.parent_path() / fs::read_symlink(path, error)).lexically_normal();
  return path;
}

} // namespace

std::string bundle_path(const std::string& file, const SyncRequest& request) {
  std::error_code error;
  const auto named = fs::absolute(file, error).lexically_normal();
  const auto there = fs::status(named, error);
  if (!fs::status_known(there)) // a circle of links, too long, in a folder that is closed to us
    throw base::Error(base::Kind::Failure,
                      "cannot look at " + base::printable(named.string()) + ": " + error.message(),
                      "name another file");
  if (!request.push && !fs::exists(there))
    throw base::Error(base::Kind::NotFound, "there is no file " + base::printable(named.string()));
  if (fs::is_directory(there))
    throw base::Error(base::Kind::Usage, base::printable(named.string()) + " is a folder",
                      "a folder is a remote: `crm remote add stick " + base::printable(named.string()) + "`");
  return behind_links(named).string();
}

} // namespace crm::app
