#include "app/hub.hpp"

#include "app/receive.hpp"
#include "app/settings.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/stamp.hpp"
#include "store/transport.hpp"
#include "sync/incoming.hpp"
#include "sync/judge.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

constexpr std::string_view heads = "refs/heads/";
constexpr std::size_t most_told = 5;

bool is_none(const store::Oid& id) {
  return id.find_first_not_of('0') == std::string::npos;
}

void tell(std::vector<std::string>& out, const std::vector<sync::Refused>& refused) {
  for (std::size_t i = 0; i < std::min(most_told, refused.size()); ++i)
    out.push_back(refusal_text(refused[i]));
  if (refused.size() > most_told) out.push_back(fmt::format("and {} more", refused.size() - most_told));
}

void check_branch(const store::Repository& hub, const base::Environment& env, const RefUpdate& update,
                  std::vector<std::string>& out) {
  const auto before = is_none(update.from) ? store::Oid() : update.from;
  if (!hub.has_commit(update.to)) return out.push_back("its branch must be a commit");
  if (!before.empty() && !hub.descends(update.to, before))
    return out.push_back("it would take back what is here: fetch and merge first, with `crm sync`");
  if (const auto why = clock_refusal(hub, {env.now(), far_ahead}, update.to, before); !why.empty())
    return out.push_back(why.substr(0, why.find('\n')));
  auto problems = sync::check_incoming(hub, update.to, before, {.latest = env.now() + far_ahead});
  if (problems.empty()) problems = settings_problems(hub, update.to);
  for (const auto& problem : problems)
    if (out.size() < most_told) out.push_back(base::printable(core::to_text(problem)));
  if (!problems.empty()) return;
  const auto judgement = sync::Judge(hub).judge(update.to, before, before);
  tell(out, judgement.unproved);
  tell(out, judgement.standing);
}

} // namespace

RefUpdate parse_update(const std::string& line) {
  const auto parts = base::split(line, ' ');
  if (parts.size() != 3 || parts[0].size() != 40 || parts[1].size() != 40)
    throw base::Error(base::Kind::Usage, "that is no line of a push: " + base::printable(line));
  return {std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
}

std::vector<std::string> removals(const std::vector<RefUpdate>& updates) {
  std::vector<std::string> out;
  for (const auto& update : updates)
    if (is_none(update.to))
      out.push_back(base::printable(update.ref) + " would be removed: nothing is removed from a hub");
  return out;
}

std::vector<std::string> refusals(const store::Repository& hub, const base::Environment& env,
                                  const std::vector<RefUpdate>& updates) {
  std::vector<std::string> out;
  const auto branch = std::string(heads) + hub.branch();
  for (const auto& update : updates) {
    const auto ref = base::printable(update.ref);
    if (update.ref == branch)
      check_branch(hub, env, update, out);
    else if (!update.ref.starts_with(store::device_refs) ||
             !core::is_device_name(update.ref.substr(std::string_view(store::device_refs).size())))
      out.push_back(ref + " has no place here: a store has one branch, " + hub.branch());
    else if (!hub.has_commit(update.to) || !hub.commit(update.to).parents.empty())
      out.push_back(ref + " is no sign of life");
  }
  return out;
}

} // namespace crm::app
