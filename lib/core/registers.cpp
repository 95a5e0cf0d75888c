#include "core/registers.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace crm::core {
namespace {

[[noreturn]] void unsound(const std::string& where, const std::string& what) {
  throw base::Error(base::Kind::InvalidData, where + ": " + what, "run `crm doctor`");
}

const Map& map_at(const Map& parent, std::string_view key, const std::string& where) {
  static const Map none;
  const Value* value = parent.find(key);
  if (value == nullptr) return none;
  if (value->if_map() == nullptr) unsound(where + "." + std::string(key), "must be a mapping");
  return *value->if_map();
}

const List& list_of(const Value& value, const std::string& where) {
  if (value.if_list() == nullptr) unsound(where, "must be a list");
  return *value.if_list();
}

Stamp stamp_of(const Value* value, const std::string& where) {
  auto stamp = parse_stamp(value != nullptr ? value->string_or_empty() : std::string{});
  if (!stamp) unsound(where, "must be a stamp, as in 2026-11-23T16:40:02.007Z bob@tablet-2");
  return *std::move(stamp);
}

Seen seen_of(const Map& devices, const std::string& where) {
  Seen out;
  for (const auto& [device, time] : devices) {
    const auto at = parse_stamp_time(time.string_or_empty());
    if (!at) unsound(where + "." + device, "must be a time, as in 2026-11-23T16:40:02.007Z");
    out.emplace(device, *at);
  }
  return out;
}

Map map_of(const Seen& seen, const Seen& said) {
  Map out;
  for (const auto& [device, time] : seen) {
    const auto known = said.find(device);
    if (known == said.end() || known->second < time) out.set(device, to_text(time));
  }
  return out;
}

bool is_unset(const Value& value) {
  return value.is_null() || (value.if_list() != nullptr && value.if_list()->empty());
}

/// Brings what the file says of a unit into the form that its joining has.
void settle(Register& unit, Map shown, const RecordState& state) {
  const auto& created = state.created;
  take(unit.seen, created);
  for (const auto& stamp : state.again)
    take(unit.seen, stamp);
  take(unit.seen, unit.last);
  for (const auto* versions : {&unit.now, &unit.carried})
    for (const auto& version : *versions)
      take(unit.seen, version.stamp);
  for (const auto& [_, stamps] : unit.added)
    for (const auto& stamp : stamps)
      take(unit.seen, stamp);
  unit.now.insert({std::move(shown), unit.last});
  const Stamp newest = unit.now.begin()->stamp;

  switch (unit.joining) {
  case Joining::Review:
    // Every write has seen that nothing was there. (Another schema, with other units, may have kept it.)
    std::erase_if(unit.now, [&](const Version& v) {
      return v.content.empty() && !is_same(v.stamp, newest) && state.is_creation(v.stamp);
    });
    break;
  case Joining::Latest:
    unit.now.erase(std::next(unit.now.begin()), unit.now.end());
    unit.seen.clear();
    break;
  case Joining::Greatest:
  case Joining::Least: {
    Value best;
    for (const auto& version : unit.now)
      if (const Value* value = version.content.find(unit.unit); value != nullptr)
        best = better(unit.joining, best, *value);
    Map content;
    if (!best.is_null()) content.set(unit.unit, best);
    unit.now = {{std::move(content), newest}};
    unit.seen.clear();
    break;
  }
  case Joining::Set:
    for (const auto& version : unit.now) {
      const Value* list = version.content.find(unit.unit);
      if (list == nullptr) continue;
      for (const auto& element : elements_of(*list)) {
        const auto stamps = unit.added.find(to_text(element));
        if (stamps == unit.added.end()) {
          unit.elements.insert({element, created});
        } else {
          for (const auto& stamp : stamps->second)
            unit.elements.insert({element, stamp});
        }
      }
    }
    unit.now.clear();
    unit.added.clear();
    unit.last = newest;
    return;
  }
  unit.last = {};
}

void read_also(Register& unit, const std::string& name, const List& values, const Map& shown,
               const Schema& schema) {
  const std::string where = "crm.also." + name;
  const auto own = own_fields(unit.unit, schema);
  for (const auto& value : values) {
    if (value.if_map() == nullptr) unsound(where, "must be a list of mappings");
    const Stamp stamp = stamp_of(value.if_map()->find("written"), where + ".written");
    Map content =
        name == unit.unit ? Map{} : shown; // of a field that has moved into the group: the rest as it is
    if (name != unit.unit) content.erase(name);
    bool foreign = false;
    for (const auto& [key, item] : *value.if_map()) {
      if (key == "written") continue;
      const auto field = field_of_also_key(key);
      foreign = foreign || std::find(own.begin(), own.end(), field) == own.end();
      if (!is_unset(item)) content.set(field, item);
    }
    if (foreign) {
      unit.carried.insert({std::move(content), stamp});
    } else {
      unit.now.insert({own_content(unit.unit, schema, content), stamp});
    }
  }
}

/// What every mark of a record knew: nothing, where one that was made elsewhere may have been marked here.
Seen known_to_marks(const RecordState& state) {
  Seen out;
  if (state.again.empty()) take(out, state.created);
  return out;
}

MarkVersion read_mark(const Map& entry, const Seen& known, const std::string& where) {
  if (entry.contains("restored"))
    return {Mark::Undelete, {}, stamp_of(entry.find("restored"), where + ".restored")};
  MarkVersion mark{Mark::Delete, seen_of(map_at(entry, "knew", where), where + ".knew"),
                   stamp_of(entry.find("by"), where + ".by")};
  take(mark.knew, known);
  return mark;
}

Deletion read_deletion(const Map& crm, const Seen& known) {
  Deletion out;
  if (!crm.contains("deleted")) return out;
  const std::string where = "crm.deleted";
  const Map& mark = map_at(crm, "deleted", "crm");
  out.seen = seen_of(map_at(mark, "seen", where), where + ".seen");
  out.now.insert(read_mark(mark, known, where));
  if (const Value* also = mark.find("also"))
    for (const auto& entry : list_of(*also, where + ".also")) {
      if (entry.if_map() == nullptr) unsound(where + ".also", "must be a list of mappings");
      out.now.insert(read_mark(*entry.if_map(), known, where + ".also"));
    }
  for (const auto& each : out.now)
    take(out.seen, each.stamp);
  return out;
}

Map mark_entry(const MarkVersion& mark, const Seen& known) {
  Map entry;
  entry.set(mark.mark == Mark::Delete ? "by" : "restored", to_text(mark.stamp));
  if (Map knew = map_of(mark.knew, known); !knew.empty()) entry.set("knew", std::move(knew));
  return entry;
}

Map render_deletion(const Deletion& deletion, const Seen& known) {
  Map out;
  List also;
  Seen said;
  for (const auto& mark : deletion.now) {
    take(said, mark.stamp);
    if (out.empty()) {
      out = mark_entry(mark, known);
    } else {
      also.emplace_back(mark_entry(mark, known));
    }
  }
  if (out.empty()) return out;
  if (Map seen = map_of(deletion.seen, said); !seen.empty()) out.set("seen", std::move(seen));
  if (!also.empty()) out.set("also", std::move(also));
  return out;
}

Value stamps_value(const Stamps& stamps) {
  if (stamps.size() == 1) return to_text(*stamps.begin());
  List list;
  for (const auto& stamp : stamps)
    list.emplace_back(to_text(stamp));
  return list;
}

} // namespace

