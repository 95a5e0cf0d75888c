#include "store/branch_log.hpp"

#include "store/files.hpp"
#include "store/repository_impl.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fcntl.h>
#include <git2.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace crm::store {
namespace {

constexpr std::size_t most_of_a_log = std::size_t{16} << 20;

std::string end_of_log(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
  const auto size = static_cast<std::size_t>(info.st_size);
  std::string out(std::min(size, most_of_a_log), '\0');
  std::size_t got = 0;
  while (got < out.size()) {
    const ssize_t now =
        ::pread(file.get(), out.data() + got, out.size() - got, static_cast<off_t>(size - out.size() + got));
    if (now <= 0) break;
    got += static_cast<std::size_t>(now);
  }
  out.resize(got);
  return out;
}

bool is_commit_id(std::string_view text) {
  return text.size() == GIT_OID_HEXSZ && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

std::vector<Oid> logged_commits(const std::string& file) {
  const std::string text = end_of_log(file);
  std::vector<Oid> out;
  std::set<std::string_view> seen;
  const auto lines = base::split(text, '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (line->size() < 2 * GIT_OID_HEXSZ + 2 || (*line)[GIT_OID_HEXSZ] != ' ' ||
        !is_commit_id(line->substr(0, GIT_OID_HEXSZ)))
      continue;
    const auto to = line->substr(GIT_OID_HEXSZ + 1, GIT_OID_HEXSZ);
    if (is_commit_id(to) && to.find_first_not_of('0') != std::string_view::npos && seen.insert(to).second)
      out.emplace_back(to);
  }
  return out;
}

std::vector<Oid> Repository::branch_log() const {
  return logged_commits(m_impl->common_dir + "/logs/refs/heads/" + branch());
}

} // namespace crm::store
