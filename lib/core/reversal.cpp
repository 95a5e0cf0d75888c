#include "core/reversal.hpp"

#include "base/error.hpp"
#include "core/merge.hpp"
#include "core/registers.hpp"

#include <algorithm>

namespace crm::core {
namespace {

template <class Set>
Set without(const Set& from, const Set& taken) {
  Set out;
  for (const auto& each : from)
    if (!taken.contains(each)) out.insert(each);
  return out;
}

template <class Set>
Set common(const Set& a, const Set& b) {
  Set out;
  for (const auto& each : a)
    if (b.contains(each)) out.insert(each);
  return out;
}

std::set<std::string> contents(const Versions& versions) {
  std::set<std::string> out;
  for (const auto& each : versions)
    out.insert(to_text(Value(each.content)));
  return out;
}

const Value& value_of(const Map& content, std::string_view field) {
  static const Value null;
  const Value* value = content.find(field);
  return value != nullptr ? *value : null;
}

bool has_value(const Elements& elements, const Value& value) {
  return std::any_of(elements.begin(), elements.end(), [&](const Element& e) { return e.value == value; });
}

/// What was added goes, unless another device added it as well; what was removed comes back.
void take_back_elements(Elements& wanted, const Elements& before, const Elements& after) {
  for (const auto& made : after) {
    if (has_value(before, made.value)) continue;
    const bool elsewhere = std::any_of(wanted.begin(), wanted.end(), [&](const Element& each) {
      return each.value == made.value && std::none_of(after.begin(), after.end(), [&](const Element& own) {
               return own.value == each.value && own.stamp.device == each.stamp.device;
             });
    });
    if (!elsewhere) std::erase_if(wanted, [&](const Element& each) { return each.value == made.value; });
  }
  for (const auto& gone : before)
    if (!has_value(after, gone.value) && !has_value(wanted, gone.value)) wanted.insert(gone);
}

List list_of(const Elements& elements) {
  List out;
  for (const auto& each : elements)
    if (out.empty() || out.back() != each.value) out.push_back(each.value);
  return out;
}

/// Each on a stamp of its own, the first on `stamp` and the others just before it.
class Restamp {
 public:
  explicit Restamp(const Stamp& stamp) : m_next(stamp) {}
  Stamp next() {
    Stamp out = m_next;
    m_next.time -= std::chrono::milliseconds{1};
    return out;
  }

 private:
  Stamp m_next;
};

} // namespace

struct Reversal::State {
  State(const Record& record, const Schema& of, History states)
      : base(record), schema(of), history(std::move(states)), now(read_state(record, of)), wanted(now) {}

  const Record& base;
  const Schema& schema;
  History history;
  std::optional<std::vector<RecordState>> past;
  RecordState now, wanted;
  std::set<std::string> blocked;

  const Register& standing(const std::string& unit) const {
    return *std::find_if(now.units.begin(), now.units.end(),
                         [&](const Register& each) { return each.unit == unit; });
  }

  /// True when whoever wrote `newer` had seen `older`: no state of the record has it without that.
  bool replaced(const std::string& unit, const Version& newer, const Version& older) {
    if (older.stamp == now.created) return true;
    if (!past) {
      past.emplace();
      for (const auto& record : history())
        if (created(record) == now.created) past->push_back(read_state(record, schema));
    }
    return std::none_of(past->begin(), past->end(), [&](RecordState& state) {
      const Register& had = state.at(unit, schema);
      const auto holds = [&](const Version& version) {
        return std::any_of(had.now.begin(), had.now.end(),
                           [&](const Version& each) { return each.stamp == version.stamp; });
      };
      return holds(newer) && (holds(older) || !covers(had.seen, older.stamp));
    });
  }

  /// False when it is left alone.
  bool take_back(Register& unit, const Register& before, const Register& after, Later later) {
    if (unit.joining == Joining::Greatest || unit.joining == Joining::Least) return true; // never goes back
    if (unit.joining == Joining::Set) {
      take_back_elements(unit.elements, before.elements, after.elements);
      return true;
    }
    const Versions made = without(after.now, before.now), gone = without(before.now, after.now);
    if (made.empty()) return true;
    if (blocked.contains(unit.unit) || common(made, unit.now).empty()) {
      if (later == Later::Overwrite) return overwrite(unit, before, after);
      return !blocked.contains(unit.unit) && is_back(unit, before, after);
    }
    const Versions rest = without(unit.now, made);
    Versions out = rest;
    for (const auto& each : gone)
      if (std::none_of(rest.begin(), rest.end(),
                       [&](const Version& other) { return replaced(unit.unit, other, each); }))
        out.insert(each);
    unit.now = out.empty() ? before.now : std::move(out);
    return true;
  }

  /// Somebody has put back already what the batch changed.
  bool is_back(const Register& unit, const Register& before, const Register& after) const {
    const View is = view(unit, schema), was = view(before, schema), became = view(after, schema);
    bool changed = false, back = true;
    for (const auto& field : fields_of(unit.unit, schema)) {
      if (value_of(was.content, field) == value_of(became.content, field)) continue;
      changed = true;
      back = back && value_of(is.content, field) == value_of(was.content, field);
    }
    return changed && back && !was.conflict && unit.now == standing(unit.unit).now;
  }

