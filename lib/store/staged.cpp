#include "store/staged.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/git_program.hpp"

namespace crm::store {

std::vector<StagedFile> staged_files(const std::string& root) {
  // Raw format: ":100644 100644 <old> <new> M\0path\0" (git-diff(1), "RAW OUTPUT FORMAT").
  const auto diff = run_git(
      root, {"diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "HEAD"});
  if (diff.status != 0) throw base::Error(base::Kind::Failure, "git could not say what is staged");
  std::vector<StagedFile> out;
  const auto parts = base::split(diff.output, '\0');
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    const auto columns = base::split(parts[i], ' ');
    if (columns.size() < 5) continue;
    const bool removed = columns[4] == "D";
    out.push_back({std::string(parts[i + 1]), removed ? std::string() : std::string(columns[3])});
  }
  return out;
}

std::string staged_tree(const std::string& root) {
  const auto written = run_git(root, {"write-tree"});
  if (written.status != 0)
    throw base::Error(base::Kind::Failure, "git could not make a tree of what is staged");
  return std::string(base::trim(written.output));
}

} // namespace crm::store
