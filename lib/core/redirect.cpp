#include "core/redirect.hpp"

#include "core/provenance.hpp"
#include "core/registers.hpp"

#include <algorithm>
#include <tuple>

namespace crm::core {
namespace {

bool is_about_merging(std::string_view unit) {
  return unit == redirect_field || unit == knew_field;
}

/// Every stamp whose write the unit still shows.
template <class Each>
void each_shown(const Register& unit, const Each& each) {
  if (unit.joining == Joining::Set) {
    for (const auto& element : unit.elements)
      each(element.stamp);
    each(unit.last);
  } else {
    for (const auto& version : unit.now)
      each(version.stamp);
  }
}

Seen known_to_the_merge(const Record& record, const RecordState& state) {
  Seen out;
  take(out, state.created);
  if (const auto* list = record.get(knew_field).if_list())
    for (const auto& item : *list) {
      const std::string& text = item.string_or_empty();
      const auto space = text.find(' ');
      const auto time = parse_stamp_time(std::string_view(text).substr(0, space));
      if (time && space != std::string::npos && is_name(text.substr(space + 1)))
        take(out, Stamp{*time, text.substr(space + 1), {}});
    }
  return out;
}

} // namespace

bool may_merge(const Schema& schema) {
  const Field* field = schema.find(redirect_field);
  const Field* knew = schema.find(knew_field);
  return field != nullptr && knew != nullptr && knew->shape == Shape::Texts && field->ref &&
         field->ref->by == Reference::By::Id && field->ref->types == std::vector<std::string>{schema.type} &&
         schema.busy.empty();
}

std::optional<Redirect> redirect_of(const Record& record) {
  const std::string& target = record.text(redirect_field);
  if (target.empty()) return std::nullopt;
  return Redirect{target, changed(record, redirect_field)};
}

Landing follow(const std::string& id, const StationAt& at) {
  Landing out{id, {}, false};
  std::vector<std::string> way{id};
  std::vector<Stamp> stamps; ///< of the redirect from each station but the last
  while (true) {
    const Station station = at(way.back());
    if (!station.there && way.size() > 1) {
      way.pop_back();
      out.dangling = true;
    }
    if (!station.there || !station.redirect) {
      out.id = way.back();
      return out;
    }
    stamps.push_back(station.redirect->stamp);
    const std::string& next = station.redirect->target;
    if (const auto met = std::find(way.begin(), way.end(), next); met != way.end()) {
      auto oldest = static_cast<std::size_t>(met - way.begin());
      for (std::size_t i = oldest + 1; i < way.size(); ++i)
        if (std::tie(stamps[i].time, stamps[i].device, way[i]) <
            std::tie(stamps[oldest].time, stamps[oldest].device, way[oldest]))
          oldest = i;
      out.cycle.assign(met, way.end());
      out.id = way[oldest];
      return out;
    }
    if (way.size() > longest_way) return out;
    way.push_back(next);
  }
}

std::vector<Landed> landed(const Record& record, const Schema& schema) {
  std::vector<Landed> out;
  if (record.text(redirect_field).empty()) return out;
  const RecordState state = read_state(record, schema);
  const Seen knew = known_to_the_merge(record, state);
  for (const auto& unit : state.units) {
    if (is_about_merging(unit.unit)) continue;
    Landed one{unit.unit, view(unit, schema).content, {}, state.created};
    bool unknown = false;
    each_shown(unit, [&](const Stamp& stamp) {
      if (covers(knew, stamp)) return;
      unknown = true;
      one.stamp = std::max(one.stamp, stamp);
    });
    if (!unknown) continue;
    for (const auto& element : unit.elements)
      if (!covers(knew, element.stamp)) one.added.push_back(element.value);
    out.push_back(std::move(one));
  }
  return out;
}

List knowledge(const Record& record, const Schema& schema) {
  const RecordState state = read_state(record, schema);
  Seen newest, made;
  take(made, state.created);
  for (const auto& unit : state.units)
    if (!is_about_merging(unit.unit))
      each_shown(unit, [&](const Stamp& stamp) {
        if (!covers(made, stamp)) take(newest, stamp);
      });
  List out;
  for (const auto& [device, time] : newest)
    out.emplace_back(to_text(time) + " " + device);
  std::sort(out.begin(), out.end(), less);
  return out;
}

} // namespace crm::core