RecordState read_state(const Record& record, const Schema& schema) {
  RecordState state;
  state.created = created(record);
  if (const Value* again = record.crm.find("again"))
    for (const auto& stamp : list_of(*again, "crm.again"))
      state.again.insert(stamp_of(&stamp, "crm.again"));
  std::set<std::string> unknown;
  const auto name_unit = [&](const std::string& name) {
    if (auto unit = unit_of(name, schema); !is_known(unit, schema)) unknown.insert(std::move(unit));
  };
  for (const auto& [name, _] : record.fields)
    name_unit(name);
  for (const auto* key : {"changed", "seen", "also", "added"})
    for (const auto& [name, _] : map_at(record.crm, key, "crm"))
      name_unit(name);
  state.units.reserve(schema.fields.size() + unknown.size());
  for (const auto& field : schema.fields)
    state.at(unit_of(field, schema), schema);
  for (const auto& name : unknown)
    state.at(name, schema);

  // `at` has made them unset since creation; from here on they are collected from the file, and settled at
  // the end.
  for (auto& unit : state.units) {
    unit.now.clear();
    unit.last = state.created;
  }
  const auto of = [&](const std::string& name) -> Register& { return *state.find(unit_of(name, schema)); };
  for (const auto& [name, value] : map_at(record.crm, "changed", "crm")) {
    const Stamp stamp = stamp_of(&value, "crm.changed." + name);
    Register& unit = of(name);
    take(unit.seen, stamp);
    unit.last = std::max(unit.last, stamp, OldestFirst{});
  }
  const Map& seen = map_at(record.crm, "seen", "crm");
  for (const auto& [name, _] : seen)
    take(of(name).seen, seen_of(map_at(seen, name, "crm.seen"), "crm.seen." + name));
  for (const auto& [name, values] : map_at(record.crm, "also", "crm")) {
    const auto unit = unit_of(name, schema);
    read_also(of(name), name, list_of(values, "crm.also." + name), own_content(unit, schema, record.fields),
              schema);
  }
  const Map& added = map_at(record.crm, "added", "crm");
  for (const auto& [name, _] : added)
    for (const auto& [element, stamps] : map_at(added, name, "crm.added")) {
      const std::string where = "crm.added." + name + "." + element;
      Stamps& out = of(name).added[element];
      if (stamps.if_list() == nullptr)
        out.insert(stamp_of(&stamps, where));
      else
        for (const auto& stamp : *stamps.if_list())
          out.insert(stamp_of(&stamp, where));
    }

  for (auto& unit : state.units)
    settle(unit, own_content(unit.unit, schema, record.fields), state);
  state.deletion = read_deletion(record.crm, known_to_marks(state));
  std::map<std::string, Value> other(record.crm.begin(), record.crm.end());
  for (const auto* key : {"created", "again", "changed", "seen", "also", "added", "deleted"})
    other.erase(key);
  for (auto& [key, value] : other)
    state.other.set(key, std::move(value));
  return state;
}

