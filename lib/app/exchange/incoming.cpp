#include "app/exchange/incoming.hpp"

#include "app/input.hpp"
#include "app/permission.hpp"
#include "app/records.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/foreign.hpp"
#include "core/merge.hpp"
#include "core/occurrence.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <set>

namespace crm::app {
namespace {

/// How far ahead of this device's clock the stamps of a record may be.
constexpr std::chrono::days credible{1};

bool holds(const core::List& list, const core::Value& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

core::List list_of(const core::Value& value) {
  return value.if_list() != nullptr ? *value.if_list() : core::List{};
}

core::Map map_of(const core::Value& value) {
  return value.if_map() != nullptr ? *value.if_map() : core::Map{};
}

std::set<std::string> fields_of_both(const core::Record& a, const core::Record& b) {
  std::set<std::string> out;
  for (const auto* side : {&a.fields, &b.fields})
    for (const auto& [name, value] : *side)
      out.insert(name);
  return out;
}

/// What the schema wants and the file does not say. `empty` are the fields that it says are empty.
void add_defaults(core::Map& fields, const std::vector<std::string>& empty, const core::Schema& schema,
                  const Workspace& workspace) {
  for (const auto& [name, value] : initial_fields(schema)) {
    const auto* field = schema.find(name);
    const bool needed =
        field == nullptr || field->required || std::find(empty.begin(), empty.end(), name) == empty.end();
    if (needed && !fields.contains(name)) fields.set(name, value);
  }
  for (const auto& field : schema.fields)
    if (field.shape == core::Shape::Zone && field.required && !fields.contains(field.name))
      fields.set(field.name, workspace.settings().zone);
}

} // namespace

Import::Import(Workspace& workspace, ImportRequest request)
    : m_workspace(workspace), m_request(std::move(request)),
      m_batch(workspace, "import." + m_request.format, m_request.mode),
      m_may_carry(Permission(workspace).may({std::string(core::settings_type), core::Operation::Update, {}})),
      m_past(workspace) {
  m_batch.sweep();
}

void Import::reject(Rejected row) {
  m_report.rejected.push_back(std::move(row));
}

void Import::take(Incoming row) {
  Rejected bad{row.line, "", "", row.type, row.raw};
  const auto lost = row.lost;
  try {
    if (!m_workspace.schemas().has(row.type))
      throw base::Error(base::Kind::InvalidData,
                        "this store has no type \"" + base::printable(row.type) + "\"",
                        "its types: " + base::join(m_workspace.schemas().types(), ", "));
    const auto& schema = m_workspace.schemas().get(row.type);
    if (row.crm.empty())
      take_fields(std::move(row), schema);
    else
      take_whole(std::move(row), schema);
    for (const auto& sentence : lost)
      ++m_report.lost[sentence];
  } catch (const base::Error& error) {
    bad.reason = error.message;
    bad.hint = error.hint;
    m_report.rejected.push_back(std::move(bad));
  }
}

void Import::count(const core::Record& before, const core::Record& after, const core::Schema& schema) {
  for (const auto& name : fields_of_both(before, after)) {
    const auto &was = before.get(name), &is = after.get(name);
    if (was == is) continue;
    if (name == extra_field && !was.is_null() && !is.is_null()) { // entry by entry, as it is read
      core::Record old{before.id, before.type, map_of(was), {}}, now{after.id, after.type, map_of(is), {}};
      for (const auto& inner : fields_of_both(old, now))
        if (!(old.get(inner) == now.get(inner)))
          note(after, schema, std::string(extra_field) + "." + inner, old.get(inner), now.get(inner));
    } else {
      note(after, schema, name, was, is);
    }
  }
}

void Import::note(const core::Record& record, const core::Schema& schema, const std::string& name,
                  const core::Value& was, const core::Value& is) {
  auto& counts = m_report.fields[{schema.type, name}];
  ++(was.is_null() ? counts.filled : is.is_null() ? counts.emptied : counts.changed);
  if (m_report.changes.size() < ImportReport::most_changes)
    m_report.changes.push_back({record.id.str(), schema.type, described(m_workspace, record), name, was, is});
}

/// Whoever receives the batch would put it aside: see sync::Rights.
void Import::require_own_stamps(const core::Record* ours, const core::Record& after,
                                const core::Schema& schema) const {
  if (m_may_carry) return;
  std::vector<const core::Record*> known;
  if (ours != nullptr) known.push_back(ours);
  const auto foreign =
      core::foreign_stamp(known, after, schema, {m_workspace.member(), m_workspace.device()});
  if (!foreign) return;
  throw base::Error(base::Kind::Denied,
                    "it holds what " + (foreign->member.empty() ? foreign->device : foreign->member) +
                        " wrote, under their name",
                    "whoever may change the settings imports that; or leave out its `crm` block");
}

/// Stamps tell which side is newer, as in a sync. A value that differs under the same stamp was changed in
/// the file by somebody, who wants it taken in.
void Import::take_whole(Incoming row, const core::Schema& schema) {
  if (!row.id) throw base::Error(base::Kind::InvalidData, "a record with a `crm` block needs its id");
  core::Record theirs{*row.id, schema.type, std::move(row.fields), std::move(row.crm)};
  core::canonicalize(theirs, schema);
  const std::string path = store::record_path(schema.folder, theirs.id.str());
  auto problems = codec::validate(theirs, schema, path);
  if (!problems.empty()) {
    for (auto& problem : problems)
      problem.file.clear(), problem.line = 0;
    throw base::Error(base::Kind::InvalidData, core::to_text(problems.front()));
  }
  if (core::newest(theirs).time > m_workspace.env().now() + credible)
    throw base::Error(base::Kind::InvalidData,
                      "its newest stamp, " + core::to_text(core::newest(theirs)) + ", is in the future",
                      "check the clock of this device");
  if (!m_workspace.repository().blob_id(m_workspace.tree(), path)) {
    row.fields = theirs.fields;
    if (take_by_key(row, schema)) return;
    require_own_stamps(nullptr, theirs, schema);
    ++m_report.created;
    for (const auto& [name, value] : theirs.fields)
      ++m_report.fields[{schema.type, name}].filled;
    return m_batch.take(std::move(theirs), std::move(row.text));
  }
  const core::Record ours = m_batch.load({theirs, path, "", false, ""});
  std::vector<core::Edit> edits;
  for (const auto& name : fields_of_both(ours, theirs))
    if (const auto unit = schema.unit(name);
        !(ours.get(name) == theirs.get(name)) && core::changed(ours, unit) == core::changed(theirs, unit)) {
      edits.push_back({name, theirs.get(name)});
      if (ours.get(name).is_null())
        theirs.fields.erase(name);
      else
        theirs.fields.set(name, ours.get(name));
    }
  core::canonicalize(theirs, schema);
  core::Record joined = core::join(ours, theirs, schema).record;
  core::set_comments(joined, core::comments_record(ours).crm); // those of the file here
  if (!(joined.fields == ours.fields && joined.crm == ours.crm)) {
    require_own_stamps(&ours, joined, schema);
    m_batch.take(joined);
  }
  if (!edits.empty()) m_batch.change(joined, edits);
  const bool as_it_was = joined.fields == ours.fields && joined.crm == ours.crm;
  ++(as_it_was ? m_report.same : m_report.changed);
  count(ours, joined, schema);
}

/// Somebody of that key is here under another id, like the member who has made the store: they are the same,
/// and what is here stays, since a member's keys and role are no matter for a file from elsewhere.
bool Import::take_by_key(const Incoming& row, const core::Schema& schema) {
  if (schema.key_field.empty()) return false;
  const auto* key = row.fields.find(schema.key_field);
  if (key == nullptr) return false;
  const auto held = m_workspace.with_index(
      [&](index::Index& index) { return index.by_key(schema.type, key->string_or_empty()); });
  if (!held || held->deleted || (row.id && held->id == row.id->str())) return false;
  ++m_report.lost["a record whose key another one has here: that one is left as it is"];
  ++m_report.same;
  return true;
}

std::map<std::string, std::string>& Import::externals(const std::string& type) {
  const auto tried = m_externals.try_emplace(type);
  const auto known = tried.first;
  const bool fresh = tried.second;
  if (!fresh) return known->second;
  const std::string mark = std::string("\"") + external_name + "\"";
  for (const bool deleted : {true, false}) // a live record before a deleted one
    m_workspace.with_index([&](index::Index& index) {
      index.each({.type = type, .deleted = deleted, .order = index::Order::Id}, [&](const index::Row& row) {
        if (row.data.find(mark) == std::string::npos) return true;
        const core::Record record = to_record(row);
        // Occurrences, and what a series goes on as, are copies of it.
        if (!record.text("series").empty()) return true;
        const core::Map extra = map_of(record.get(extra_field));
        if (const auto* external = extra.find(external_name))
          known->second.insert_or_assign(external->string_or_empty(), row.id);
        return true;
      });
    });
  return known->second;
}

std::optional<core::Record> Import::match(const Incoming& row, const core::Schema& schema) {
  std::string id = row.id ? row.id->str() : std::string();
  bool made_here = false; // by an earlier row of this import: in the batch, and not in the store yet
  if (!row.external.empty()) {
    const auto& known = externals(schema.type);
    if (const auto found = known.find(row.external); found != known.end()) {
      if (id.empty()) id = found->second;
      made_here = id == found->second;
    }
  }
  if (id.empty() && !schema.key_field.empty())
    if (const auto* key = row.fields.find(schema.key_field);
        key != nullptr && !key->string_or_empty().empty())
      if (const auto held = m_workspace.with_index(
              [&](index::Index& index) { return index.by_key(schema.type, key->string_or_empty()); }))
        id = held->id;
  const auto parsed = base::Id::parse(id);
  if (!parsed) return std::nullopt;
  const std::string path = store::record_path(schema.folder, id);
  const core::Record empty{*parsed, schema.type, {}, {}};
  if (made_here || m_workspace.repository().blob_id(m_workspace.tree(), path))
    return m_batch.load({empty, path, "", false, ""});
  return std::nullopt;
}

/// A record of its own, beside what the series' rule says.
void Import::take_occurrence(Incoming row, const core::Schema& schema) {
  const core::LocalDate day = *std::exchange(row.occurrence, std::nullopt);
  const auto series = match(row, schema);
  if (!series || !core::read_series(*series, schema)) { // asked to one occurrence, and not to the series
    row.external += " " + core::to_text(day);
    row.id.reset();
    return take_fields(std::move(row), schema);
  }
  if (core::is_deleted(*series, schema)) {
    ++m_report.deleted;
    return;
  }
  core::Record record = core::occurrence(*series, schema, day);
  const std::string path = store::record_path(schema.folder, record.id.str());
  const bool fresh = m_occurrences.insert(record.id.str()).second;
  if (!fresh || m_workspace.repository().blob_id(m_workspace.tree(), path))
    return merge_into(m_batch.load({record, path, "", false, ""}), row, schema);
  std::vector<core::Edit> edits;
  for (const auto& [name, value] : row.fields)
    if (name != extra_field && !(value == record.get(name))) edits.push_back({name, value});
  m_batch.take(record);
  m_batch.change_back(record, edits); // it may be over and done with, while the series is booked
  ++m_report.created;
  for (const auto& edit : edits)
    ++m_report.fields[{schema.type, edit.field}].filled;
}

void Import::take_fields(Incoming row, const core::Schema& schema) {
  if (row.occurrence) return take_occurrence(std::move(row), schema);
  // Who comes without an id that is ours, or in a part of a calendar, may name a series that never follows.
  // In tables of ours it may stand further down, or in one that is imported later.
  if (const auto* root = row.fields.find("series");
      root != nullptr && !row.external.empty() &&
      !externals(schema.type).contains("ics:" + std::string(own_prefix) + root->string_or_empty()) &&
      !m_workspace.repository().blob_id(m_workspace.tree(),
                                        m_workspace.record_path(schema.type, root->string_or_empty()))) {
    row.fields.erase("series");
    ++m_report.lost["series: one that is neither in the file before it nor here"];
  }
  if (row.fields.contains("rrule") && !core::may_recur(schema))
    throw base::Error(base::Kind::InvalidData, "this store's " + schema.folder + " cannot repeat",
                      "its schema has no fields rrule, except, series and original: take them over from the "
                      "one that comes with crm, and `crm commit`");
  if (auto record = match(row, schema)) return merge_into(*std::move(record), row, schema);
  if (!row.external.empty() && !row.id) {
    core::Map extra;
    extra.set(external_name, row.external);
    if (const auto* given = row.fields.find(extra_field))
      for (const auto& [name, value] : map_of(*given))
        extra.set(name, value);
    row.fields.set(extra_field, std::move(extra));
  }
  std::vector<std::string> empty;
  for (const auto& [name, value] : row.fields)
    if (value.is_null()) empty.push_back(name);
  for (const auto& name : empty)
    row.fields.erase(name);
  const core::Map given = row.fields;
  // A row with an id was a record, and had then what it says; one without is a new one.
  add_defaults(row.fields, row.id ? empty : std::vector<std::string>{}, schema, m_workspace);
  const auto made = m_batch.create(schema, std::move(row.fields), row.id);
  ++m_report.created;
  for (const auto& [name, value] : given)
    if (name != extra_field) ++m_report.fields[{schema.type, name}].filled;
  for (const auto& [name, value] : map_of(made.get(extra_field)))
    if (name != external_name) ++m_report.fields[{schema.type, std::string(extra_field) + "." + name}].filled;
  if (!row.external.empty()) externals(schema.type).insert_or_assign(row.external, made.id.str());
}

/// Days of occurrences that are deleted here need not be left out once more.
core::Value Import::without_deleted(const core::Record& series, const core::Value& days) {
  core::List out;
  for (const auto& each : list_of(days)) {
    const auto day = core::parse_date(each.string_or_empty());
    const auto row = day ? m_workspace.with_index([&](index::Index& index) {
      return index.by_id(core::occurrence_id(core::root_of(series), *day).str());
    })
                         : std::nullopt;
    if (!row || !row->deleted || holds(list_of(series.get("except")), each)) out.push_back(each);
  }
  return out.empty() ? core::Value{} : core::Value{std::move(out)};
}

/// Field by field: what the file says anew is written; what it has said before, and somebody has changed here
/// since, stays as they left it. Nothing is taken off a list.
void Import::merge_into(core::Record record, const Incoming& row, const core::Schema& schema) {
  bool restored = false;
  if (core::is_deleted(record, schema)) {
    if (m_request.deleted == ImportRequest::Deleted::Leave) {
      ++m_report.deleted;
      return;
    }
    m_batch.restore(record);
    restored = true;
  }
  const std::string path = store::record_path(schema.folder, record.id.str());
  const core::Record before = record;
  std::vector<core::Edit> edits;
  for (const auto& [name, given] : row.fields) {
    core::Value value = given;
    const core::Value& now = record.get(name);
    if (name == extra_field) {
      core::Map extra = map_of(now);
      for (const auto& [each, inner] : map_of(given))
        if (inner.is_null())
          extra.erase(each);
        else
          extra.set(each, inner);
      value = std::move(extra);
    }
    if (name == "except") value = without_deleted(record, value);
    if (value == now || (value.is_null() && now.is_null())) continue;
    const auto unit = schema.unit(name);
    const bool set = schema.rule(unit) == core::Rule::Set && !row.external.empty();
    if (!row.external.empty() && (set || !m_past.wrote(core::changed(record, unit)))) {
      if (set) {
        core::List merged = list_of(value);
        for (const auto& item : list_of(now)) {
          if (!holds(merged, item)) merged.push_back(item);
        }
        value = merged.empty() ? core::Value{} : core::Value{std::move(merged)};
      } else if (const auto said = m_past.said(path, schema, name);
                 std::find(said.begin(), said.end(), value) != said.end()) {
        ++m_report.kept;
        continue;
      }
    }
    edits.push_back({name, std::move(value)});
  }
  if (!edits.empty()) m_batch.change(record, edits);
  const bool as_it_was = record.fields == before.fields && !restored;
  ++(as_it_was ? m_report.same : m_report.changed);
  count(before, record, schema);
}

ImportReport Import::finish() {
  const std::size_t written = m_report.created + m_report.changed;
  if (written > 0) {
    m_workspace.progress("Writing", 0, 0);
    m_report.committed = m_batch.commit(
        fmt::format("Import {} record{} from {}", written, written == 1 ? "" : "s", m_request.source));
    m_workspace.progress("", 0, 0);
  }
  m_report.committed.mode = m_request.mode;
  m_report.committed.records.clear();
  return std::move(m_report);
}

} // namespace crm::app
