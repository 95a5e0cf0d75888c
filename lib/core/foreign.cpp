#include "core/foreign.hpp"

#include "core/occurrence.hpp"
#include "core/registers.hpp"

#include <algorithm>

namespace crm::core {
namespace {

class ForeignStamps {
 public:
  ForeignStamps(const std::vector<const Record*>& known, const Schema& schema, const Writer& by)
      : m_by(by), m_calendar(calendar_of(by.device)) {
    for (const auto* record : known) {
      m_known.push_back(read_state(*record, schema));
      const auto& state = m_known.back();
      take(m_seen, state.created);
      take(m_seen, dots(state));
      take(m_seen, state.deletion.seen);
      for (const auto& mark : state.deletion.now)
        take(m_seen, mark.knew);
      for (const auto& unit : state.units)
        take(m_seen, unit.seen);
    }
  }

  std::optional<Stamp> look(const RecordState& after) {
    const auto any = [&](auto has) { return std::any_of(m_known.begin(), m_known.end(), has); };
    if (m_known.empty())
      own(after.created);
    else if (!any([&](const RecordState& state) { return is_same(state.created, after.created); }))
      nobody(after.created); // a record is made once
    for (const auto& stamp : after.again)
      if (!any([&](const RecordState& state) { return state.is_creation(stamp); })) own(stamp);
    for (const auto& each : after.units)
      unit(each);
    const auto* was = m_known.size() == 1 ? &m_known.front() : nullptr;
    if (was != nullptr && !(was->deletion == after.deletion) &&
        newest_own(after.deletion) <= newest_own(was->deletion))
      nobody(after.deletion.now.empty() ? after.created : after.deletion.now.begin()->stamp);
    for (const auto& mark : after.deletion.now) {
      if (any([&](const RecordState& state) { return state.deletion.now.contains(mark); })) continue;
      own(mark.stamp);
      seen(mark.knew);
    }
    seen(after.deletion.seen);
    return m_found;
  }

 private:
  bool is_own_device(const std::string& device) const {
    return device == m_by.device || device == m_calendar;
  }
  bool is_own(const Stamp& stamp) const { return stamp.member == m_by.member && is_own_device(stamp.device); }

  void own(const Stamp& stamp) {
    if (is_own(stamp)) return;
    if (!m_found) m_found = stamp;
  }

  /// Something is otherwise than it was, and no new stamp says who did it.
  void nobody(const Stamp& stamp) {
    if (!m_found) m_found = stamp;
  }

  void count(const Stamp& stamp, StampTime& newest) const {
    if (is_own(stamp)) newest = std::max(newest, stamp.time);
  }
  StampTime newest_own(const Deletion& deletion) const {
    StampTime out{};
    for (const auto& mark : deletion.now)
      count(mark.stamp, out);
    return out;
  }
  StampTime newest_own(const Register& unit) const {
    StampTime out{};
    count(unit.last, out);
    for (const auto* versions : {&unit.now, &unit.carried})
      for (const auto& version : *versions)
        count(version.stamp, out);
    for (const auto& element : unit.elements)
      count(element.stamp, out);
    for (const auto& [_, stamps] : unit.added)
      for (const auto& stamp : stamps)
        count(stamp, out);
    return out;
  }

  void seen(const Seen& all) {
    for (const auto& [device, time] : all) {
      const auto at = m_seen.find(device);
      if (!is_own_device(device) && (at == m_seen.end() || at->second < time)) own({time, device, ""});
    }
  }

  void unit(const Register& now) {
    std::vector<const Register*> old;
    for (const auto& state : m_known)
      for (const auto& each : state.units)
        if (each.unit == now.unit) old.push_back(&each);
    if (std::any_of(old.begin(), old.end(), [&](const Register* each) { return *each == now; })) return;
    const auto any = [&](auto has) {
      return std::any_of(old.begin(), old.end(), [&](const Register* each) { return has(*each); });
    };
    if (m_known.size() == 1 && old.size() == 1 && newest_own(now) <= newest_own(*old.front()))
      nobody(now.now.empty() ? now.last : now.now.begin()->stamp);
    const bool best = now.joining == Joining::Greatest || now.joining == Joining::Least;
    for (const auto* versions : {&now.now, &now.carried})
      for (const auto& version : *versions)
        if (!any([&](const Register& each) {
              return each.now.contains(version) || each.carried.contains(version);
            }) &&
            !(best && is_best(version, old)) && !is_nothing(version, old.empty()))
          own(version.stamp);
    for (const auto& element : now.elements)
      if (!any([&](const Register& each) { return each.elements.contains(element); })) own(element.stamp);
    if (now.joining == Joining::Set &&
        !any([&](const Register& each) { return is_same(each.last, now.last); }) && !m_known.empty())
      own(now.last);
    for (const auto& [element, stamps] : now.added)
      for (const auto& stamp : stamps)
        if (!any([&, name = element](const Register& each) {
              const auto at = each.added.find(name);
              return at != each.added.end() && at->second.contains(stamp);
            }))
          own(stamp);
    seen(now.seen);
  }

  /// Of two sides' greatest, the one value has the newer stamp, whichever wrote it.
  static bool is_best(const Version& version, const std::vector<const Register*>& old) {
    bool content = false, stamp = false;
    for (const auto* each : old)
      for (const auto& known : each->now) {
        content = content || known.content == version.content;
        stamp = stamp || is_same(known.stamp, version.stamp);
      }
    return content && stamp;
  }

  /// A unit that was never written: there is nothing under its stamp.
  static bool is_nothing(const Version& version, bool is_new) { return is_new && version.content.empty(); }

  const Writer& m_by;
  std::string m_calendar;
  std::vector<RecordState> m_known;
  Seen m_seen;
  std::optional<Stamp> m_found;
};

bool names_all(const Map& crm, const Map& units_of) {
  const auto units = [](const Map& block) {
    const auto* changed = block.find("changed");
    return changed != nullptr ? changed->if_map() : nullptr;
  };
  const Map *here = units(crm), *there = units(units_of);
  return there == nullptr || std::all_of(there->begin(), there->end(), [&](const auto& unit) {
           return here != nullptr && here->contains(unit.first);
         });
}

/// Which comments there are, the files say; here it is their stamps, which no schema knows as sets.
std::optional<Stamp> foreign_comment(const std::vector<const Record*>& known, const Record& after,
                                     const Writer& by) {
  const auto has_some = [](const Record* record) { return record->crm.contains("comments"); };
  if (!has_some(&after) && std::none_of(known.begin(), known.end(), has_some)) return std::nullopt;
  static const Schema none;
  const Record now = comments_record(after);
  std::vector<Record> before;
  for (const auto* record : known) {
    before.push_back(comments_record(*record));
    if (!names_all(now.crm, before.back().crm)) return created(after); // a stamp is never taken away
  }
  std::vector<const Record*> pointers;
  for (const auto& each : before)
    pointers.push_back(&each);
  return ForeignStamps(pointers, none, by).look(read_state(now, none));
}

} // namespace

std::string calendar_of(std::string_view device) {
  return std::string(device.substr(0, longest_device)) + std::string(calendar_suffix);
}

std::optional<Stamp> foreign_stamp(const std::vector<const Record*>& known, const Record& after,
                                   const Schema& schema, const Writer& by) {
  if (auto found = ForeignStamps(known, schema, by).look(read_state(after, schema))) return found;
  return foreign_comment(known, after, by);
}

bool continues(const Record& fresh, const Record& other, const Schema& schema) {
  return may_recur(schema) && (is_series(fresh) || is_override(fresh)) &&
         is_same(created(fresh), created(other));
}

} // namespace crm::core
