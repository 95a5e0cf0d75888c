#include "app/sync.hpp"

#include <algorithm>

namespace crm::app {

bool SyncReport::all_ok() const {
  return std::all_of(remotes.begin(), remotes.end(), [](const auto& each) { return each.ok(); });
}

bool SyncReport::any_ok() const {
  return std::any_of(remotes.begin(), remotes.end(), [](const auto& each) { return each.ok(); });
}

bool SyncReport::offline() const {
  return !remotes.empty() && std::all_of(remotes.begin(), remotes.end(), [](const auto& each) {
    return each.outcome == to_text(store::Trouble::Network) ||
           each.outcome == to_text(store::Trouble::Name) || each.outcome == to_text(store::Trouble::Missing);
  });
}

} // namespace crm::app
