#include "sync/journal.hpp"

#include "base/text.hpp"
#include "codec/json.hpp"
#include "store/small_file.hpp"

#include <algorithm>

namespace crm::sync {
namespace {

constexpr std::size_t longest = std::size_t{1} << 20;

std::string file_of(const store::Repository& repository) {
  return repository.private_dir() + "/journal";
}

std::string line_of(const Attempt& attempt) {
  core::Map out;
  out.set("at", core::to_text(attempt.at));
  out.set("remote", attempt.remote);
  out.set("outcome", attempt.outcome);
  out.set("detail", attempt.detail);
  out.set("head", attempt.head);
  out.set("received", static_cast<std::int64_t>(attempt.received));
  out.set("sent", static_cast<std::int64_t>(attempt.sent));
  out.set("before", attempt.before);
  out.set("place", attempt.place);
  return codec::to_json(out) + "\n";
}

std::optional<Attempt> attempt_of(std::string_view line) {
  const auto value = codec::from_json(line);
  const core::Map* map = value ? value->if_map() : nullptr;
  if (map == nullptr) return std::nullopt;
  const auto text = [&](const char* name) {
    const core::Value* found = map->find(name);
    return found == nullptr ? std::string() : found->string_or_empty();
  };
  const auto count = [&](const char* name) {
    const core::Value* found = map->find(name);
    return found == nullptr ? std::size_t{0} : static_cast<std::size_t>(std::max(0.0, found->number_or(0)));
  };
  const auto at = core::parse_stamp_time(text("at"));
  if (!at || text("remote").empty() || text("outcome").empty()) return std::nullopt;
  return Attempt{*at,          text("remote"),    text("outcome"), text("detail"),
                 text("head"), count("received"), count("sent"),   text("before"),
                 text("place")};
}

} // namespace

void record(const store::Repository& repository, const Attempt& attempt) {
  const std::string file = file_of(repository);
  // A log that cannot be written must not stop what it tells of.
  if (const auto old = store::read_small_file(file, 2 * longest); old && old->size() > longest)
    store::keep_small_file(file, old->substr(old->find('\n', old->size() / 2) + 1));
  store::append_lines(file, line_of(attempt));
}

std::vector<Attempt> journal(const store::Repository& repository, std::size_t most) {
  std::vector<Attempt> out;
  const auto text = store::read_small_file(file_of(repository), 2 * longest);
  if (!text) return out;
  for (const auto line : base::split(*text, '\n'))
    if (auto attempt = attempt_of(line)) out.push_back(std::move(*attempt));
  if (out.size() > most) out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(most));
  return out;
}

std::string place_of(const std::string& url) {
  return url.empty() ? "" : store::Repository::id_of(url);
}

Contacts contacts(const std::vector<Attempt>& attempts, const store::Remote& remote) {
  Contacts out;
  const auto place = place_of(remote.url);
  for (const auto& attempt : attempts) {
    if (attempt.remote != remote.name) continue;
    if (attempt.outcome == removed) {
      out = {};
    } else if (attempt.place != place && !attempt.place.empty() && !place.empty()) {
      out.moved = true;
    } else {
      (attempt.ok() ? out.success : out.failure) = attempt;
      out.failing = !attempt.ok();
      out.heard = out.failing && (out.heard || !store::is_unreached(attempt.outcome));
    }
  }
  return out;
}

std::optional<core::StampTime> last_contact(const store::Repository& repository) {
  const auto text = store::read_small_file(file_of(repository), 2 * longest);
  if (!text) return std::nullopt;
  const auto good = text->rfind("\"outcome\":\"ok\"");
  const auto start = good == std::string::npos ? 0 : text->rfind('\n', good) + 1; // npos + 1 is 0
  const auto attempt = attempt_of(std::string_view(*text).substr(start, text->find('\n', start) - start));
  return attempt ? std::optional(attempt->at) : std::nullopt;
}

} // namespace crm::sync
