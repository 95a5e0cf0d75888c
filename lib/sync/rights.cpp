#include "sync/rights.hpp"

#include "base/error.hpp"
#include "codec/record.hpp"
#include "core/agreement.hpp"
#include "core/foreign.hpp"
#include "core/occurrence.hpp"
#include "core/record_change.hpp"
#include "core/renaming.hpp"
#include "store/paths.hpp"
#include "sync/attachments.hpp"
#include "sync/file_rights.hpp"
#include "sync/merge_folders.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace crm::sync {
namespace {

const core::PolicyChange settings_update{std::string(core::settings_type), core::Operation::Update, {}};

bool may_do_all(const core::Policy& policy, const core::Actor& actor, const core::Schema& schema) {
  if (!actor.active || core::guards_members(policy, schema)) return false;
  const auto* grant = policy.grant(actor.role, schema.type);
  return grant != nullptr && grant->create.all && grant->update.all && grant->remove;
}

/// Keys are in the records of members, which a schema says how to read.
bool bears_on_trust(const std::string& path, const Authority& authority) {
  const auto* schema = authority.schema_of(path.substr(0, path.find('/')));
  return schema != nullptr ? schema->type == core::member_type : file_type(path) == core::schema_type;
}

/// To a name that nobody has a key for; of what the device itself has written.
std::optional<core::Renaming> renaming_of(const store::Commit& commit, const core::Writer& by,
                                          const Authority& authority) {
  const auto name = commit.trailer(core::becomes_trailer);
  if (!core::is_device_name(name)) return std::nullopt;
  const bool taken = std::any_of(authority.keys.begin(), authority.keys.end(),
                                 [&](const store::AllowedKey& key) { return key.device == name; });
  if (taken) return std::nullopt;
  return core::Renaming{
      by.device, name,
      core::parse_stamp_time(commit.trailer(core::since_trailer)).value_or(core::StampTime{})};
}

} // namespace

/// One commit, while it is looked at.
struct Rights::Case {
  const store::Commit& commit;
  const core::Writer& by;
  const Authority& authority;
  const store::Oid& tree;
  const core::Actor* actor; ///< null where the store has no policy
  std::vector<store::Difference> differences;
  bool may_carry = false; ///< an import, by who may bring in what others wrote elsewhere
  std::map<std::string, store::Difference> moved; ///< records that move with their type's folder, by new path
  std::set<std::string> left;                     ///< the paths that they had
  std::optional<core::Renaming> renaming;         ///< of a copied device, which gives its writes its name
};

std::optional<Objection> Rights::against(const store::Commit& commit, const core::Writer& by,
                                         const Authority& authority, const store::Oid& tree) {
  Case now{commit, by, authority, tree, nullptr, {}, false, {}, {}, renaming_of(commit, by, authority)};
  if (authority.policy) {
    if (!authority.unreadable.empty())
      return Objection{"policy", "the policy cannot be read: nobody may do anything"};
    const auto actor = authority.members.find(by.member);
    if (actor == authority.members.end())
      return Objection{"no-member", by.member + " is no member of the store"};
    now.actor = &actor->second;
  }
  now.may_carry = commit.trailer("Crm-Op").starts_with("import.") &&
                  (now.actor == nullptr || !core::decide(*authority.policy, *now.actor, settings_update));
  now.differences = m_repository.diff(tree, commit.tree);
  if (std::any_of(now.differences.begin(), now.differences.end(),
                  [&](const store::Difference& each) { return bears_on_trust(each.path, authority); }))
    if (const auto why = decide_trust(m_authorities.at(tree), m_authorities.at(commit.tree)))
      return Objection{"keys", why->why};
  const auto folders = moved_folders(m_repository, now.differences, m_files);
  const auto moving = moving_records(now.differences, folders);
  for (const auto& each : now.differences)
    if (const auto parts = store::parse_record_path(each.path);
        parts && each.after.empty() && moving.contains(parts->id)) {
      now.left.insert(each.path);
      now.moved.emplace(moved_path(each.path, folders), each);
    }
  for (const auto& difference : now.differences) {
    const auto parts = store::parse_record_path(difference.path);
    if (auto why = parts ? record(now, difference, parts->folder) : file(now, difference)) return why;
  }
  return std::nullopt;
}

