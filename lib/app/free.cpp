#include "app/free.hpp"

#include "app/availability.hpp"
#include "app/input.hpp"
#include "app/occurrences.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/slots.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

constexpr std::string_view anybody = "any";
constexpr std::size_t most_of_a_kind = 500; ///< members, or rooms of a kind, that are looked at

/// Who could meet one need; the claims of its candidates are in the same order.
struct Options {
  std::vector<Claim> claims;
};

bool in_service(const core::Record& record) {
  const auto* active = record.get("active").if_bool();
  return active == nullptr || *active;
}

void add_claim(Options& options, Claim claim) {
  if (std::find(options.claims.begin(), options.claims.end(), claim) == options.claims.end())
    options.claims.push_back(std::move(claim));
}

/// Equally good ones in an order that every device has.
void by_key(Options& options) {
  std::sort(options.claims.begin(), options.claims.end(),
            [](const Claim& a, const Claim& b) { return a.key < b.key; });
}

/// Whether a member of that key is still here.
bool works_here(Workspace& workspace, const std::string& key) {
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_key("member", key); });
  return row && !row->deleted && in_service(to_record(*row));
}

/// Those who offer the service: those it names, else all who book appointments. None who has left.
void add_anybody(Workspace& workspace, const core::Record* service, Options& options) {
  if (service != nullptr)
    if (const auto* named = service->get("members").if_list(); named != nullptr && !named->empty()) {
      for (const auto& key : *named)
        if (works_here(workspace, key.string_or_empty()))
          add_claim(options, {"member", key.string_or_empty()});
      return;
    }
  const auto rows = workspace.with_index(
      [&](index::Index& index) { return index.list({.type = "member", .limit = most_of_a_kind}); });
  for (const auto& row : rows) {
    const core::Record member = to_record(row);
    if (in_service(member) && member.text("role") != "auditor") add_claim(options, {"member", row.key});
  }
  by_key(options);
}

Options resource_options(Workspace& workspace, const std::string& word) {
  Options out;
  const auto named =
      workspace.with_index([&](index::Index& index) { return index.by_key("resource", word); });
  if (named && !named->deleted) return {{{"resource", word}}};
  const auto rows = workspace.with_index(
      [&](index::Index& index) { return index.list({.type = "resource", .limit = most_of_a_kind}); });
  for (const auto& row : rows)
    if (base::fold(to_record(row).text("kind")) == base::fold(word)) add_claim(out, {"resource", row.key});
  if (out.claims.empty()) out.claims.push_back({"resource", resolve(workspace, "resource", word).key});
  by_key(out);
  return out;
}

core::Candidate candidate(Workspace& workspace, const Availability& availability, const Claim& claim,
                          const core::Interval& range) {
  core::Candidate out{claim.kind + " " + claim.key, availability.open(claim), {}, workspace.capacity(claim)};
  if (out.capacity == 0) return out;
  for (auto& taken : app::taken(workspace, claim.kind, claim.key, range))
    out.holds.push_back({std::move(taken.id), taken.time});
  return out;
}

std::vector<std::string> others(const std::vector<std::size_t>& free, std::size_t chosen,
                                const Options& options) {
  std::vector<std::string> out;
  for (const auto i : free)
    if (i != chosen) out.push_back(options.claims[i].key);
  return out;
}

core::Instant moment(Workspace& workspace, const std::string& phrase, const std::string& zone, bool last) {
  const core::When when = parse_when(workspace, phrase, zone);
  if (when.time) return core::to_instant(settled(when), when.zone);
  return core::to_instant({core::LocalTime{when.date + std::chrono::days{last ? 1 : 0}}, {}}, when.zone);
}

} // namespace

std::vector<std::string> members_for(Workspace& workspace, const core::Record* service) {
  Options options;
  add_anybody(workspace, service, options);
  std::vector<std::string> out;
  for (auto& claim : options.claims)
    out.push_back(std::move(claim.key));
  return out;
}

core::Interval parse_between(Workspace& workspace, const std::string& phrase, const std::string& given) {
  constexpr std::chrono::days fortnight{14};
  const std::string zone = given.empty() ? workspace.settings().zone : given;
  if (phrase.empty()) return {workspace.now(), workspace.now() + fortnight};
  auto context = workspace.when_context();
  context.zone = zone;
  context.now = core::to_local(workspace.now(), zone);
  const auto parsed = core::parse_days(phrase, context);
  core::Interval out{};
  if (const auto* days = std::get_if<core::Days>(&parsed)) {
    out = {core::to_instant({core::LocalTime{days->first}, {}}, zone),
           core::to_instant({core::LocalTime{days->last + std::chrono::days{1}}, {}}, zone)};
  } else if (const auto dots = phrase.find(".."); dots != std::string::npos) {
    out = {moment(workspace, phrase.substr(0, dots), zone, false),
           moment(workspace, phrase.substr(dots + 2), zone, true)};
  } else {
    const auto& refusal = std::get<core::NotATime>(parsed);
    throw base::Error(base::Kind::Usage, refusal.message,
                      "like mon..fri, tomorrow, \"tomorrow 14:00..fri 12:00\" or 2026-11-24..2026-12-01");
  }
  if (out.to <= out.from)
    throw base::Error(base::Kind::Usage, "\"" + base::printable(phrase) + "\" ends before it begins");
  return out;
}

