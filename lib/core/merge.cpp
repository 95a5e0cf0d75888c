#include "core/merge.hpp"

#include "base/error.hpp"
#include "core/registers.hpp"

#include <algorithm>
#include <tuple>

namespace crm::core {
namespace {

struct Side {
  const RecordState& state;
  const Seen& seen;
};

/// Of both sides' entries: those that the other side has too, or has not seen. What stood there when a record
/// was made has been seen where that creation is known: the device's later stamps may be somebody else's.
template <class Set, class Holds>
Set survivors(const Set& a, const Side& of_a, const Set& b, const Side& of_b, const Holds& holds) {
  Set out;
  const auto add = [&](const Set& own, const Side& of_own, const Set& others, const Side& of_others) {
    for (const auto& entry : own) {
      const bool since_creation = of_own.state.is_creation(entry.stamp);
      const bool seen =
          since_creation ? of_others.state.is_creation(entry.stamp) : covers(of_others.seen, entry.stamp);
      if (!seen || holds(others, entry, since_creation)) out.insert(entry);
    }
  };
  add(a, of_a, b, of_b);
  add(b, of_b, a, of_a);
  return out;
}

bool is_one(const Stamp& a, const Stamp& b, bool by_member) {
  return by_member ? is_same(a, b) : a == b;
}

/// By stamp alone: should one stamp come with two contents (schemas that cut units differently), both stay.
const auto holds_stamp = [](const auto& set, const auto& entry, bool by_member) {
  return std::any_of(set.begin(), set.end(),
                     [&](const auto& other) { return is_one(other.stamp, entry.stamp, by_member); });
};

const auto holds_element = [](const Elements& set, const Element& entry, bool by_member) {
  auto it = set.lower_bound({entry.value, {entry.stamp.time, entry.stamp.device, ""}});
  while (it != set.end() && *it == entry && !is_one(it->stamp, entry.stamp, by_member))
    ++it;
  return it != set.end() && *it == entry;
};

const Value& lone(const Register& unit) {
  static const Value null;
  const Value* value = unit.now.begin()->content.find(unit.unit);
  return value != nullptr ? *value : null;
}

Register join_units(const Register& a, const RecordState& of_a, const Register& b, const RecordState& of_b) {
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
    out.now = survivors(a.now, {of_a, a.seen}, b.now, {of_b, b.seen}, holds_stamp);
    // Two sides that both claim to have replaced all of the other's: a forged `seen` must not wipe a value.
    if (out.now.empty())
      out.now.insert(NewestFirst{}(*a.now.begin(), *b.now.begin()) ? *a.now.begin() : *b.now.begin());
    break;
  case Joining::Set:
    out.elements = survivors(a.elements, {of_a, a.seen}, b.elements, {of_b, b.seen}, holds_element);
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
  Register out = is_nothing(y, b) ? x : is_nothing(x, a) ? y : join_units(x, a, y, b);
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

bool made_at_once(const RecordState& a, const RecordState& b) {
  return is_same(a.created, b.created) &&
         std::equal(a.again.begin(), a.again.end(), b.again.begin(), b.again.end(), is_same);
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
  if (OldestFirst{}(right.created, left.created)) std::swap(left, right);
  const bool once = made_at_once(left, right);
  RecordState out;
  out.created = left.created;
  out.again = left.again;
  out.again.insert(right.again.begin(), right.again.end());
  if (!out.is_creation(right.created)) out.again.insert(right.created);
  out.units.reserve(left.units.size());
  for (std::size_t i = 0; i < left.units.size(); ++i) {
    const Register &x = left.units[i], &y = right.units[i];
    out.units.push_back(once ? join_units(x, left, y, right) : join_made_apart(x, left, y, right));
  }
  out.deletion.now =
      survivors(a.deletion.now, {a, a.deletion.seen}, b.deletion.now, {b, b.deletion.seen}, holds_stamp);
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

} // namespace crm::core
