#include "app/watch.hpp"

#include "app/sync_state.hpp"
#include "base/error.hpp"
#include "sync/waiting.hpp"

#include <algorithm>
#include <filesystem>

namespace crm::app {
namespace {

using std::chrono::milliseconds;
using sync::Woken;

constexpr std::chrono::minutes longest_wait{15};
constexpr int most_doublings = 10;

/// Where refs move when somebody writes: here, and in remotes that are folders.
std::vector<std::string> folders_of(const store::Repository& repository) {
  const std::filesystem::path own = repository.private_dir();
  std::error_code ignored;
  std::vector<std::string> out{own.parent_path() / "refs/heads"};
  for (const auto& remote : store::remotes(repository))
    for (const char* below : {"refs/heads", ".git/refs/heads"})
      if (const auto folder = std::filesystem::path(remote.url) / below;
          remote.url.starts_with('/') && std::filesystem::is_directory(folder, ignored))
        out.push_back(folder);
  return out;
}

/// Longer after each failure, and never quite the same on two devices.
milliseconds pause(base::Environment& env, std::chrono::seconds every, int failures) {
  std::byte noise[1];
  env.random(noise);
  const auto doubled = every * (1 << std::min(failures, most_doublings));
  const auto longest = std::max<milliseconds>(longest_wait, every);
  const auto wait = std::min<milliseconds>(doubled, longest);
  return wait - wait * std::to_integer<int>(noise[0]) / 1280; // up to a fifth less
}

} // namespace

void watch(base::Environment& env, const WatchRequest& request,
           const std::function<bool(Workspace&, const SyncReport&)>& told) {
  int failures = 0;
  for (;;) {
    store::Oid offered;
    // From before the sync, so that nothing falls between.
    sync::Waiting waiting(folders_of(store::Repository::open(request.root)));
    {
      // Opened anew each time: schemas, settings and remotes may have changed, and nothing is held while it
      // waits.
      auto workspace = Workspace::open(env, request.root);
      SyncReport report;
      try {
        report = sync(workspace, request.sync);
      } catch (const base::Error& error) {
        if (error.kind == base::Kind::Usage || error.kind == base::Kind::NotFound) throw;
        report = failed_report(workspace, remotes_named(workspace, request.sync.remotes), error);
      }
      offered = report.offered;
      failures = report.any_ok() ? 0 : failures + 1;
      if (!told(workspace, report)) return;
    }
    const auto end = std::chrono::steady_clock::now() + pause(env, request.every, failures);
    for (;;) {
      const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
      const auto woken = waiting.wait(left);
      if (woken == Woken::Stop) return;
      if (woken == Woken::Time || woken == Woken::Resumed) break;
      if (woken == Woken::Network) {
        if (failures == 0) continue; // what works needs no second look
        break;
      }
      const auto repository = store::Repository::open(request.root);
      if (repository.head() != offered) break;
      const auto news = [&](const store::Remote& remote) {
        return store::folder_tip(repository, remote) != store::last_seen(repository, remote.name);
      };
      const auto all = store::remotes(repository);
      if (std::any_of(all.begin(), all.end(), news)) break;
    }
  }
}

} // namespace crm::app
