#include "sync/file_rights.hpp"

#include "codec/policy.hpp"
#include "codec/schema.hpp"
#include "core/agreement.hpp"
#include "sync/read_log.hpp"

#include <fmt/format.h>

namespace crm::sync {
namespace {

std::optional<FileForbidden> refused(const char* reason, std::optional<core::Forbidden> why) {
  if (!why) return std::nullopt;
  return FileForbidden{reason, *std::move(why)};
}

core::Operation operation_of(const FileChange& change) {
  if (!change.before) return core::Operation::Create;
  return change.after ? core::Operation::Update : core::Operation::Delete;
}

std::optional<core::Policy> read_policy(const std::string& text) {
  auto parsed = codec::parse_policy(text, std::string(policy_path));
  if (auto* policy = std::get_if<core::Policy>(&parsed)) return std::move(*policy);
  return std::nullopt;
}

std::optional<FileForbidden> decide_policy(const Authority& authority, const core::Actor& actor,
                                           const FileChange& change) {
  const auto next = change.after ? read_policy(*change.after) : std::nullopt;
  if (!next)
    return FileForbidden{"policy", {"a store whose policy is gone, or cannot be read, is nobody's", {}, ""}};
  if (auto why = refused("policy", core::decide_succession(*authority.policy, *next, authority.members)))
    return why;
  std::vector<std::string> others;
  for (const auto& [member, text] : authority.proposals)
    if (text == change.after) others.push_back(member);
  return refused("policy",
                 core::decide_agreement(*authority.policy, authority.members, actor.member, others));
}

/// What a member proposes is theirs to say. Taking it back is no harm: nothing counts that is not there.
std::optional<FileForbidden> decide_proposal(const core::Actor& actor, const std::string& member,
                                             const FileChange& change) {
  if (member == actor.member || !change.after) return std::nullopt;
  return FileForbidden{
      "forbidden",
      {fmt::format("{} may not say for {} what the policy should be", actor.member, member), {}, ""}};
}

std::optional<FileForbidden> decide_schema(const Authority& authority, const FileChange& change) {
  if (!change.before) return std::nullopt;
  const auto before = codec::parse_schema(*change.before, change.path);
  const auto* old = std::get_if<core::Schema>(&before);
  if (old == nullptr) return std::nullopt;
  std::optional<core::Schema> next;
  if (change.after) {
    auto after = codec::parse_schema(*change.after, change.path);
    if (auto* schema = std::get_if<core::Schema>(&after)) next = std::move(*schema);
  }
  return refused("policy", core::decide_member_schema(*authority.policy, *old, next ? &*next : nullptr));
}

} // namespace

std::optional<core::Forbidden> decide_reads(const core::Writer& by, const FileChange& change) {
  if (change.before || !change.after)
    return core::Forbidden{"what was read stays noted: " + change.path, {}, ""};
  if (reading_device(change.path) == by.device) return std::nullopt;
  return core::Forbidden{by.device + " may not note what was read elsewhere: " + change.path, {}, ""};
}

std::optional<FileForbidden> decide_file(const Authority& authority, const core::Actor& actor,
                                         const FileChange& change) {
  const std::string type(file_type(change.path));
  if (auto why =
          refused("forbidden", core::decide(*authority.policy, actor, {type, operation_of(change), {}})))
    return why;
  if (change.path == policy_path) return decide_policy(authority, actor, change);
  if (const auto member = proposer_of(change.path); !member.empty())
    return decide_proposal(actor, member, change);
  return type == core::schema_type ? decide_schema(authority, change) : std::nullopt;
}

} // namespace crm::sync