/// crm marks what it deletes. What its author alone has ever written may go, and so may a record that moves:
/// it is looked at where it arrives.
std::optional<Objection> Rights::removal(const Case& now, const store::Difference& difference,
                                         const core::Schema& schema) {
  if (now.left.contains(difference.path)) return std::nullopt;
  const auto before = read(difference.before, difference.path, schema);
  if (!core::foreign_stamp({}, *before, schema, now.by)) return std::nullopt;
  return Objection{"removal",
                   difference.path + " is removed: a record is marked as deleted, and its file stays"};
}

std::optional<Objection> Rights::attachment(const Case& now, const store::Difference& difference) {
  if (!difference.after.empty() && !is_attachment(m_repository, difference.path, difference.after))
    return Objection{"attachment", difference.path + " is not what its name says"};
  if (now.actor == nullptr) return std::nullopt;
  const auto operation = difference.before.empty()  ? core::Operation::Create
                         : difference.after.empty() ? core::Operation::Delete
                                                    : core::Operation::Update;
  const auto why =
      core::decide(*now.authority.policy, *now.actor, {std::string(core::attachment_type), operation, {}});
  return why ? std::optional(Objection{"forbidden", why->why}) : std::nullopt;
}

std::optional<Objection> Rights::file(const Case& now, const store::Difference& difference) {
  if (store::is_in_attachments(difference.path)) return attachment(now, difference);
  const auto text = [&](const store::Oid& blob) {
    return blob.empty() ? std::nullopt : std::optional(m_repository.blob(blob));
  };
  const FileChange change{difference.path, text(difference.before), text(difference.after)};
  if (file_type(change.path) == reads_type) {
    const auto why = decide_reads(now.by, change);
    return why ? std::optional(Objection{"forbidden", why->why}) : std::nullopt;
  }
  if (now.actor == nullptr) return std::nullopt;
  const auto why = decide_file(now.authority, *now.actor, change);
  return why ? std::optional(Objection{why->reason, why->why.why}) : std::nullopt;
}

std::optional<Objection> Rights::record(const Case& now, const store::Difference& difference,
                                        const std::string& folder) {
  const auto* schema = now.authority.schema_of(folder);
  if (schema == nullptr) schema = m_authorities.at(now.commit.tree).schema_of(folder);
  if (schema == nullptr) {
    if (now.actor == nullptr) return std::nullopt;
    return Objection{"unreadable", difference.path + " is of no type that the store has"};
  }
  const bool all = now.actor == nullptr || may_do_all(*now.authority.policy, *now.actor, *schema);
  try {
    const auto moved = now.moved.find(difference.path);
    const auto& was = moved != now.moved.end() ? moved->second : difference;
    const auto before = read(was.before, was.path, *schema),
               after = read(difference.after, difference.path, *schema);
    if (!all)
      if (auto why = forbidden(now, before.get(), after.get(), *schema)) return why;
    if (after == nullptr) return removal(now, difference, *schema);
    return now.may_carry ? std::nullopt : stamps(now, difference.path, before, after, *schema);
  } catch (const base::Error& error) {
    // What cannot be read was not looked at; it is not taken in from elsewhere in any case.
    if (error.kind != base::Kind::InvalidData) throw;
    return all ? std::nullopt : std::optional(Objection{"unreadable", error.message});
  }
}

std::optional<Objection> Rights::forbidden(const Case& now, const core::Record* before,
                                           const core::Record* after, const core::Schema& schema) {
  const auto& policy = *now.authority.policy;
  for (const auto& change : core::changes_of(before, after, schema))
    if (const auto why = core::decide(policy, *now.actor, change)) return Objection{"forbidden", why->why};
  if (after != nullptr)
    if (const auto why = core::decide_approver(policy, schema, before, *after, now.by.member))
      return Objection{"policy", why->why};
  return std::nullopt;
}

