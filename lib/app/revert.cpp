#include "app/revert.hpp"

#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"
#include "sync/authority.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

constexpr const char* deletion = "deleted";

core::List items(const core::Value& value) {
  return value.if_list() != nullptr ? *value.if_list() : core::List{};
}

bool has(const core::List& in, const core::Value& item) {
  return std::find(in.begin(), in.end(), item) != in.end();
}

/// What was added goes, what was removed comes back, and all that others added or removed stays so.
core::Value revert_set(const core::Value& was, const core::Value& became, const core::Value& is) {
  const core::List old = items(was), made = items(became);
  core::List out;
  for (const auto& item : items(is))
    if (has(old, item) || !has(made, item)) out.push_back(item);
  for (const auto& item : old)
    if (!has(made, item) && !has(out, item)) out.push_back(item);
  return out.empty() ? core::Value{} : core::Value{std::move(out)};
}

std::set<std::string> names_in(const core::Record& a, const core::Record& b) {
  std::set<std::string> out;
  for (const auto* side : {&a.fields, &b.fields})
    for (const auto& [field, value] : *side)
      out.insert(field);
  return out;
}

} // namespace

std::string Revert::title(const core::Record& record) const {
  return titled(m_batch.workspace(), record);
}

void Revert::take_back(const store::Commit& commit) {
  m_taken_back = commit.id;
  auto& workspace = m_batch.workspace();
  const auto& repository = workspace.repository();
  m_before = repository.commit(commit.parents.front()).tree;
  auto differences = repository.diff(m_before, commit.tree);
  constexpr std::size_t many = 500;
  if (differences.size() > many) m_batch.sweep();
  for (auto& difference : differences) {
    if (auto home = workspace.home_of(difference.path)) {
      m_folder = store::parse_record_path(difference.path)->folder;
      difference.path = std::move(home->path);
      record(difference, *home->schema);
    } else {
      file(difference);
    }
  }
}

std::vector<std::string> Revert::apply() {
  follow_series();
  for (auto& [path, target] : m_records) {
    std::vector<core::Edit> edits;
    for (const auto& name : names_in(target.now, target.wanted))
      if (!(target.now.get(name) == target.wanted.get(name)))
        edits.push_back({name, target.wanted.get(name)});
    const bool is_deleted = core::is_deleted(target.now, *target.schema);
    // What goes as a whole need not be emptied first.
    if (!edits.empty() && !target.unmade) m_batch.change_back(target.now, edits);
    if (target.deleted && !is_deleted) m_batch.remove(target.now);
    if (!target.deleted && is_deleted) m_batch.restore(target.now);
    m_kept.insert(m_kept.end(), target.kept.begin(), target.kept.end());
  }
  const auto& repository = m_batch.workspace().repository();
  for (const auto& [path, blob] : m_files)
    if (blob != repository.blob_id(repository.head_tree(), path).value_or(""))
      m_batch.put_file(path, blob.empty() ? std::nullopt : std::optional(repository.blob(blob)));
  return m_kept;
}

std::optional<core::Record> Revert::parse(const store::Oid& blob, const std::string& path,
                                          const core::Schema& schema) const {
  if (blob.empty()) return std::nullopt;
  auto parsed = codec::read_record(m_batch.workspace().repository().blob(blob), path, schema);
  if (auto* record = std::get_if<core::Record>(&parsed)) return std::move(*record);
  throw base::Error(base::Kind::InvalidData, path + " of that batch cannot be read",
                    core::to_text(std::get<std::vector<core::Problem>>(parsed).front()));
}

Revert::Target& Revert::target(const core::Record& record, const std::string& path,
                               const core::Schema& schema) {
  const auto known = m_records.find(path);
  if (known != m_records.end()) return known->second;
  core::Record now = m_batch.load({record, path, "", false});
  const bool deleted = core::is_deleted(now, schema);
  return m_records.emplace(path, Target{.now = now, .wanted = now, .schema = &schema, .deleted = deleted})
      .first->second;
}

/// By git: crm leaves every record's file where it is.
bool Revert::is_removed(const core::Record& record, const std::string& path) const {
  const auto& workspace = m_batch.workspace();
  return !workspace.repository().blob_id(workspace.tree(), path) &&
         workspace.occurrence_of(record.id.str()) == nullptr;
}

