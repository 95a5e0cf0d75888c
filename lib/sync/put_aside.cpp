#include "sync/put_aside.hpp"

#include "base/text.hpp"
#include "store/small_file.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>

namespace crm::sync {
namespace {

using store::Commit;
using store::Oid;

constexpr std::size_t digits = 40; ///< of an Oid

/// The commit from which on a history that goes on from `base` has to be judged, as one that is refused is in
/// it and is not put aside there; nothing when all of it is clean.
std::optional<Oid> dirty_since(const store::Repository& repository, const Oid& base, const Commit& aside) {
  if (repository.descends(base, aside.id)) return std::nullopt;
  for (const auto& bad : named_in(aside)) {
    if (!repository.has_commit(bad) || !repository.descends(base, bad)) continue;
    const auto parents = repository.commit(bad).parents;
    return parents.empty() ? Oid() : parents.front();
  }
  return std::nullopt;
}

/// The commit up to which the history was looked through, "" for none, and what was found in it.
std::pair<Oid, std::vector<Oid>> looked_through(const store::Repository& repository, std::string_view kept) {
  std::pair<Oid, std::vector<Oid>> out;
  for (const auto line : base::split(base::trim(kept), '\n')) {
    const Oid id(line);
    if (id.size() != digits || !repository.has_commit(id)) return {};
    out.first.empty() ? void(out.first = id) : out.second.push_back(id);
  }
  return out;
}

} // namespace

std::vector<Commit> asides_in(const store::Repository& repository, const Oid& tip) {
  if (tip.empty()) return {};
  const auto kept_as = repository.private_dir() + "/asides";
  auto [looked, found] = looked_through(repository, store::read_small_file(kept_as).value_or(""));
  std::vector<Commit> out;
  repository.since(tip, looked, [&](const Commit& commit) {
    if (!commit.trailer(quarantine_trailer).empty()) out.push_back(commit);
    return true;
  });
  for (const auto& id : found)
    out.push_back(repository.commit(id));
  if (looked == tip) return out;
  std::string lines = tip + "\n";
  for (const auto& each : out)
    lines += each.id + "\n";
  store::keep_small_file(kept_as, lines);
  return out;
}

std::vector<Commit> commits_to_judge(const store::Repository& repository, const Oid& tip, Oid known,
                                     std::vector<Commit> asides) {
  for (const auto& [name, id] : repository.refs(quarantine_refs))
    asides.push_back(repository.commit(id));
  for (auto& each : asides_in(repository, known))
    asides.push_back(std::move(each));
  for (;;) {
    std::vector<Commit> out;
    std::set<Oid> in, bases;
    repository.since(tip, known, [&](const Commit& commit) {
      in.insert(commit.id);
      out.push_back(commit);
      return true;
    });
    std::reverse(out.begin(), out.end());
    auto here = asides;
    for (const auto& commit : out) {
      if (!commit.trailer(quarantine_trailer).empty()) here.push_back(commit);
      for (const auto& parent : commit.parents)
        if (!in.contains(parent)) bases.insert(parent);
    }
    std::optional<Oid> further;
    for (const auto& aside : here)
      for (const auto& base : bases)
        if (!further) further = dirty_since(repository, base, aside);
    if (!further) return out;
    known = *further;
  }
}

std::vector<store::Oid> named_in(const store::Commit& put_aside) {
  std::vector<Oid> out;
  for (const auto& [name, value] : put_aside.trailers)
    if (name == quarantine_trailer) out.push_back(value.substr(0, digits));
  return out;
}

Oid put_aside(const store::Repository& repository, const Judgement& judgement) {
  const auto tip = repository.commit(judgement.tip);
  store::Message message;
  const auto count = judgement.standing.size();
  message.summary = fmt::format("Put aside {} {}", count, count == 1 ? "batch" : "batches");
  message.body = "Not allowed when written, or by a device that was revoked: `crm audit quarantine` lists "
                 "them.";
  for (const auto& each : judgement.standing)
    message.trailers.emplace_back(quarantine_trailer, each.commit + " " + each.reason);
  return repository.write_commit(
      judgement.clean, {judgement.tip}, message,
      {"crm quarantine", "crm@localhost", std::max(tip.author.time, tip.committer.time)});
}

} // namespace crm::sync
