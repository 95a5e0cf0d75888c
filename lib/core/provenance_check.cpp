// The form of the `crm:` block, for files that anybody may have written.
#include "base/text.hpp"
#include "core/problem.hpp"
#include "core/registers.hpp"

#include <algorithm>
#include <cmath>

namespace crm::core {
namespace {

// Each device may have written its own, and a merge must not come to what nobody takes in.
constexpr std::size_t most_values = 1024; ///< concurrent ones of a unit or an element
constexpr std::size_t most_devices = 1024;
constexpr std::size_t longest_name = 200;

class Check {
 public:
  explicit Check(const Schema& schema) : m_schema(schema) {}

  std::vector<Problem> run(const Map& crm) {
    const Value* created_text = crm.find("created");
    m_created = created_text == nullptr ? std::nullopt : stamp(*created_text, "crm.created");
    if (created_text == nullptr)
      report("crm.created", {}, "is missing: every record says who made it and when");
    for (const auto& [key, value] : crm) {
      const std::string where = "crm." + shown(key);
      if (key == "created") continue;
      if (key == "again") {
        again(value, where);
        continue;
      }
      if (key == "changed")
        units(value, where, [&](auto& unit, auto& v, auto& at) { changed(unit, v, at); });
      else if (key == "also")
        units(value, where, [&](auto& unit, auto& v, auto& at) { also(unit, v, at); });
      else if (key == "added")
        units(value, where, [&](auto& unit, auto& v, auto& at) { added(unit, v, at); });
      else if (key == "deleted")
        deleted(value, where);
      else if (key == "comments")
        comments(value, where);
      else if (key != "seen")
        report(
            where, {},
            "is not known; the block holds created, again, changed, seen, also, added, deleted and comments");
    }
    // Last, as what was seen cannot be newer than the writes above.
    if (const Value* seen_part = crm.find("seen"))
      units(*seen_part, "crm.seen", [&](auto& unit, auto& v, auto& at) {
        const auto newest_write = m_newest.find(unit);
        seen(v, at, newest_write != m_newest.end() ? newest_write->second : created_time());
      });
    if (m_devices.size() > most_devices)
      report("crm", std::to_string(m_devices.size()) + " devices",
             "must name at most " + std::to_string(most_devices) + " devices");
    return std::move(m_problems);
  }

 private:
  static std::string shown(std::string_view text) { return base::fit(base::printable(text), 60); }

  void report(const std::string& field, const std::string& found, std::string message) {
    if (m_problems.size() < 100) m_problems.push_back({"", 0, field, shown(found), std::move(message)});
  }

  StampTime created_time() const { return m_created ? m_created->time : StampTime::max(); }

  bool in_range(StampTime time, const std::string& where, const std::string& found) {
    using namespace std::chrono;
    if (time >= sys_days{year{1970} / 1 / 1} && time < sys_days{year{2201} / 1 / 1}) return true;
    report(where, found, "must lie between the years 1970 and 2200");
    return false;
  }

  std::optional<Stamp> stamp(const Value& value, const std::string& where) {
    auto out = parse_stamp(value.string_or_empty());
    if (!out) {
      report(where, to_text(value), "must be a stamp, as in 2026-11-23T16:40:02.007Z bob@tablet-2");
      return out;
    }
    m_devices.insert(out->device);
    if (!in_range(out->time, where, value.string_or_empty())) return std::nullopt;
    return out;
  }

  void write_of(const std::string& unit, const Value& value, const std::string& where) {
    const auto out = stamp(value, where);
    if (!out) return;
    const auto [it, fresh] =
        m_newest.emplace(unit, std::max(out->time, m_created ? m_created->time : out->time));
    if (!fresh) it->second = std::max(it->second, out->time);
  }

  const Map* mapping(const Value& value, const std::string& where) {
    if (value.if_map() == nullptr) report(where, to_text(value), "must be a mapping");
    return value.if_map();
  }

  bool is_key(std::string_view name) {
    return !name.empty() && name.size() <= longest_name && base::printable(name) == name;
  }

  template <class Each>
  void units(const Value& value, const std::string& where, const Each& each) {
    const Map* map = mapping(value, where);
    if (map == nullptr) return;
    for (const auto& [unit, part] : *map) {
      const std::string at = where + "." + shown(unit);
      if (is_key(unit))
        each(unit, part, at);
      else
        report(at, unit, "must be the name of a field or a group");
    }
  }

  /// Every unit may have seen them.
  void again(const Value& value, const std::string& where) {
    const auto* list = several(value, where, most_values);
    if (list == nullptr) return;
    for (const auto& each : *list)
      if (const auto out = stamp(each, where); out && m_created && !OldestFirst{}(*m_created, *out))
        report(where, to_text(each), "must be newer than `created`");
  }

  void changed(const std::string& unit, const Value& value, const std::string& where) {
    write_of(unit, value, where);
  }

  /// Times by device, none newer than `newest`.
  void seen(const Value& value, const std::string& where, StampTime newest) {
    const Map* map = mapping(value, where);
    if (map == nullptr) return;
    for (const auto& [device, text] : *map) {
      const std::string at = where + "." + shown(device);
      if (!is_name(device))
        report(at, device, "must be a device: lower-case letters, digits, `.`, `_` and `-`");
      else
        m_devices.insert(device);
      const auto time = parse_stamp_time(text.string_or_empty());
      if (!time)
        report(at, to_text(text), "must be a time, as in 2026-11-23T16:40:02.007Z");
      else if (in_range(*time, at, to_text(text)) && *time > newest)
        report(at, to_text(text), "must not be newer than the write that saw it");
    }
  }

