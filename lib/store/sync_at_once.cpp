#include "store/sync_at_once.hpp"

#include "store/files.hpp"
#include "store/git_error.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t most_threads = 16;

/// The error, or 0.
int sync_one(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return errno == ENOENT ? 0 : errno;
  while (::fsync(file.get()) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

} // namespace

void sync_at_once(const std::vector<std::string>& paths) {
  std::vector<int> errors(paths.size(), 0);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < paths.size(); i = next++)
      errors[i] = sync_one(paths[i]);
  };
  std::vector<std::thread> others;
  try {
    while (others.size() + 1 < std::min(paths.size(), most_threads))
      others.emplace_back(work);
  } catch (const std::system_error&) { // none to be had: then it takes longer
  }
  work();
  for (auto& each : others)
    each.join();
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (errors[i] != 0) fail_system(errors[i], "write to the disk", paths[i]);
}

} // namespace crm::store