void render_state(const RecordState& state, const Schema& schema, Record& record) {
  Map fields, changed, seen, also, added;
  Seen creations;
  List again;
  take(creations, state.created);
  for (const auto& stamp : state.again) {
    take(creations, stamp);
    again.emplace_back(to_text(stamp));
  }
  for (const auto& unit : state.units) {
    const View shown = view(unit, schema);
    for (const auto& [field, value] : shown.content)
      fields.set(field, value);
    Seen said = creations;
    take(said, shown.stamp);
    if (!is_same(shown.stamp, state.created)) changed.set(unit.unit, to_text(shown.stamp));

    Versions rest = unit.now;
    rest.erase({shown.content, shown.stamp});
    rest.insert(unit.carried.begin(), unit.carried.end());
    List others;
    for (const auto& version : rest) {
      Map entry;
      for (const auto& [field, value] : version.content)
        entry.set(also_key(field), value);
      entry.set("written", to_text(version.stamp));
      others.emplace_back(std::move(entry));
      take(said, version.stamp);
    }
    if (!others.empty()) also.set(unit.unit, std::move(others));

    auto stamps = unit.added;
    for (const auto& element : unit.elements)
      stamps[to_text(element.value)].insert(element.stamp);
    Map by_element;
    for (const auto& [element, times] : stamps) {
      for (const auto& stamp : times)
        take(said, stamp);
      const bool plain = times.size() == 1 && is_same(*times.begin(), state.created);
      if (!plain || unit.joining != Joining::Set) by_element.set(element, stamps_value(times));
    }
    if (!by_element.empty()) added.set(unit.unit, std::move(by_element));
    if (Map rest_seen = map_of(unit.seen, said); !rest_seen.empty())
      seen.set(unit.unit, std::move(rest_seen));
  }
  record.fields = std::move(fields);
  canonicalize(record, schema);

  record.crm = {};
  record.crm.set("created", to_text(state.created));
  if (!again.empty()) record.crm.set("again", std::move(again));
  for (auto& [key, part] :
       {std::pair<const char*, Map&>{"changed", changed}, {"seen", seen}, {"also", also}, {"added", added}})
    if (!part.empty()) record.crm.set(key, std::move(part));
  if (Map deleted = render_deletion(state.deletion, known_to_marks(state)); !deleted.empty())
    record.crm.set("deleted", std::move(deleted));
  for (const auto& [key, value] : state.other)
    record.crm.set(key, value);
}

std::string unit_of(std::string_view name, const Schema& schema) {
  return schema.find(name) != nullptr ? schema.unit(name) : std::string(name);
}

std::string_view unit_of(const Field& field, const Schema& schema) {
  if (schema.strictness == Strictness::Record) return "record";
  return field.group.empty() ? field.name : field.group;
}

bool is_known(std::string_view unit, const Schema& schema) {
  return std::any_of(schema.fields.begin(), schema.fields.end(),
                     [&](const Field& field) { return unit_of(field, schema) == unit; });
}

std::vector<std::string_view> own_fields(std::string_view unit, const Schema& schema) {
  std::vector<std::string_view> out;
  bool is_field = false;
  for (const auto& field : schema.fields) {
    if (unit_of(field, schema) == unit) out.push_back(field.name);
    is_field = is_field || field.name == unit;
  }
  if (!is_field) out.push_back(unit);
  return out;
}

Map own_content(std::string_view unit, const Schema& schema, const Map& content) {
  Map out;
  for (const auto& field : own_fields(unit, schema))
    if (const Value* value = content.find(field); value != nullptr && !is_unset(*value))
      out.set(field, *value);
  return out;
}

std::vector<Value> elements_of(const Value& value) {
  std::vector<Value> out;
  if (const auto* list = value.if_list())
    out = *list;
  else if (!value.is_null())
    out = {value};
  std::sort(out.begin(), out.end(), less);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

namespace {

bool is_written(std::string_view name) {
  const auto start = name.find_first_not_of('_');
  return start != std::string_view::npos && name.substr(start) == "written";
}

} // namespace

std::string also_key(std::string_view field) {
  return (is_written(field) ? "_" : "") + std::string(field);
}

std::string field_of_also_key(std::string_view key) {
  return std::string(key.starts_with('_') && is_written(key) ? key.substr(1) : key);
}

} // namespace crm::core
