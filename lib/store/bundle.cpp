// A history in a file.
#include "store/files.hpp"
#include "store/git_program.hpp"
#include "store/transport.hpp"
#include "store/transport_trouble.hpp"

#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace crm::store {
namespace {

Contact failed(const std::string& what, const std::string& file) {
  return {errno == ENOSPC || errno == EDQUOT ? Trouble::Disk : Trouble::Other,
          fmt::format("cannot {} {}: {}", what, base::printable(file), std::strerror(errno))};
}

} // namespace

bool looks_like_bundle(const std::string& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 16> start{};
  if (!opened || ::read(opened.get(), start.data(), start.size()) < 0) return false;
  const std::string_view line(start.data(), start.size());
  return line.starts_with("# v2 git bundle\n") || line.starts_with("# v3 git bundle\n");
}

Contact write_bundle(const Repository& repository, const std::string& file, std::chrono::seconds patience) {
  const std::string beside = fmt::format("{}.{}.part", file, ::getpid());
  const auto run = run_git_watched(
      {.root = repository.root(),
       .words = {"bundle", "create", "--progress", beside, "refs/heads/" + repository.branch()},
       .environment = {},
       .patience = patience});
  if (const auto trouble = trouble_of(run); trouble != Trouble::None) {
    ::unlink(beside.c_str());
    return {trouble, said_by(run)};
  }
  const Descriptor written(::open(beside.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!written || ::fsync(written.get()) != 0 || ::rename(beside.c_str(), file.c_str()) != 0) {
    auto out = failed("write", file);
    ::unlink(beside.c_str());
    return out;
  }
  const auto slash = file.rfind('/');
  const Descriptor folder(::open(slash == std::string::npos ? "." : file.substr(0, slash + 1).c_str(),
                                 O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
  return {};
}

} // namespace crm::store