  const List* several(const Value& value, const std::string& where, std::size_t most) {
    const auto* list = value.if_list();
    if (list == nullptr)
      report(where, to_text(value), "must be a list");
    else if (list->empty())
      report(where, {}, "must not be empty");
    else if (list->size() > most)
      report(where, std::to_string(list->size()) + " entries",
             "must have at most " + std::to_string(most) + " entries");
    else
      return list;
    return nullptr;
  }

  static bool is_finite(const Value& value) {
    if (const auto* number = value.if_double()) return std::isfinite(*number);
    if (const auto* list = value.if_list()) return std::all_of(list->begin(), list->end(), is_finite);
    if (const auto* map = value.if_map())
      return std::all_of(map->begin(), map->end(), [](const auto& entry) { return is_finite(entry.second); });
    return true;
  }

  void also(const std::string& unit, const Value& value, const std::string& where) {
    const auto* list = several(value, where, most_values - 1); // one more is shown in the fields
    if (list == nullptr) return;
    for (const auto& version : *list) {
      const Map* map = mapping(version, where);
      if (map == nullptr) continue;
      if (const Value* written = map->find("written"))
        write_of(unit, *written, where + ".written");
      else
        report(where, to_text(version), "must say when it was `written`");
      for (const auto& [key, item] : *map) {
        if (key == "written") continue;
        // Another version of the schema may have had any other field in a group of that name.
        const auto field = field_of_also_key(key);
        if (!is_key(field) || field == "id" || field == "crm")
          report(where + "." + shown(key), key, "must be a field of `" + shown(unit) + "`");
        if (!is_finite(item)) report(where + "." + shown(key), to_text(item), "must be a finite number");
      }
    }
  }

  void added(const std::string& unit, const Value& value, const std::string& where) {
    const Map* map = mapping(value, where);
    if (map == nullptr) return;
    for (const auto& [element, stamps] : *map) {
      const std::string at = where + "." + shown(element);
      if (stamps.if_list() == nullptr) {
        write_of(unit, stamps, at);
      } else if (const auto* list = several(stamps, at, most_values)) {
        for (const auto& each : *list)
          write_of(unit, each, at);
      }
    }
  }

  void mark(const Map& entry, const std::string& where, bool head) {
    const Value *by = entry.find("by"), *restored = entry.find("restored"), *knew = entry.find("knew");
    for (const auto& [key, value] : entry)
      if (key != "by" && key != "restored" && key != "knew" && !(head && (key == "seen" || key == "also")))
        report(where + "." + shown(key), {}, "is not known; a mark holds by and knew, or restored");
    if ((by == nullptr) == (restored == nullptr))
      report(where, {}, "must have either `by` or `restored`");
    else if (restored != nullptr && knew != nullptr)
      report(where + ".knew", {}, "only belongs to a deletion");
    const std::string at = where + (by != nullptr ? ".by" : ".restored");
    const auto written =
        by != nullptr || restored != nullptr ? stamp(by != nullptr ? *by : *restored, at) : std::nullopt;
    if (!written) return;
    const auto it = m_newest.emplace("", written->time).first; // no unit has that name
    it->second = std::max(it->second, written->time);
    if (knew != nullptr) seen(*knew, where + ".knew", written->time);
  }

  void deleted(const Value& value, const std::string& where) {
    const Map* map = mapping(value, where);
    if (map == nullptr) return;
    mark(*map, where, true);
    if (const Value* rest = map->find("also"))
      if (const auto* list = several(*rest, where + ".also", most_values - 1))
        for (const auto& entry : *list)
          if (const Map* other = mapping(entry, where + ".also")) mark(*other, where + ".also", false);
    if (const Value* devices = map->find("seen"))
      seen(*devices, where + ".seen", m_newest.contains("") ? m_newest.at("") : StampTime::max());
  }

  /// Of the form of the block itself, as to its sets.
  void comments(const Value& value, const std::string& where) {
    const Map* map = mapping(value, where);
    if (map == nullptr) return;
    Map stamps;
    if (m_created) stamps.set("created", to_text(*m_created));
    for (const auto& [key, part] : *map)
      if (key == "changed" || key == "seen" || key == "added")
        stamps.set(key, part);
      else
        report(where + "." + shown(key), {}, "is not known; there are changed, seen and added");
    Check nested(m_schema);
    for (auto& problem : nested.run(stamps))
      if (m_created)
        report(where + problem.field.substr(std::string_view("crm").size()), problem.found, problem.message);
    m_devices.insert(nested.m_devices.begin(), nested.m_devices.end());
  }

  const Schema& m_schema;
  std::optional<Stamp> m_created;
  std::set<std::string> m_devices;
  std::map<std::string, StampTime> m_newest; ///< write of a unit; "" the marks
  std::vector<Problem> m_problems;
};

} // namespace

std::vector<Problem> check_provenance(const Record& record, const Schema& schema) {
  return Check(schema).run(record.crm);
}

} // namespace crm::core
