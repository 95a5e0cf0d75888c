#include "app/revert.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/merge.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace crm::app {
namespace {

std::set<std::string> names_in(const core::Record& a, const core::Record& b) {
  std::set<std::string> out;
  for (const auto* side : {&a.fields, &b.fields})
    for (const auto& [field, value] : *side)
      out.insert(field);
  return out;
}

std::string title(const core::Record& record, const core::Schema& schema) {
  return fmt::format("{} \"{}\"", schema.type, base::printable(core::display_name(record, schema)));
}

/// Of a unit, the field that says best how it stands now: one that was taken back.
const core::Value& telling(const std::string& unit, const core::Record& before, const core::Record& after,
                           const core::Record& shown, const core::Schema& schema) {
  auto fields = schema.members(unit);
  if (fields.empty()) fields.push_back(unit);
  const auto changed = std::find_if(fields.begin(), fields.end(), [&](const std::string& field) {
    return !(before.get(field) == after.get(field));
  });
  return shown.get(changed == fields.end() ? fields.front() : *changed);
}

} // namespace

void Revert::take_back(const store::Commit& commit) {
  const auto& workspace = m_batch.workspace();
  const auto& repository = workspace.repository();
  const store::Oid before = repository.commit(commit.parents.front()).tree;
  const auto differences = repository.diff(before, commit.tree);
  constexpr std::size_t many = 500;
  if (differences.size() > many) m_batch.sweep();
  for (const auto& difference : differences) {
    const auto parts = store::parse_record_path(difference.path);
    const core::Schema* schema = parts ? workspace.schemas().by_folder(parts->folder) : nullptr;
    if (schema != nullptr) {
      record(difference, *schema);
    } else {
      file(difference);
    }
  }
}

std::vector<std::string> Revert::apply() {
  for (const auto& [path, target] : m_records)
    if (target.reversal && !target.unmade) m_batch.leave_stamps(target.reversal->stamps_before());
  for (auto& [path, target] : m_records) {
    // What goes as a whole need not be emptied first.
    const bool back = target.reversal && !target.unmade;
    const auto fate = back            ? target.reversal->fate()
                      : target.unmade ? core::Reversal::Fate::Deleted
                                      : core::Reversal::Fate::AsItIs;
    core::Record record = target.now;
    if (back) m_batch.take_back(record, *target.reversal);
    if (fate == core::Reversal::Fate::Deleted) m_batch.remove(record);
    if (fate == core::Reversal::Fate::Restored) m_batch.restore(record);
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
  return m_records.emplace(path, Target{m_batch.load({record, path, "", false}), &schema, {}, false, {}})
      .first->second;
}

/// Each state once, as the commits' trees have them.
std::vector<core::Record> Revert::history(const std::string& path, const core::Schema& schema) const {
  const auto& repository = m_batch.workspace().repository();
  std::vector<core::Record> out;
  std::set<store::Oid> known;
  repository.newest_first(repository.head(), [&](const store::Commit& commit) {
    const auto blob = repository.blob_id(commit.tree, path);
    if (!blob || !known.insert(*blob).second) return true;
    auto parsed = codec::read_record(repository.blob(*blob), path, schema);
    if (auto* record = std::get_if<core::Record>(&parsed)) out.push_back(std::move(*record));
    return true;
  });
  return out;
}

void Revert::record(const store::Difference& difference, const core::Schema& schema) {
  const auto before = parse(difference.before, difference.path, schema),
             after = parse(difference.after, difference.path, schema);
  if (!after) return; // records do not disappear; a hand-made commit's removal has its own repair
  Target& found = target(*after, difference.path, schema);
  if (!before) return creation(found, *after);
  if (!found.reversal)
    found.reversal.emplace(found.now, schema,
                           [this, path = difference.path, &schema] { return history(path, schema); });
  using Later = core::Reversal::Later;
  const auto left = found.reversal->take_back(
      *before, *after, m_later == app::Later::Overwrite ? Later::Overwrite : Later::Leave);
  if (left.empty()) return;
  const auto shown = found.reversal->shown();
  for (const auto& unit : left)
    found.kept.push_back(
        unit == core::Conflict::deletion
            ? title(found.now, schema) + " was deleted or restored by others as well"
            : fmt::format("{}: {} is now \"{}\"", title(found.now, schema), unit,
                          base::printable(core::to_text(telling(unit, *before, *after, shown, schema)))));
}

/// Made by what is taken back: it goes, unless others have written into it.
void Revert::creation(Target& target, const core::Record& after) {
  const auto& schema = *target.schema;
  const auto fate = target.reversal ? target.reversal->fate() : core::Reversal::Fate::AsItIs;
  if (target.unmade || fate == core::Reversal::Fate::Deleted ||
      (fate == core::Reversal::Fate::AsItIs && core::is_deleted(target.now, schema)))
    return;
  const bool untouched = core::newest(target.now) == core::newest(after);
  bool own = untouched;
  if (!own) {
    const auto wanted = target.reversal ? target.reversal->shown() : target.now;
    own = target.kept.empty() && core::conflicts(wanted, schema).empty();
    for (const auto& name : names_in(wanted, after))
      own = own && wanted.get(name) == after.get(name);
  }
  if (own || m_later == Later::Overwrite)
    target.unmade = true;
  else
    target.kept.push_back(title(target.now, schema) + " was changed after it was made");
}

void Revert::file(const store::Difference& difference) {
  if (store::is_in_attachments(difference.path)) return; // a file stays as long as the history
  const auto& repository = m_batch.workspace().repository();
  const auto known = m_files.find(difference.path);
  const auto now = known != m_files.end()
                       ? known->second
                       : repository.blob_id(repository.head_tree(), difference.path).value_or("");
  if (now == difference.before) return;
  const auto text =
      difference.before.empty() ? std::nullopt : std::optional(repository.blob(difference.before));
  if (const auto why = schema_still_needed(repository, repository.head_tree(), difference.path, text);
      !why.empty()) {
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
