// A second, plain implementation of the merge to hold the first against: registers only, no files, integers
// for stamps.
#pragma once

#include "core/schema.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace crm::core::testing::model {

using Dot = std::pair<long, int>; // time, device
using SeenTimes = std::map<int, long>;
using Texts = std::set<std::string>;

inline bool has_seen(const SeenTimes& seen, const Dot& dot) {
  const auto it = seen.find(dot.second);
  return it != seen.end() && it->second >= dot.first;
}

inline SeenTimes join_seen(SeenTimes a, const SeenTimes& b) {
  for (const auto& [device, time] : b)
    a[device] = std::max(a.contains(device) ? a[device] : -1, time);
  return a;
}

/// Entries are keyed by what the join looks at: dots, or elements with dots.
template <class Entries, class DotOf>
Entries join_entries(const Entries& a, const SeenTimes& seen_a, const Entries& b, const SeenTimes& seen_b,
                     DotOf dot_of) {
  Entries out;
  for (const auto& entry : a)
    if (b.contains(entry.first) || !has_seen(seen_b, dot_of(entry.first))) out.insert(entry);
  for (const auto& entry : b)
    if (a.contains(entry.first) || !has_seen(seen_a, dot_of(entry.first))) out.insert(entry);
  return out;
}

struct Reg {
  SeenTimes seen;
  std::map<Dot, std::string> now;                                 // review, states; one entry for latest
  std::map<std::pair<std::string, Dot>, std::monostate> elements; // set
  std::string greatest;                                           // max
};

struct State {
  std::map<std::string, Reg> units;
  SeenTimes deleted_seen;
  std::map<Dot, std::optional<SeenTimes>> marks; // nothing for an undelete
};

inline Rule rule_of(const std::string& unit) {
  static const std::map<std::string, Rule> rules{
      {"email", Rule::Latest},  {"when", Rule::Review}, {"stage", Rule::Review},   {"notes", Rule::Text},
      {"status", Rule::States}, {"tags", Rule::Set},    {"last_visit", Rule::Max}, {"x-shoe", Rule::Review}};
  return rules.at(unit);
}

inline Reg join(const std::string& unit, const Reg& a, const Reg& b) {
  Reg out;
  const auto itself = [](const Dot& dot) { return dot; };
  if (rule_of(unit) == Rule::Latest) {
    out.now = a.now;
    out.now.insert(b.now.begin(), b.now.end());
    if (out.now.size() > 1) out.now.erase(out.now.begin(), std::prev(out.now.end()));
    return out;
  }
  out.greatest = std::max(a.greatest, b.greatest);
  out.seen = join_seen(a.seen, b.seen);
  out.now = join_entries(a.now, a.seen, b.now, b.seen, itself);
  out.elements = join_entries(a.elements, a.seen, b.elements, b.seen, [](const auto& e) { return e.second; });
  return out;
}

inline State join(const State& a, const State& b) {
  State out = a;
  for (const auto& [unit, reg] : b.units)
    out.units[unit] = a.units.contains(unit) ? join(unit, a.units.at(unit), reg) : reg;
  out.deleted_seen = join_seen(a.deleted_seen, b.deleted_seen);
  out.marks =
      join_entries(a.marks, a.deleted_seen, b.marks, b.deleted_seen, [](const Dot& dot) { return dot; });
  return out;
}

inline SeenTimes dots(const State& state) {
  SeenTimes out;
  for (const auto& [unit, reg] : state.units) {
    out = join_seen(out, reg.seen);
    if (rule_of(unit) == Rule::Latest)
      out = join_seen(out, {{reg.now.begin()->first.second, reg.now.begin()->first.first}});
  }
  return out;
}

struct Seen {
  std::string value;
  bool conflict = false;
};

inline Seen view(const std::string& unit, const Reg& reg, const Schema& schema) {
  if (rule_of(unit) == Rule::Max) return {reg.greatest, false};
  Texts values;
  for (const auto& [dot, value] : reg.now)
    values.insert(value);
  std::string shown = reg.now.rbegin()->second;
  if (rule_of(unit) == Rule::States && values.size() > 1) {
    const auto& rank = schema.states->rank;
    const auto place = [&](const std::string& s) { return std::find(rank.begin(), rank.end(), s); };
    shown = *std::max_element(values.begin(), values.end(),
                              [&](const auto& a, const auto& b) { return place(a) < place(b); });
    if (std::all_of(values.begin(), values.end(), [&](const auto& v) {
          return v == shown || (schema.states->reaches(v, shown) && !schema.states->reaches(shown, v));
        }))
      return {shown, false};
  }
  return {shown, values.size() > 1 && unit != "x-shoe"};
}

inline Texts elements(const State& state, const std::string& unit) {
  Texts out;
  if (state.units.contains(unit))
    for (const auto& [element, _] : state.units.at(unit).elements)
      out.insert(element.first);
  return out;
}

/// Gone, or a conflict.
inline std::pair<bool, bool> fate(const State& state) {
  bool gone = false, contradicted = false;
  for (const auto& [_, knew] : state.marks) {
    gone = gone || knew.has_value();
    contradicted = contradicted || !knew;
    if (!knew) continue;
    for (const auto& [device, time] : dots(state))
      contradicted = contradicted || !has_seen(*knew, {time, device});
  }
  return {gone && !contradicted, gone && contradicted};
}

} // namespace crm::core::testing::model