void Revert::record(const store::Difference& difference, const core::Schema& schema) {
  const auto before = parse(difference.before, difference.path, schema),
             after = parse(difference.after, difference.path, schema);
  if (!after) return; // records do not disappear; a hand-made commit's removal has its own repair
  if (is_removed(*after, difference.path)) {
    const auto why = title(*after) + ": its file was removed by a commit by hand";
    if (std::find(m_kept.begin(), m_kept.end(), why) == m_kept.end()) m_kept.push_back(why);
    return;
  }
  Target& found = target(*after, difference.path, schema);
  if (before) return change(found, *before, *after);
  const auto computed = computed_before(*after, schema);
  if (!computed) return creation(found, *after);
  found.was_computed = true;
  change(found, *computed, *after);
}

void Revert::change(Target& target, const core::Record& before, const core::Record& after) {
  fields(target, before, after);
  mark(target, before, after);
}

namespace {

/// The stamps of the values that stand beside the one that is shown.
std::set<std::string> beside(const core::Record& record, const std::string& unit) {
  std::set<std::string> out;
  const auto* also = record.crm.find("also");
  const auto* units = also != nullptr ? also->if_map() : nullptr;
  const auto* versions = units != nullptr ? units->find(unit) : nullptr;
  if (versions == nullptr || versions->if_list() == nullptr) return out;
  for (const auto& version : *versions->if_list())
    if (const auto* map = version.if_map())
      if (const auto* written = map->find("written")) out.insert(written->string_or_empty());
  return out;
}

/// Somebody wrote the unit at the same time as the batch that made `after`: to write it would decide that.
bool meets_others(const core::Record& now, const core::Record& after, const std::string& unit) {
  const auto all = beside(now, unit), known = beside(after, unit);
  return !std::includes(known.begin(), known.end(), all.begin(), all.end());
}

} // namespace

/// What both sides of each merge since the commit that is taken back had of the records that it joined.
void Revert::look_at_joins() {
  const auto& repository = m_batch.workspace().repository();
  const auto from = m_joins_since.empty() ? repository.head() : m_joins_since;
  if (from == m_taken_back) return;
  repository.since(from, m_taken_back, [&](const store::Commit& commit) {
    for (std::size_t other = 1; other < commit.parents.size(); ++other)
      for (const auto& each : repository.diff(repository.commit(commit.parents.front()).tree,
                                              repository.commit(commit.parents[other]).tree))
        m_sides[each.path].insert({each.before, each.after});
    return true;
  });
  m_joins_since = m_taken_back;
}

/// Where the newest value alone is kept: the record as somebody had it whose value for the unit was written
/// beside that of `after` and lost to it. Its stamp tells: whoever wrote `after` knew of `before` and of
/// nothing newer.
std::optional<core::Record> Revert::lost_beside(const core::Schema& schema, const std::string& unit,
                                                const core::Record& before, const core::Record& after) {
  look_at_joins();
  std::optional<core::Record> out;
  const std::string path = store::record_path(schema.folder, after.id.str());
  const auto sides = m_sides.find(path);
  if (sides == m_sides.end()) return out;
  auto newest = core::changed(before, unit);
  for (const auto& blob : sides->second) {
    auto side = parse(blob, path, schema);
    if (!side) continue;
    const auto stamp = core::changed(*side, unit);
    if (!(newest < stamp && stamp < core::changed(after, unit))) continue;
    newest = stamp;
    out = std::move(side);
  }
  return out;
}

/// True when nothing but what is taken back has written the unit since, nor at the same time. Then it is
/// followed to before.
bool Revert::follow(Target& target, const std::string& unit, const core::Record& before,
                    const core::Record& after, const std::string& otherwise, bool beaten_others) {
  auto& traced = target.units.try_emplace(unit, Traced{core::changed(target.now, unit), false}).first->second;
  const bool own = !traced.blocked && traced.stamp == core::changed(after, unit) && !beaten_others &&
                   !meets_others(target.now, after, unit);
  if (!own && m_later != Later::Overwrite) {
    if (!traced.blocked) target.kept.push_back(otherwise);
    traced.blocked = true;
    return false;
  }
  traced.stamp = core::changed(before, unit);
  return true;
}

/// True of a member's keys and revocations, which are only added.
bool Revert::stays(Target& target, const core::Record& back) const {
  if (back.type != core::member_type) return false;
  const auto why =
      sync::decide_trust(sync::trust_of(target.now, *target.schema), sync::trust_of(back, *target.schema));
  if (!why) return false;
  if (m_later != Later::Keep)
    throw base::Error(base::Kind::Denied, why->why, why->instead + "\n--keep undoes the rest and leaves it");
  target.kept.push_back(title(target.now) + ": " + why->why);
  return true;
}

