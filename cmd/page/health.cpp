#include "base/text.hpp"
#include "cmd/page/page.hpp"
#include "cmd/shape.hpp"
#include "cmd/sync/words.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

struct Headline {
  const char* mood; ///< good, warn, bad
  std::string age, words;
};

std::size_t waiting(const app::Overview& overview) {
  std::size_t out = 0;
  for (const auto& remote : overview.remotes)
    out = std::max(out, remote.waiting);
  return out;
}

std::string batches(std::size_t count) {
  return fmt::format("{} change{} of this device", count, count == 1 ? "" : "s");
}

/// The page is read long after it was made: so it says the time, too, and not only how long ago that was.
Headline headline(const app::Overview& overview) {
  if (overview.remotes.empty())
    return {"warn", "on this device alone",
            "no remote: nobody else sees these changes, and nothing is kept elsewhere"};
  std::optional<app::StampTime> newest;
  for (const auto& remote : overview.remotes)
    newest = std::max(newest, remote.success);
  if (!newest) return {"bad", "never in sync", "no remote has been reached yet"};
  const auto at = overview.in_step.value_or(*newest);
  const auto age = overview.now - floor<seconds>(at);
  const bool failing = std::any_of(overview.remotes.begin(), overview.remotes.end(),
                                   [](const auto& remote) { return remote.failing; });
  constexpr std::chrono::hours old{24};
  const auto unsent = waiting(overview);
  Headline out{failing || age > old ? "bad"
               : unsent > 0         ? "warn"
                                    : "good",
               "synced " + ago(floor<seconds>(at), overview.now), ""};
  if (unsent > 0)
    out.words = batches(unsent) + (unsent == 1 ? " waits" : " wait") + " to be sent";
  else
    out.words = fmt::format("at {} {}", clock_time(floor<seconds>(at), overview.day.zone),
                            overview.in_step ? "this device and its remotes held the same"
                                             : "for the last time; a remote could not be reached since");
  return out;
}

void row(Markup& out, std::string_view attributes, const std::string& name, const std::string& words) {
  out.open("li", attributes);
  out.element("b", "", name);
  out.element("span", "", words);
  out.close();
}

std::string words_of(const app::RemoteState& remote, core::Instant now) {
  std::vector<std::string> out;
  if (remote.success) out.push_back("in sync " + ago(floor<seconds>(*remote.success), now));
  if (!remote.success) out.emplace_back("never reached");
  if (remote.failing && remote.failure)
    out.push_back(
        fmt::format("{} ({})", in_words(remote.failure_outcome), ago(floor<seconds>(*remote.failure), now)));
  if (remote.waiting > 0) out.push_back(batches(remote.waiting) + " not there yet");
  return base::join(out, "; ");
}

std::string words_of(const app::DeviceState& device, core::Instant now) {
  std::string out = device.member + ", seen " + ago(floor<seconds>(device.seen), now);
  if (device.known && !device.has_all && device.lacks > 0)
    out += fmt::format("; lacks {} change{}", device.lacks, device.lacks == 1 ? "" : "s");
  return out;
}

} // namespace

void write_health(Markup& out, app::Workspace&, const app::Overview& overview) {
  const auto head = headline(overview);
  out.open("section", fmt::format("id=\"health\" class=\"health {}\"", head.mood));
  out.element("h2", "", "Sync");
  out.element("p", "class=\"age\"", head.age);
  out.element("p", "class=\"words\"", head.words);
  std::size_t clashes = 0;
  for (const auto& entry : overview.day.entries)
    clashes += entry.clashes.empty() ? 0 : 1;
  if (clashes > 0)
    out.element("p", "class=\"alarm\"",
                fmt::format("! {} appointment{} of this day clash{}", clashes, clashes == 1 ? "" : "s",
                            clashes == 1 ? "es" : ""));
  if (overview.conflicts > 0)
    out.element("p", "class=\"alarm\"",
                fmt::format("! {} record{} for a decision: crm conflicts", overview.conflicts,
                            overview.conflicts == 1 ? " waits" : "s wait"));
  if (!overview.remotes.empty() || !overview.devices.empty()) {
    out.open("ul");
    for (const auto& remote : overview.remotes)
      row(out, remote.failing ? "class=\"bad\"" : "", remote.remote.name, words_of(remote, overview.now));
    for (const auto& device : overview.devices)
      row(out, "", device.device, words_of(device, overview.now));
    out.close();
  }
  out.close();
}

} // namespace crm::cmd
