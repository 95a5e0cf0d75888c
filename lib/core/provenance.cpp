#include "core/provenance.hpp"

#include "base/error.hpp"
#include "core/registers.hpp"

#include <algorithm>

namespace crm::core {
namespace {

/// Calls `each` with every stamp of a part of the block, whatever its form; `seen` and `knew` have no member.
template <class Each>
void each_stamp(const Value& value, const std::string& key, const Each& each) {
  if (const auto* text = value.if_string()) {
    if (auto stamp = parse_stamp(*text))
      each(*stamp);
    else if (const auto time = parse_stamp_time(*text))
      each(Stamp{*time, key, {}});
  } else if (const auto* list = value.if_list()) {
    for (const auto& item : *list)
      each_stamp(item, key, each);
  } else if (const auto* map = value.if_map()) {
    for (const auto& [name, item] : *map)
      each_stamp(item, name, each);
  }
}

/// In `also` only `written` is a stamp: a field may hold text that looks like one.
template <class Each>
void each_written(const Value& versions, const Each& each) {
  const auto* list = versions.if_list();
  if (list == nullptr) return;
  for (const auto& version : *list)
    if (const auto* map = version.if_map())
      if (const Value* written = map->find("written")) each_stamp(*written, "", each);
}

const Map& part(const Record& record, std::string_view key) {
  static const Map none;
  const Value* value = record.crm.find(key);
  return value != nullptr && value->if_map() != nullptr ? *value->if_map() : none;
}

void refuse_older(const Record& record, const Stamp& stamp) {
  if (stamp < newest(record))
    throw base::Error(base::Kind::Failure, "the stamp " + to_text(stamp) + " is older than " + record.type +
                                               " " + record.id.str() + ", last written " +
                                               to_text(newest(record)));
}

bool write_set(Register& unit, const Value& value, const Stamp& stamp) {
  const auto wanted = elements_of(value);
  const auto has = [&](const Value& element) {
    return std::any_of(unit.elements.begin(), unit.elements.end(),
                       [&](const Element& e) { return e.value == element; });
  };
  Elements fresh;
  for (const auto& element : wanted)
    if (!has(element)) fresh.insert({element, stamp});
  const auto gone = std::erase_if(unit.elements, [&](const Element& e) {
    return std::find(wanted.begin(), wanted.end(), e.value) == wanted.end();
  });
  if (fresh.empty() && gone == 0) return false;
  unit.elements.insert(fresh.begin(), fresh.end());
  unit.last = stamp;
  take(unit.seen, stamp);
  return true;
}

/// A list that this schema does not know may be a set to another: its new elements say who added them.
void note_added(Register& unit, const Map& before, const Map& after, const Stamp& stamp) {
  const Value *old = before.find(unit.unit), *now = after.find(unit.unit);
  if (now == nullptr || now->if_list() == nullptr) return;
  const auto had = old != nullptr ? elements_of(*old) : std::vector<Value>{};
  for (const auto& element : elements_of(*now))
    if (std::find(had.begin(), had.end(), element) == had.end()) unit.added[to_text(element)] = {stamp};
}

enum class Replaced { Gone, KeptBeside };

bool write_unit(Register& unit, const Map& edits, const Schema& schema, const Stamp& stamp,
                Replaced replaced) {
  const View shown = view(unit, schema);
  Map merged = shown.content;
  for (const auto& [field, value] : edits)
    merged.set(field, value);
  Map content = own_content(unit.unit, schema, merged);
  switch (unit.joining) {
  case Joining::Set: {
    const Value* list = content.find(unit.unit);
    return write_set(unit, list != nullptr ? *list : Value{}, stamp);
  }
  case Joining::Greatest:
  case Joining::Least: {
    const Value *old = shown.content.find(unit.unit), *wanted = content.find(unit.unit);
    if (wanted == nullptr || (old != nullptr && better(unit.joining, *old, *wanted) == *old)) return false;
    break;
  }
  case Joining::Latest:
  case Joining::Review:
    if (content == shown.content && !shown.conflict) return false;
    break;
  }
  if (!is_known(unit.unit, schema)) note_added(unit, shown.content, content, stamp);
  if (unit.joining == Joining::Review) take(unit.seen, stamp);
  if (unit.joining != Joining::Review || replaced == Replaced::Gone) unit.now.clear();
  unit.now.insert({std::move(content), stamp});
  return true;
}

std::vector<std::string> write_units(Record& record, const Schema& schema, std::span<const Edit> edits,
                                     const Stamp& stamp, Replaced replaced) {
  refuse_older(record, stamp);
  RecordState state = read_state(record, schema);
  std::map<std::string, Map> by_unit;
  for (const auto& edit : edits) {
    if (edit.field == "id" || edit.field == "crm")
      throw base::Error(base::Kind::InvalidData, "`" + edit.field + "` of a record cannot be written");
    const auto unit = schema.unit(edit.field);
    by_unit[unit].set(edit.field, edit.value);
    state.at(unit, schema);
  }
  std::vector<std::string> written;
  for (auto& unit : state.units)
    if (const auto it = by_unit.find(unit.unit);
        it != by_unit.end() && write_unit(unit, it->second, schema, stamp, replaced))
      written.push_back(unit.unit);
  if (!written.empty()) render_state(state, schema, record);
  return written;
}

} // namespace

Record create(base::Id id, const Schema& schema, Map fields, const Stamp& stamp) {
  Record record{std::move(id), schema.type, std::move(fields), {}};
  record.crm.set("created", to_text(stamp));
  render_state(read_state(record, schema), schema, record);
  return record;
}

std::vector<std::string> write(Record& record, const Schema& schema, std::span<const Edit> edits,
                               const Stamp& stamp) {
  return write_units(record, schema, edits, stamp, Replaced::Gone);
}

std::vector<std::string> write_beside(Record& record, const Schema& schema, std::span<const Edit> edits,
                                      const Stamp& stamp) {
  return write_units(record, schema, edits, stamp, Replaced::KeptBeside);
}

void mark(Record& record, const Schema& schema, Mark kind, const Stamp& stamp) {
  refuse_older(record, stamp);
  RecordState state = read_state(record, schema);
  state.deletion.now = {{kind, kind == Mark::Delete ? dots(state) : Seen{}, stamp}};
  take(state.deletion.seen, stamp);
  render_state(state, schema, record);
}

bool is_deleted(const Record& record, const Schema& schema) {
  return record.crm.contains("deleted") && presence(read_state(record, schema)) == Presence::Gone;
}

Stamp created(const Record& record) {
  const Value* value = record.crm.find("created");
  auto stamp = parse_stamp(value != nullptr ? value->string_or_empty() : std::string{});
  if (!stamp)
    throw base::Error(base::Kind::InvalidData,
                      record.type + " " + record.id.str() + " has no `crm.created` stamp",
                      "a new file gets one from `crm commit`");
  return *std::move(stamp);
}

Stamp changed(const Record& record, std::string_view unit) {
  Stamp out = created(record);
  const auto keep = [&](const Stamp& stamp) { out = std::max(out, stamp); };
  if (const Value* stamp = part(record, "changed").find(unit)) each_stamp(*stamp, "", keep);
  if (const Value* also = part(record, "also").find(unit)) each_written(*also, keep);
  return out;
}

std::vector<Stamp> additions(const Record& record, std::string_view field, const Value& element) {
  std::vector<Stamp> out;
  const Value* added = part(record, "added").find(field);
  const Map* elements = added != nullptr ? added->if_map() : nullptr;
  const Value* stamps = elements != nullptr ? elements->find(to_text(element)) : nullptr;
  if (stamps != nullptr) each_stamp(*stamps, "", [&](const Stamp& stamp) { out.push_back(stamp); });
  return out;
}

Stamp newest(const Record& record) {
  Stamp out = created(record);
  const auto keep = [&](const Stamp& stamp) { out = std::max(out, stamp); };
  for (const auto* key : {"again", "changed", "seen", "added", "deleted", "comments"})
    if (const Value* value = record.crm.find(key)) each_stamp(*value, "", keep);
  for (const auto& [_, versions] : part(record, "also"))
    each_written(versions, keep);
  return out;
}

Record comments_record(const Record& record) {
  Record out{record.id, "comments", {}, {}};
  for (const char* key : {"created", "again"})
    if (const Value* stamps = record.crm.find(key)) out.crm.set(key, *stamps);
  for (const auto& [key, value] : part(record, "comments"))
    out.crm.set(key, value);
  return out;
}

void set_comments(Record& record, Map crm) {
  crm.erase("created");
  crm.erase("again");
  if (crm.empty())
    record.crm.erase("comments");
  else
    record.crm.set("comments", std::move(crm));
}

} // namespace crm::core