void Revert::fields(Target& target, const core::Record& before, const core::Record& after) {
  const auto& schema = *target.schema;
  std::map<std::string, bool> follows; // by unit
  for (const auto& name : names_in(before, after)) {
    const core::Value &was = before.get(name), &became = after.get(name), &is = target.wanted.get(name);
    if (was == became) continue;
    const std::string unit = schema.unit(name);
    if (schema.rule(unit) == core::Rule::Set) {
      auto back = target.wanted;
      back.fields.set(name, revert_set(was, became, is));
      if (!stays(target, back)) target.wanted = std::move(back);
      continue;
    }
    if (is == was && !target.units.contains(unit)) continue; // somebody has put it back already
    auto known = follows.find(unit);
    if (known == follows.end()) {
      auto otherwise =
          fmt::format("{}: {} is now \"{}\"", title(target.now), unit, base::printable(core::to_text(is)));
      const auto lost = schema.rule(unit) == core::Rule::Latest && m_later != Later::Overwrite
                            ? lost_beside(schema, unit, before, after)
                            : std::nullopt;
      if (lost)
        otherwise += fmt::format(", and {} wrote \"{}\" at the same time", core::changed(*lost, unit).member,
                                 base::printable(core::to_text(lost->get(name))));
      known = follows.emplace(unit, follow(target, unit, before, after, otherwise, lost.has_value())).first;
    }
    if (known->second) target.wanted.fields.set(name, was);
  }
}

void Revert::mark(Target& target, const core::Record& before, const core::Record& after) {
  const bool was = core::is_deleted(before, *target.schema), became = core::is_deleted(after, *target.schema);
  if (was == became || target.deleted == was) return;
  if (follow(target, deletion, before, after,
             title(target.now) + (target.deleted ? " was deleted again" : " was restored again")))
    target.deleted = was;
}

/// Made by what is taken back: it goes, unless others have written into it.
void Revert::creation(Target& target, const core::Record& after) {
  if (target.deleted) return;
  const bool untouched = core::newest(target.now) == core::newest(after);
  bool own = untouched;
  if (!own) {
    own = target.kept.empty();
    for (const auto& name : names_in(target.wanted, after))
      own = own && target.wanted.get(name) == after.get(name);
  }
  if (own || m_later == Later::Overwrite)
    target.deleted = target.unmade = true;
  else
    target.kept.push_back(title(target.now) + " was changed after it was made");
}

/// Its version only grows: what it was before comes back as a version to come.
void Revert::policy_stays(const store::Difference& difference) {
  const std::string why = difference.path + ": the policy's version only grows";
  if (m_later == Later::Keep) return m_kept.push_back(why);
  const auto commit = m_taken_back.substr(0, 10);
  throw base::Error(
      base::Kind::Denied, "this would undo " + why,
      (difference.before.empty()
           ? "`crm policy propose FILE` puts another one in its place"
           : fmt::format(
                 "`crm git show {}~1:{} >roles.yaml` has what it was: raise its `version`, then `crm policy "
                 "propose roles.yaml`",
                 commit, difference.path)) +
          "\n--keep undoes the rest and leaves it");
}

void Revert::file(const store::Difference& difference) {
  if (store::is_in_attachments(difference.path)) return; // a file stays as long as the history
  const auto& repository = m_batch.workspace().repository();
  const auto known = m_files.find(difference.path);
  const auto now = known != m_files.end()
                       ? known->second
                       : repository.blob_id(repository.head_tree(), difference.path).value_or("");
  if (now == difference.before) return;
  if (difference.path == sync::policy_path) return policy_stays(difference);
  const auto text =
      difference.before.empty() ? std::nullopt : std::optional(repository.blob(difference.before));
  if (const auto why = m_batch.workspace().schemas().objection(difference.path, text); !why.empty()) {
    if (m_later != Later::Keep)
      throw base::Error(base::Kind::Conflicts, "this would undo " + difference.path + ", and " + why,
                        "--keep undoes the rest and leaves it");
    m_kept.push_back(difference.path + ": " + why);
    return;
  }
  if (now == difference.after || m_later == Later::Overwrite)
    m_files[difference.path] = difference.before;
  else
    m_kept.push_back(difference.path + " was changed again");
}

} // namespace crm::app