std::optional<Objection> Rights::stamps(const Case& now, const std::string& path, const Shared& before,
                                        const Shared& after, const core::Schema& schema) {
  std::vector<Shared> kept;
  if (before != nullptr) kept.push_back(before);
  if (now.commit.parents.size() > 1) // by hand: what either side has may stand
    for (const auto& parent : now.commit.parents)
      if (auto side = read_at(m_repository.commit(parent).tree, path, schema))
        kept.push_back(std::move(side));
  for (const auto& [name, value] : now.commit.trailers)
    if (name == "Crm-Adopts")
      if (auto each = adopted(now, value, path, schema)) kept.push_back(std::move(each));
  std::vector<const core::Record*> known;
  for (const auto& each : kept)
    known.push_back(each.get());
  if (before != nullptr && now.renaming && core::is_renamed(*before, *after, schema, *now.renaming))
    return std::nullopt;
  const auto foreign = core::foreign_stamp(known, *after, schema, now.by);
  if (!foreign || (before == nullptr && goes_on(now, *after, schema))) return std::nullopt;
  if (foreign->member == now.by.member && foreign->device == now.by.device)
    return Objection{"stamps", fmt::format("{} on {} changes {} {} below a stamp from before", now.by.member,
                                           now.by.device, schema.type, after->id.str())};
  return Objection{"stamps",
                   fmt::format("{} on {} writes what {} {} would have written, in {} {}", now.by.member,
                               now.by.device, foreign->member.empty() ? "somebody" : foreign->member,
                               "on " + foreign->device, schema.type, after->id.str())};
}

/// A batch that was put aside, by whom it says: adopting what it made keeps the stamps that it has.
Rights::Shared Rights::adopted(const Case& now, const store::Oid& id, const std::string& path,
                               const core::Schema& schema) {
  if (!m_repository.has_commit(id)) return nullptr;
  const auto commit = m_repository.commit(id);
  if (commit.parents.size() != 1) return nullptr;
  const auto proved = store::verify_commit(m_repository.raw_commit(id), now.authority.keys);
  const auto* by = std::get_if<store::Proved>(&proved);
  const auto made = read_at(commit.tree, path, schema);
  if (by == nullptr || made == nullptr) return nullptr;
  const auto before = read_at(m_repository.commit(commit.parents.front()).tree, path, schema);
  std::vector<const core::Record*> known;
  if (before != nullptr) known.push_back(before.get());
  return core::foreign_stamp(known, *made, schema, {by->member, by->device}) ? nullptr : made;
}

/// A new record of a series keeps the stamps of the one that it comes from: the first of its family, or one
/// that this batch changes too. Which of them it is, of several, need not be found: what it keeps beside the
/// creation is not compared.
bool Rights::goes_on(const Case& now, const core::Record& fresh, const core::Schema& schema) {
  const auto root = core::root_of(fresh);
  if (root != fresh.id)
    if (const auto series = read_at(now.tree, store::record_path(schema.folder, root.str()), schema))
      if (core::continues(fresh, *series, schema)) return true;
  return std::any_of(now.differences.begin(), now.differences.end(), [&](const store::Difference& each) {
    const auto parts = store::parse_record_path(each.path);
    if (!parts || parts->folder != schema.folder || each.before.empty()) return false;
    return core::continues(fresh, *read(each.before, each.path, schema), schema);
  });
}

Rights::Shared Rights::read(const store::Oid& blob, const std::string& path, const core::Schema& schema) {
  if (blob.empty()) return nullptr;
  const auto sound = m_files.record(m_repository, blob, path, schema);
  if (const auto* version = std::get_if<Version>(sound.get())) return Shared(sound, &version->record);
  auto parsed = codec::read_record(m_repository.blob(blob), path, schema);
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed))
    throw base::Error(base::Kind::InvalidData, core::to_text(problems->front()));
  return std::make_shared<const core::Record>(std::get<core::Record>(std::move(parsed)));
}

Rights::Shared Rights::read_at(const store::Oid& tree, const std::string& path, const core::Schema& schema) {
  const auto blob = m_repository.blob_id(tree, path);
  return blob ? read(*blob, path, schema) : nullptr;
}

} // namespace crm::sync
