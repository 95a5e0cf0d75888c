// A history in a file.
#include "store/files.hpp"
#include "store/git_program.hpp"
#include "store/sha1.hpp"
#include "store/transport.hpp"
#include "store/transport_trouble.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <unistd.h>

namespace crm::store {
namespace {

Contact failed(const std::string& what, const std::string& file) {
  return {errno == ENOSPC || errno == EDQUOT ? Trouble::Disk : Trouble::Other,
          fmt::format("cannot {} {}: {}", what, base::printable(file), std::strerror(errno))};
}

bool is_first_line(std::string_view text) {
  return text.starts_with("# v2 git bundle\n") || text.starts_with("# v3 git bundle\n");
}

/// "ID refs/heads/main", among capabilities ("@…") and what it goes on from ("-ID").
std::vector<Oid> tips_in(std::string_view header) {
  std::vector<Oid> out;
  for (const auto line : base::split(header, '\n'))
    if (const auto space = line.find(' '); !line.empty() && !std::strchr("#@-", line[0]))
      out.emplace_back(line.substr(0, space));
  return out;
}

} // namespace

Bundle look_at_bundle(const std::string& file) {
  constexpr std::size_t longest_header = std::size_t{1} << 20;
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  Bundle out;
  Sha1Sum sum;
  std::string waiting, piece(std::size_t{1} << 16, '\0');
  bool in_pack = false;
  ssize_t got = 0;
  while (opened && (got = ::read(opened.get(), piece.data(), piece.size())) > 0) {
    waiting.append(piece, 0, static_cast<std::size_t>(got));
    if (!in_pack) {
      if (!is_first_line(waiting)) return out;
      out.state = Bundle::State::Damaged;
      const auto end = waiting.find("\n\n");
      if (end == std::string::npos && waiting.size() > longest_header) return out;
      if (end == std::string::npos) continue;
      out.tips = tips_in(std::string_view(waiting).substr(0, end));
      waiting.erase(0, end + 2);
      in_pack = true;
    }
    if (waiting.size() <= Sha1{}.size()) continue; // the pack ends with its own sum
    const auto summed = waiting.size() - Sha1{}.size();
    sum.feed(std::string_view(waiting).substr(0, summed));
    waiting.erase(0, summed);
  }
  const auto digest = sum.finish();
  if (in_pack && std::equal(waiting.begin(), waiting.end(), digest.begin(), digest.end(),
                            [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; }))
    out.state = Bundle::State::Sound;
  return out;
}

WrittenBundle write_bundle(const Repository& repository, const std::string& file,
                           std::chrono::seconds patience) {
  const auto above = std::filesystem::absolute(file).parent_path();
  if (std::error_code error; !std::filesystem::is_directory(above, error))
    return {{Trouble::Other, fmt::format("cannot write {}: there is no folder {}", base::printable(file),
                                         base::printable(above.string()))},
            {}};
  const std::string beside = fmt::format("{}.{}.part", file, ::getpid());
  const auto run = run_git_watched(
      {.root = repository.root(),
       .words = {"bundle", "create", "--progress", beside, "refs/heads/" + repository.branch()},
       .environment = {},
       .patience = patience});
  if (const auto trouble = trouble_of(run); trouble != Trouble::None) {
    ::unlink(beside.c_str());
    return {{trouble, said_by(run)}, {}};
  }
  // Another process may have committed before git read the branch, or after it.
  const auto tips = look_at_bundle(beside).tips;
  const Descriptor written(::open(beside.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (tips.empty()) {
    ::unlink(beside.c_str());
    return {{Trouble::Other, fmt::format("cannot write {}: git left {} without the branch",
                                         base::printable(file), base::printable(beside))},
            {}};
  }
  if (!written || ::fsync(written.get()) != 0 || ::rename(beside.c_str(), file.c_str()) != 0) {
    auto out = failed("write", file);
    ::unlink(beside.c_str());
    return {std::move(out), {}};
  }
  const auto slash = file.rfind('/');
  const Descriptor folder(::open(slash == std::string::npos ? "." : file.substr(0, slash + 1).c_str(),
                                 O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());
  return {{}, tips.front()};
}

} // namespace crm::store
