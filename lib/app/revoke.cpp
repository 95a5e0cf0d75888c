#include "app/revoke.hpp"

#include "app/keys.hpp"
#include "app/receive.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "sync/authority.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

constexpr const char* revoked_field = "revoked";

[[noreturn]] void refuse_no_key(Workspace& workspace, const RevokeRequest& request,
                                const std::vector<std::string>& all) {
  const std::string member = base::printable(request.member), device = base::printable(request.device);
  const auto known =
      workspace.with_index([&](index::Index& index) { return index.by_key("member", request.member); });
  throw base::Error(base::Kind::NotFound,
                    member.empty() ? "nobody has a key on \"" + device + "\""
                    : known        ? member + " has no key on \"" + device + "\""
                                   : "no member \"" + member + "\"",
                    "keys there are: " + base::join(all, ", "));
}

std::vector<store::AllowedKey> keys_on(Workspace& workspace, const RevokeRequest& request) {
  const auto& repository = workspace.repository();
  std::vector<store::AllowedKey> out;
  std::vector<std::string> all;
  for (auto& key : sync::keys_at(repository, repository.head())) {
    all.push_back(key.member + " on " + key.device);
    if (key.device == request.device && (request.member.empty() || key.member == request.member))
      out.push_back(std::move(key));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (out.empty()) refuse_no_key(workspace, request, all);
  for (const auto& key : out)
    if (key.member != out.front().member)
      throw base::Error(base::Kind::Ambiguous, "several members have a key on " + request.device,
                        "say whose: `crm member revoke " + out.front().member + " --device " +
                            request.device + "`; one after the other for all");
  return out;
}

std::vector<store::Oid> last_commits(const store::Repository& repository, const RevokeRequest& request) {
  if (request.last.empty()) return {repository.head()};
  std::vector<store::Oid> out;
  for (const auto& word : request.last) {
    const auto id = repository.commit(word).id;
    if (!repository.descends(repository.head(), id))
      throw base::Error(base::Kind::NotFound,
                        "commit " + id.substr(0, 10) + " is not in this store's history");
    out.push_back(id);
  }
  return out;
}

/// What the store says of the key already.
std::vector<sync::Revocation> revocations_of(const sync::Trust& trust, const std::string& fingerprint) {
  std::vector<sync::Revocation> out;
  for (const auto& each : trust.revoked)
    if (each.fingerprint == fingerprint) out.push_back(each);
  return out;
}

/// All of them count: one that believes more than another would change nothing.
void refuse_to_believe_more(const store::Repository& repository, const sync::Revocation& known,
                            const std::vector<store::Oid>& last) {
  for (const auto& each : last)
    if (std::none_of(known.last.begin(), known.last.end(), [&](const store::Oid& limit) {
          return repository.has_commit(limit) && repository.descends(limit, each);
        }))
      throw base::Error(
          base::Kind::Usage,
          "that key is revoked already, and believed up to " + known.last.front().substr(0, 10),
          "that stays so; what was put aside and is good can be adopted: `crm audit quarantine`");
}

/// Something before all that may have to be put aside now: the merge base would do, and so does the first of
/// them.
store::Oid before_all(const std::vector<store::Oid>& last) {
  return last.size() == 1 ? last.front() : "";
}

} // namespace

Revoked revoke(Workspace& workspace, const RevokeRequest& request) {
  const auto& schema = workspace.schemas().get("member");
  if (schema.find(revoked_field) == nullptr)
    throw base::Error(base::Kind::Usage,
                      "members of this store cannot be revoked: it was made by an older crm",
                      "give schemas/member.yaml the field `revoked` of crm's own schema, then `crm commit`");
  Revoked out;
  {
    Batch batch(workspace, "member.revoke", request.mode);
    const auto keys = keys_on(workspace, request);
    out.member = keys.front().member;
    out.device = request.device;
    if (out.member == workspace.member() && out.device == workspace.device())
      throw base::Error(base::Kind::Usage, "that is the key you are writing with",
                        "revoke it from another device, or as another owner");
    out.last = last_commits(workspace.repository(), request);
    auto member = batch.load(resolve(workspace, "member", out.member));
    core::List lines =
        member.get(revoked_field).if_list() != nullptr ? *member.get(revoked_field).if_list() : core::List{};
    const auto before = sync::trust_of(member, schema);
    for (const auto& key : keys) {
      out.fingerprints.push_back(store::fingerprint(key.key));
      const auto known = revocations_of(before, out.fingerprints.back());
      if (!known.empty() && request.last.empty()) { // once is enough
        out.last = known.front().last;
        continue;
      }
      for (const auto& each : known)
        refuse_to_believe_more(workspace.repository(), each, out.last);
      for (const auto& last : out.last)
        if (const core::Value line = sync::revocation_line(key.key, last);
            std::find(lines.begin(), lines.end(), line) == lines.end())
          lines.push_back(line);
    }
    batch.change(member, {{revoked_field, core::Value(std::move(lines))}});
    out.committed = batch.commit(fmt::format("Revoke the key of {} on {}", out.member, out.device));
  }
  if (request.mode == Mode::DryRun || out.committed.commit.empty()) return out;
  auto transaction = begin_writing(workspace);
  auto judged = judge_own(workspace, transaction.head(), before_all(out.last));
  put_aside_own(workspace, transaction, judged);
  out.put_aside = std::move(judged.put_aside);
  return out;
}

} // namespace crm::app
