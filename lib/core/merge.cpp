#include "core/merge.hpp"

#include "base/error.hpp"
#include "core/registers.hpp"

#include <algorithm>
#include <tuple>

namespace crm::core {
namespace {

/// Of both sides' entries: those that the other side has too, or has not seen.
template <class Set, class Holds>
Set survivors(const Set& a, const Seen& seen_a, const Set& b, const Seen& seen_b, const Holds& holds) {
  Set out;
  for (const auto& entry : a)
    if (holds(b, entry) || !covers(seen_b, entry.stamp)) out.insert(entry);
  for (const auto& entry : b)
    if (holds(a, entry) || !covers(seen_a, entry.stamp)) out.insert(entry);
  return out;
}

/// By stamp alone: should one stamp come with two contents (schemas that cut units differently), both stay.
const auto holds_stamp = [](const auto& set, const auto& entry) {
  return std::any_of(set.begin(), set.end(), [&](const auto& other) { return other.stamp == entry.stamp; });
};

const auto holds_element = [](const Elements& set, const Element& entry) {
  const auto it = set.lower_bound({entry.value, {entry.stamp.time, entry.stamp.device, ""}});
  return it != set.end() && *it == entry;
};

const Value& lone(const Register& unit) {
  static const Value null;
  const Value* value = unit.now.begin()->content.find(unit.unit);
  return value != nullptr ? *value : null;
}

Register join_units(const Register& a, const Register& b) {
  Register out = a;
  out.carried.insert(b.carried.begin(), b.carried.end());
  for (const auto& [element, stamps] : b.added)
    out.added[element].insert(stamps.begin(), stamps.end());
  take(out.seen, b.seen);
  out.last = std::max(a.last, b.last, OldestFirst{});
  switch (a.joining) {
  case Joining::Latest:
    out.now.insert(b.now.begin(), b.now.end());
    out.now.erase(std::next(out.now.begin()), out.now.end());
    break;
  case Joining::Greatest:
  case Joining::Least: {
    Map content;
    if (const Value& value = better(a.joining, lone(a), lone(b)); !value.is_null())
      content.set(a.unit, value);
    out.now = {{std::move(content), std::max(a.now.begin()->stamp, b.now.begin()->stamp, OldestFirst{})}};
    break;
  }
  case Joining::Review:
    out.now = survivors(a.now, a.seen, b.now, b.seen, holds_stamp);
    // Two sides that both claim to have replaced all of the other's: a forged `seen` must not wipe a value.
    if (out.now.empty())
      out.now.insert(NewestFirst{}(*a.now.begin(), *b.now.begin()) ? *a.now.begin() : *b.now.begin());
    break;
  case Joining::Set:
    out.elements = survivors(a.elements, a.seen, b.elements, b.seen, holds_element);
    break;
  }
  return out;
}

/// Nobody has written it since the record was made, and nothing stood there then.
bool is_nothing(const Register& unit, const RecordState& state) {
  if (!unit.carried.empty() || !unit.added.empty()) return false;
  if (unit.joining == Joining::Set) return unit.elements.empty() && state.is_creation(unit.last);
  return unit.now.size() == 1 && unit.now.begin()->content.empty() &&
         state.is_creation(unit.now.begin()->stamp);
}

/// That something was not there when the record was made says nothing against what was there when it was made
/// elsewhere.
Register join_made_apart(const Register& x, const RecordState& a, const Register& y, const RecordState& b) {
  Register out = is_nothing(y, b) ? x : is_nothing(x, a) ? y : join_units(x, y);
  if (out.joining != Joining::Set && out.joining != Joining::Review) return out;
  for (const auto* state : {&a, &b}) {
    take(out.seen, state->created);
    for (const auto& stamp : state->again)
      take(out.seen, stamp);
  }
  return out;
}

/// Compared exactly: a large whole number may have no equal among the doubles.
bool is_below(double a, std::int64_t b) {
  constexpr double end = 9223372036854775808.0; // 2^63, larger than every whole number
  if (!(a < end) || a < -end) return a < 0;
  const auto whole = static_cast<std::int64_t>(a); // towards 0
  return whole != b ? whole < b : a < static_cast<double>(whole);
}

/// A total order in which only equal values are equal. `less` has every whole number below every double: here
/// it decides only between numbers that are the same, 1 and 1.0.
bool is_before(const Value& a, const Value& b) {
  if (const auto* x = a.if_int(); x != nullptr && b.if_double() != nullptr)
    return !is_below(*b.if_double(), *x);
  if (const auto* x = a.if_double(); x != nullptr && b.if_int() != nullptr) return is_below(*x, *b.if_int());
  return less(a, b);
}

bool is_older_creation(const Stamp& a, const Stamp& b) {
  return std::tie(a.time, a.device, b.member) < std::tie(b.time, b.device, a.member);
}

std::size_t rank_of(const States& states, const std::string& state) {
  const auto it = std::find(states.rank.begin(), states.rank.end(), state);
  return it == states.rank.end() ? 0 : static_cast<std::size_t>(it - states.rank.begin()) + 1;
}

/// The most advanced of the concurrent states; undisputed when all others can only move on to it.
View view_states(const Register& unit, const States& states) {
  const auto state_of = [&](const Version& v) -> const std::string& {
    static const std::string unset;
    const Value* value = v.content.find(unit.unit);
    return value != nullptr ? value->string_or_empty() : unset;
  };
  const Version* far = &*unit.now.begin();
  for (const auto& version : unit.now) {
    const auto key = [&](const Version& v) {
      return std::tuple(rank_of(states, state_of(v)), std::string_view(state_of(v)));
    };
    if (key(*far) < key(version)) far = &version;
  }
  const bool agreed = std::all_of(unit.now.begin(), unit.now.end(), [&](const Version& version) {
    const auto &from = state_of(version), &to = state_of(*far);
    return version.content == far->content ||
           (!from.empty() && states.reaches(from, to) && !states.reaches(to, from));
  });
  return {far->content, far->stamp, !agreed};
}

std::vector<Conflict::Candidate> candidates(const Register& unit, const View& shown) {
  std::vector<Conflict::Candidate> out;
  for (const auto& version : unit.now)
    if (std::none_of(out.begin(), out.end(), [&](const auto& c) { return c.values == version.content; }))
      out.push_back({version.content, version.stamp, false, version.content == shown.content});
  return out;
}

/// First what speaks for keeping the record: the fields written behind the deletions' backs, or all fields
/// where somebody took a deletion back. Then the deletions.
std::vector<Conflict::Candidate> deletion_candidates(const RecordState& state, const Record& record,
                                                     const Schema& schema) {
  Conflict::Candidate keep{.values = {}, .stamp = {}, .shown = true};
  std::vector<Conflict::Candidate> out;
  for (const auto& mark : state.deletion.now) {
    if (mark.mark == Mark::Undelete) {
      keep.stamp = std::max(keep.stamp, mark.stamp);
      keep.values = record.fields;
      continue;
    }
    out.push_back({.values = {}, .stamp = mark.stamp, .deletes = true});
    for (const auto& unit : state.units) {
      const View shown = view(unit, schema);
      if (unit.joining == Joining::Greatest || unit.joining == Joining::Least ||
          covers(mark.knew, shown.stamp))
        continue;
      keep.stamp = std::max(keep.stamp, shown.stamp);
      for (const auto& [field, value] : shown.content)
        keep.values.set(field, value);
      if (!shown.content.empty() || shown.stamp == state.created) continue;
      for (const auto& field : fields_of(unit.unit, schema))
        keep.values.set(field, Value{});
    }
  }
  if (keep.stamp == Stamp{}) {
    keep.values = record.fields;
    keep.stamp = newest(record);
  }
  out.insert(out.begin(), std::move(keep));
  return out;
}

} // namespace

bool covers(const Seen& seen, const Stamp& stamp) {
  const auto it = seen.find(stamp.device);
  return it != seen.end() && it->second >= stamp.time;
}

void take(Seen& seen, const Stamp& stamp) {
  const auto [it, inserted] = seen.emplace(stamp.device, stamp.time);
  if (!inserted) it->second = std::max(it->second, stamp.time);
}

void take(Seen& seen, const Seen& other) {
  for (const auto& [device, time] : other)
    take(seen, Stamp{time, device, {}});
}

bool OldestFirst::operator()(const Stamp& a, const Stamp& b) const {
  return std::tie(a.time, a.device, a.member) < std::tie(b.time, b.device, b.member);
}

bool NewestFirst::operator()(const Version& a, const Version& b) const {
  const OldestFirst older;
  if (older(b.stamp, a.stamp)) return true;
  return !older(a.stamp, b.stamp) && a.content != b.content && less(Value(b.content), Value(a.content));
}

bool NewestFirst::operator()(const MarkVersion& a, const MarkVersion& b) const {
  const OldestFirst older;
  if (older(b.stamp, a.stamp)) return true;
  return !older(a.stamp, b.stamp) && std::tie(b.mark, b.knew) < std::tie(a.mark, a.knew);
}

bool ByValue::operator()(const Element& a, const Element& b) const {
  if (less(a.value, b.value)) return true;
  return !less(b.value, a.value) && OldestFirst{}(a.stamp, b.stamp);
}

const Value& better(Joining joining, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() ? b : a;
  return is_before(a, b) == (joining == Joining::Greatest) ? b : a;
}

Register* RecordState::find(std::string_view unit) {
  const auto it = std::find_if(units.begin(), units.end(), [&](const Register& r) { return r.unit == unit; });
  return it == units.end() ? nullptr : &*it;
}

Register& RecordState::at(std::string_view unit, const Schema& schema) {
  if (Register* present = find(unit)) return *present;
  Register fresh;
  fresh.unit = unit;
  const bool known = is_known(unit, schema);
  if (known) {
    switch (schema.rule(unit)) {
    case Rule::Latest:
      fresh.joining = Joining::Latest;
      break;
    case Rule::Set:
      fresh.joining = Joining::Set;
      break;
    case Rule::Max:
      fresh.joining = Joining::Greatest;
      break;
    case Rule::Min:
      fresh.joining = Joining::Least;
      break;
    case Rule::Review:
    case Rule::Text:
    case Rule::States:
      fresh.joining = Joining::Review;
      break;
    }
  }
  if (fresh.joining == Joining::Set)
    fresh.last = created;
  else
    fresh.now.insert({{}, created});
  if (fresh.joining == Joining::Set || fresh.joining == Joining::Review) take(fresh.seen, created);
  // Known units come first and in schema order, as only `read_state` adds them.
  const auto place = known ? units.end() : std::find_if(units.begin(), units.end(), [&](const Register& r) {
    return r.unit > unit && !is_known(r.unit, schema);
  });
  return *units.insert(place, std::move(fresh));
}

RecordState join_states(const RecordState& a, const RecordState& b, const Schema& schema) {
  RecordState left = a, right = b;
  for (const auto& unit : a.units)
    right.at(unit.unit, schema);
  for (const auto& unit : b.units)
    left.at(unit.unit, schema);
  if (is_older_creation(right.created, left.created)) std::swap(left, right);
  const bool once = left.created == right.created && left.again == right.again;
  RecordState out;
  out.created = left.created;
  out.again = left.again;
  out.again.insert(right.again.begin(), right.again.end());
  if (!out.is_creation(right.created)) out.again.insert(right.created);
  out.units.reserve(left.units.size());
  for (std::size_t i = 0; i < left.units.size(); ++i) {
    const Register &x = left.units[i], &y = right.units[i];
    out.units.push_back(once ? join_units(x, y) : join_made_apart(x, left, y, right));
  }
  out.deletion.now = survivors(a.deletion.now, a.deletion.seen, b.deletion.now, b.deletion.seen, holds_stamp);
  out.deletion.seen = a.deletion.seen;
  take(out.deletion.seen, b.deletion.seen);
  std::map<std::string, Value> other(a.other.begin(), a.other.end());
  for (const auto& [key, value] : b.other) {
    const auto [it, inserted] = other.emplace(key, value);
    if (!inserted && less(it->second, value)) it->second = value;
  }
  for (auto& [key, value] : other)
    out.other.set(key, std::move(value));
  return out;
}

View view(const Register& unit, const Schema& schema) {
  if (unit.joining == Joining::Set) {
    List list;
    for (const auto& element : unit.elements)
      if (list.empty() || list.back() != element.value) list.push_back(element.value);
    View out{{}, unit.last, false};
    if (!list.empty()) out.content.set(unit.unit, std::move(list));
    return out;
  }
  const Version& newest = *unit.now.begin();
  const bool one = std::all_of(unit.now.begin(), unit.now.end(),
                               [&](const Version& v) { return v.content == newest.content; });
  if (one) return {newest.content, newest.stamp, false};
  const Rule rule = schema.rule(unit.unit);
  if (rule == Rule::States && schema.states) return view_states(unit, *schema.states);
  return {newest.content, newest.stamp, rule != Rule::Latest};
}

Seen dots(const RecordState& state) {
  Seen out;
  take(out, state.created);
  for (const auto& stamp : state.again)
    take(out, stamp);
  for (const auto& unit : state.units) {
    take(out, unit.seen);
    if (unit.joining == Joining::Latest)
      for (const auto& version : unit.now)
        take(out, version.stamp);
  }
  return out;
}

Presence presence(const RecordState& state) {
  const auto& marks = state.deletion.now;
  const auto is_delete = [](const MarkVersion& m) { return m.mark == Mark::Delete; };
  if (std::none_of(marks.begin(), marks.end(), is_delete)) return Presence::Here;
  if (!std::all_of(marks.begin(), marks.end(), is_delete)) return Presence::Disputed;
  const Seen written = dots(state);
  const bool known = std::all_of(marks.begin(), marks.end(), [&](const MarkVersion& mark) {
    return std::all_of(written.begin(), written.end(), [&](const auto& dot) {
      return covers(mark.knew, Stamp{dot.second, dot.first, {}});
    });
  });
  return known ? Presence::Gone : Presence::Disputed;
}

Merged join(const Record& a, const Record& b, const Schema& schema) {
  if (a.id != b.id || a.type != b.type)
    throw base::Error(base::Kind::InvalidData, "cannot merge " + a.type + " " + a.id.str() + " with " +
                                                   b.type + " " + b.id.str() + ": they are two records");
  RecordState left = read_state(a, schema), right = read_state(b, schema);
  const RecordState joined = join_states(left, right, schema);
  Merged out{{a.id, a.type, {}, {}}, {}, {}};
  render_state(joined, schema, out.record);
  if (joined == left || joined == right) {
    for (const auto& unit : joined.units)
      if (unit.joining == Joining::Latest &&
          left.at(unit.unit, schema).now.begin()->content != right.at(unit.unit, schema).now.begin()->content)
        out.outdone.push_back({unit.unit, schema.rule(unit.unit), false});
    return out;
  }
  for (const auto& unit : joined.units) {
    const Register &x = left.at(unit.unit, schema), &y = right.at(unit.unit, schema);
    if (x.now == y.now && x.elements == y.elements) continue;
    if (is_nothing(x, left) && is_nothing(y, right)) continue;
    out.decisions.push_back({unit.unit, schema.rule(unit.unit), view(unit, schema).conflict});
  }
  if (left.deletion.now != right.deletion.now)
    out.decisions.push_back(
        {std::string(Conflict::deletion), Rule::Review, presence(joined) == Presence::Disputed});
  return out;
}

std::vector<std::string> fields_of(const std::string& unit, const Schema& schema) {
  auto out = schema.members(unit);
  if (out.empty()) out.push_back(unit);
  return out;
}

std::vector<Conflict> conflicts(const Record& record, const Schema& schema) {
  std::vector<Conflict> out;
  if (!record.crm.contains("also") && !record.crm.contains("deleted")) return out; // nearly every record
  const RecordState state = read_state(record, schema);
  for (const auto& unit : state.units)
    if (const View shown = view(unit, schema); shown.conflict)
      out.push_back({unit.unit, candidates(unit, shown)});
  if (presence(state) == Presence::Disputed)
    out.push_back({std::string(Conflict::deletion), deletion_candidates(state, record, schema)});
  return out;
}

} // namespace crm::core
