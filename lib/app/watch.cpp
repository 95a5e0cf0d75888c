#include "app/watch.hpp"

#include "app/sync_state.hpp"
#include "base/error.hpp"
#include "sync/waiting.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

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

/// Whether there is news, here or in remotes that are folders.
bool has_news(const std::string& root, const store::Oid& offered) {
  const auto repository = store::Repository::open(root);
  if (repository.head() != offered) return true;
  const auto all = store::remotes(repository);
  return std::any_of(all.begin(), all.end(), [&](const store::Remote& remote) {
    return store::folder_tip(repository, remote) != store::last_seen(repository, remote.name);
  });
}

bool can_be_read(const std::string& root) {
  try {
    return !store::Repository::open(root).head().empty();
  } catch (const base::Error&) {
    return false;
  }
}

/// What no later round would do better, and not the passing fault of a disk or a share.
bool is_final(const base::Error& error, const std::string& root) {
  return (error.kind == base::Kind::Usage || error.kind == base::Kind::NotFound) && can_be_read(root);
}

class Watch {
 public:
  Watch(base::Environment& env, const WatchRequest& request, const Told& told)
      : m_env(env), m_request(request), m_told(told) {}

  void run() {
    for (bool first = true; m_going_on; first = false) {
      std::optional<sync::Waiting> waiting;
      try {
        // From before the sync, so that nothing falls between.
        waiting.emplace(folders_of(store::Repository::open(m_request.root)));
        round();
      } catch (const base::Error& error) {
        if (first || is_final(error, m_request.root)) throw;
        if (m_failures++ == 0 && m_request.unread) m_request.unread(error);
        if (!waiting) waiting.emplace(std::vector<std::string>());
      }
      if (m_going_on) wait(*waiting);
    }
  }

 private:
  /// The store is opened anew each time: schemas, settings and remotes may have changed, and nothing is held
  /// while it waits.
  void round() {
    auto workspace = Workspace::open(m_env, m_request.root);
    SyncReport report;
    try {
      report = sync(workspace, m_request.sync);
    } catch (const base::Error& error) {
      if (is_final(error, m_request.root)) throw;
      report = failed_report(workspace, remotes_named(workspace, m_request.sync.remotes), error);
    }
    m_offered = report.offered;
    m_going_on = m_told(workspace, report);
    m_failures = report.any_ok() ? 0 : m_failures + 1;
  }

  void wait(sync::Waiting& waiting) {
    const auto end = std::chrono::steady_clock::now() + pause(m_env, m_request.every, m_failures);
    for (;;) {
      const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
      switch (waiting.wait(left)) {
      case Woken::Stop:
        m_going_on = false;
        return;
      case Woken::Time:
      case Woken::Resumed:
        return;
      case Woken::Network:
        if (m_failures > 0) return;
        break; // what works needs no second look
      case Woken::Change:
        try {
          if (has_news(m_request.root, m_offered)) return;
        } catch (const base::Error&) { // a file is away for a moment: the next round sees what it is
        }
      }
    }
  }

  base::Environment& m_env;
  const WatchRequest& m_request;
  const Told& m_told;
  store::Oid m_offered;
  int m_failures = 0;
  bool m_going_on = true;
};

} // namespace

void watch(base::Environment& env, const WatchRequest& request, const Told& told) {
  Watch(env, request, told).run();
}

} // namespace crm::app