  /// What the batch changed goes back; of a group, the rest stays as it is now.
  bool overwrite(Register& unit, const Register& before, const Register& after) const {
    const View is = view(unit, schema), became = view(after, schema);
    Versions out;
    for (const auto& each : before.now) {
      Map content = is.content;
      for (const auto& field : fields_of(unit.unit, schema))
        if (const Value& was = value_of(each.content, field); !(was == value_of(became.content, field)))
          content.set(field, was);
      out.insert({own_content(unit.unit, schema, content), each.stamp});
    }
    unit.now = std::move(out);
    return true;
  }

  bool take_back_marks(const Deletion& before, const Deletion& after, Later later) {
    auto& marks = wanted.deletion.now;
    const Marks made = without(after.now, before.now);
    if (made.empty() || marks == before.now) return true;
    const Marks rest = without(marks, made);
    const bool others = std::any_of(rest.begin(), rest.end(), [&](const MarkVersion& mark) {
      return mark.stamp.device != made.begin()->stamp.device;
    });
    if (others && later != Later::Overwrite) {
      RecordState was = wanted;
      was.deletion = before;
      return presence(was) == presence(wanted);
    }
    marks = before.now;
    return true;
  }

  Presence of(const Deletion& deletion) const {
    RecordState state = wanted;
    state.deletion = deletion;
    return presence(state);
  }
  bool marked() const { return wanted.deletion.now != now.deletion.now; }
  bool disputed() const { return marked() && of(wanted.deletion) == Presence::Disputed; }

  /// The values to be written anew, newest first; where only some go, what shows without them.
  Versions fresh(const Register& unit) const {
    const Versions& stand = standing(unit.unit).now;
    if (contents(unit.now) == contents(stand)) return {};
    Versions out = without(unit.now, stand);
    if (out.empty()) {
      const View left = view(unit, schema);
      out.insert({left.content, left.stamp});
    }
    return out;
  }
};

Reversal::Reversal(const Record& now, const Schema& schema, History history)
    : m_state(std::make_shared<State>(now, schema, std::move(history))) {}

std::vector<std::string> Reversal::take_back(const Record& before, const Record& after, Later later) {
  auto& state = *m_state;
  RecordState old = read_state(before, state.schema), made = read_state(after, state.schema);
  std::vector<std::string> out;
  for (const auto& unit : old.units) // one that only `before` has is gone with it
    made.at(unit.unit, state.schema);
  for (const auto& unit : made.units) {
    state.now.at(unit.unit, state.schema);
    if (!state.take_back(state.wanted.at(unit.unit, state.schema), old.at(unit.unit, state.schema), unit,
                         later) &&
        state.blocked.insert(unit.unit).second)
      out.push_back(unit.unit);
  }
  if (!state.take_back_marks(old.deletion, made.deletion, later) &&
      state.blocked.emplace(Conflict::deletion).second)
    out.emplace_back(Conflict::deletion);
  return out;
}

Record Reversal::shown() const {
  Record out = m_state->base;
  render_state(m_state->wanted, m_state->schema, out);
  return out;
}

Reversal::Fate Reversal::fate() const {
  const auto& state = *m_state;
  if (!state.marked() || state.disputed()) return Fate::AsItIs;
  const auto wanted = state.of(state.wanted.deletion);
  if (wanted == state.of(state.now.deletion)) return Fate::AsItIs;
  return wanted == Presence::Gone ? Fate::Deleted : Fate::Restored;
}

std::size_t Reversal::stamps_before() const {
  std::size_t most = m_state->disputed() ? m_state->wanted.deletion.now.size() : 1;
  for (const auto& unit : m_state->wanted.units)
    if (unit.joining == Joining::Review) most = std::max(most, m_state->fresh(unit).size());
  return most - 1;
}

std::vector<std::string> Reversal::write(Record& record, const Stamp& stamp) const {
  const auto& state = *m_state;
  Stamp first = stamp;
  first.time -= std::chrono::milliseconds{stamps_before()};
  if (first < newest(record))
    throw base::Error(base::Kind::Failure, "the stamp " + to_text(first) + " is older than " + record.type +
                                               " " + record.id.str() + ", last written " +
                                               to_text(newest(record)));
  std::vector<Edit> edits;
  std::vector<const Register*> beside;
  for (const auto& unit : state.wanted.units) {
    const Register& stands = state.standing(unit.unit);
    if (unit.joining == Joining::Set) {
      if (unit.elements != stands.elements) edits.push_back({unit.unit, list_of(unit.elements)});
      continue;
    }
    const auto fresh = state.fresh(unit);
    if (fresh.empty()) continue;
    if (fresh.size() > 1 || !common(unit.now, stands.now).empty()) {
      beside.push_back(&unit);
      continue;
    }
    for (const auto& field : fields_of(unit.unit, state.schema))
      edits.push_back({field, value_of(fresh.begin()->content, field)});
  }
  auto written = core::write(record, state.schema, edits, stamp);
  if (beside.empty() && !state.disputed()) return written;
  RecordState out = read_state(record, state.schema);
  for (const auto* unit : beside) {
    Register& target = out.at(unit->unit, state.schema);
    target.now = common(unit->now, target.now);
    Restamp stamps(stamp);
    for (const auto& version : state.fresh(*unit))
      target.now.insert({version.content, stamps.next()});
    take(target.seen, stamp);
    written.push_back(unit->unit);
  }
  if (state.disputed()) {
    out.deletion.now.clear();
    Restamp stamps(stamp);
    for (const auto& mark : state.wanted.deletion.now)
      out.deletion.now.insert({mark.mark, mark.knew, stamps.next()});
    take(out.deletion.seen, stamp);
    written.emplace_back(Conflict::deletion);
  }
  render_state(out, state.schema, record);
  return written;
}

} // namespace crm::core