Free find_free(Workspace& workspace, const FreeRequest& request) {
  constexpr std::chrono::days longest{366};
  const std::string zone = request.zone.empty() ? workspace.settings().zone : request.zone;
  core::Interval within{std::max(request.within.from, workspace.now()), request.within.to};
  if (within.to - within.from > longest)
    throw base::Error(base::Kind::Usage, "that is more than a year", "look at a shorter time with --between");

  std::optional<Found> service;
  if (!request.service.empty()) service = resolve(workspace, "service", request.service);
  core::Duration length{std::chrono::days{0}, std::chrono::minutes{30}};
  if (request.length) {
    length = *request.length;
  } else if (service) {
    length = core::parse_duration(service->record.text("duration")).value_or(length);
  }
  // Days are nominal; here, where nothing has a date yet, they have 24 hours.
  Free out{zone, length.days + length.time, within, service ? service->record.text("key") : "", {}};
  const Buffers buffers = service ? workspace.project_context().buffers(out.service) : Buffers{};

  std::vector<Options> needs;
  if (!request.members.empty()) {
    Options members;
    for (const auto& word : request.members) {
      if (word == anybody) {
        add_anybody(workspace, service ? &service->record : nullptr, members);
      } else {
        add_claim(members, {"member", resolve(workspace, "member", word).key});
      }
    }
    if (members.claims.empty() && service && service->record.get("members").if_list() != nullptr)
      throw base::Error(base::Kind::NotFound, "nobody of those who offer " + out.service + " works here",
                        "crm service set " + out.service + " members=KEY, or name somebody with --with");
    if (members.claims.empty())
      throw base::Error(base::Kind::NotFound, "nobody works here", "crm member new NAME --key KEY");
    needs.push_back(std::move(members));
  }
  const std::size_t first_resource = needs.size();
  auto wanted = request.resources;
  if (wanted.empty() && service)
    if (const auto* usual = service->record.get("resources").if_list())
      for (const auto& key : *usual)
        wanted.push_back(key.string_or_empty());
  for (const auto& word : wanted) {
    auto need = resource_options(workspace, word);
    const bool again = need.claims.size() == 1 &&
                       std::any_of(needs.begin(), needs.end(),
                                   [&](const Options& other) { return other.claims == need.claims; });
    if (!again) needs.push_back(std::move(need)); // one room is enough, however often it is named
  }

  const std::chrono::days around{1};
  const core::Interval range{within.from - around, within.to + around};
  const Availability availability(workspace, range);
  std::vector<core::Need> candidates;
  for (const auto& need : needs) {
    candidates.emplace_back();
    for (const auto& claim : need.claims)
      candidates.back().push_back(candidate(workspace, availability, claim, range));
  }
  // Nobody in particular keeps to the hours of the house.
  if (candidates.empty()) candidates.push_back({{"", availability.open(the_house), {}, 0}});
  core::SlotQuery query{within,
                        out.length,
                        buffers.before,
                        buffers.after,
                        request.step,
                        zone,
                        request.overlapping ? core::SlotQuery::Overlap::Shown
                                            : core::SlotQuery::Overlap::LeftOut,
                        request.most};
  for (const auto& slot : core::find_slots(query, candidates)) {
    FreeSlot each{{slot.start, slot.start + out.length}, "", {}, {}, {}, slot.scraps};
    for (std::size_t need = 0; need < needs.size(); ++need) {
      const auto& key = needs[need].claims[slot.chosen[need]].key;
      auto rest = others(slot.free[need], slot.chosen[need], needs[need]);
      if (need < first_resource) {
        each.member = key;
        each.other_members = std::move(rest);
      } else {
        each.resources.push_back(key);
        for (auto& other : rest)
          if (std::find(each.other_resources.begin(), each.other_resources.end(), other) ==
              each.other_resources.end())
            each.other_resources.push_back(std::move(other));
      }
    }
    std::erase_if(each.other_resources, [&](const std::string& other) {
      return std::find(each.resources.begin(), each.resources.end(), other) != each.resources.end();
    });
    out.slots.push_back(std::move(each));
  }
  return out;
}

} // namespace crm::app
