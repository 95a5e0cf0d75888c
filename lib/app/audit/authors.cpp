#include "app/audit/authors.hpp"

#include "app/audit/log.hpp"
#include "app/resolve.hpp"
#include "app/sync_state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <set>
#include <vector>

namespace crm::app {
namespace {

/// True where the history has it; otherwise all that it has, in `known`.
bool is_in_history(const Workspace& workspace, const std::string& wanted, std::string AuditEntry::*what,
                   std::set<std::string>& known) {
  bool found = false;
  workspace.repository().newest_first(workspace.repository().head(), [&](const store::Commit& commit) {
    auto name = audit_entry(commit).*what;
    found = name == wanted;
    if (!name.empty()) known.insert(std::move(name));
    return !found;
  });
  return found;
}

[[noreturn]] void unknown(const char* whom, const std::string& wanted, const std::set<std::string>& known) {
  const std::vector<std::string> names(known.begin(), known.end());
  const auto close = base::suggestions(wanted, names, 1);
  constexpr std::size_t most = 10;
  throw base::Error(base::Kind::NotFound,
                    std::string(whom) + " is called \"" + base::printable(wanted) + "\"",
                    !close.empty()         ? "did you mean " + base::printable(close.front()) + "?"
                    : names.size() <= most ? "there is: " + base::printable(base::join(names, ", "))
                                           : "`crm audit` shows who has written on which");
}

} // namespace

std::string author_named(Workspace& workspace, const std::string& word) {
  if (const auto member = find(workspace, "member", word, Scope::Stored)) return member->key;
  std::set<std::string> known;
  if (is_in_history(workspace, word, &AuditEntry::member, known)) return word;
  for (const auto& row : workspace.with_index(
           [](index::Index& index) { return index.list({.type = "member", .order = index::Order::Name}); }))
    known.insert(row.key);
  unknown("nobody here", word, known);
}

void require_device(Workspace& workspace, const std::string& device) {
  std::set<std::string> known{workspace.device()};
  if (device == workspace.device() || is_in_history(workspace, device, &AuditEntry::device, known)) return;
  for (const auto& state : device_states(workspace, store::remotes(workspace.repository()))) {
    if (state.device == device) return;
    known.insert(state.device);
  }
  unknown("no device here", device, known);
}

} // namespace crm::app
