#include "app/repair.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "core/when.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

std::string zone_of(const store::Repository& repository, const store::BranchRepair& branch) {
  if (!branch.back_to) return "UTC";
  try {
    const auto text = repository.read(branch.back_to->id, "crm.yaml");
    return text ? parse_settings(*text).zone : "UTC";
  } catch (const base::Error&) {
    return "UTC";
  }
}

std::string describe(const store::Commit& commit, const std::string& zone) {
  constexpr std::size_t short_id = 8;
  const auto time = core::to_local(std::chrono::floor<std::chrono::seconds>(commit.committer.time), zone);
  return fmt::format("{} of {}: {}", commit.id.substr(0, short_id),
                     core::to_words(core::WallTime{time, std::nullopt}, zone), commit.summary);
}

std::string lost(std::size_t count) {
  if (count == 0) return "no commit that the log names is lost";
  return fmt::format("{} {} lost here; a remote may still have {}: `crm sync`", count,
                     count == 1 ? "commit that the log names after it is"
                                : "commits that the log names after it are",
                     count == 1 ? "it" : "them");
}

} // namespace

Repair repair(const base::Environment& env, const std::optional<std::string>& folder, Mode mode) {
  store::Repository::distrust_disk();
  auto repository = store::Repository::open(require_store(env, folder));
  Repair out;
  out.branch = mode == Mode::Write ? repository.repair(lock_wait(env)) : repository.plan_repair();
  out.zone = zone_of(repository, out.branch);
  out.prepared = mode == Mode::Write && !out.branch.needed() && !repository.is_prepared();
  if (out.prepared) repository.prepare();
  out.done = mode == Mode::Write && out.branch.needed() && out.branch.obstacle.empty();
  return out;
}

Check to_check(const Repair& repair) {
  const auto& branch = repair.branch;
  std::vector<std::string> lines = branch.found;
  if (!branch.obstacle.empty()) {
    lines.push_back("it cannot be mended here: " + branch.obstacle);
    lines.push_back(branch.advice);
    return {"repository", false, base::join(lines, "\n")};
  }
  if (!repair.done) lines.emplace_back("`crm doctor --repair` mends it:");
  if (branch.back_to) {
    lines.push_back(fmt::format("the branch {} {} {}", branch.branch, repair.done ? "is now at" : "goes to",
                                describe(*branch.back_to, repair.zone)));
    lines.push_back(lost(branch.lost));
    if (branch.lost > 0)
      lines.emplace_back("working files stay as they are, and count as edits by hand: `crm commit`");
  } else if (!branch.branch.empty() &&
             std::find(branch.aside.begin(), branch.aside.end(), "HEAD") != branch.aside.end()) {
    lines.push_back(fmt::format("HEAD {} the branch {}", repair.done ? "names" : "will name", branch.branch));
  }
  if (!branch.forgotten.empty())
    lines.push_back(fmt::format("what was known of remotes names what is lost, and {}: {}; `crm sync` asks "
                                "them again",
                                repair.done ? "is removed" : "will be removed",
                                branch.forgotten.size() > 3 ? fmt::format("{} refs", branch.forgotten.size())
                                                            : base::join(branch.forgotten, ", ")));
  if (branch.remade > 0)
    lines.push_back(fmt::format("{} lost file{} {} again from the working tree", branch.remade,
                                branch.remade == 1 ? "" : "s",
                                !repair.done         ? "will be made"
                                : branch.remade == 1 ? "was made"
                                                     : "were made"));
  if (!branch.aside.empty())
    lines.push_back(fmt::format("what is broken {} in .git/crm/damaged: {}",
                                repair.done ? "is kept" : "will be kept",
                                branch.aside.size() > 3 ? fmt::format("{} files", branch.aside.size())
                                                        : base::join(branch.aside, ", ")));
  return {repair.done ? "repair" : "repository", repair.done, base::join(lines, "\n")};
}

} // namespace crm::app
