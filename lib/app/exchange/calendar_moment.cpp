#include "app/exchange/calendar_moment.hpp"

#include "app/exchange/calendar_zones.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace crm::app {
namespace {

using codec::Component;
using codec::Property;

std::string zone_named(std::string_view tzid, const CalendarZones& zones) {
  if (auto zone = zone_of_tzid(tzid); !zone.empty()) return zone;
  for (const auto& definition : *zones.definitions)
    if (const auto* name = definition.find("TZID"); name != nullptr && name->value == tzid)
      return zone_of_definition(definition);
  return {};
}

} // namespace

void no_time(const Property& property) {
  throw base::Error(base::Kind::InvalidData,
                    property.name + ": \"" + base::fit(base::printable(property.value), 40) + "\" is no time",
                    "like 20261124T140000");
}

CalendarMoment calendar_moment(const Property& property, const CalendarZones& zones,
                               std::vector<std::string>& lost) {
  std::string_view text = base::trim(property.value);
  if (const auto comma = text.find(','); comma != text.npos) text = text.substr(0, comma);
  const bool utc = text.ends_with('Z') || text.ends_with('z');
  if (utc) text.remove_suffix(1);
  const auto local = calendar_time(text);
  if (!local) no_time(property);
  if (text.size() == 8) return {{*local, {}}, zones.store, true, false};
  if (utc) {
    const core::Instant at{local->time_since_epoch()};
    if (const std::string own(property.parameter("X-CRM-ZONE")); core::is_zone(own))
      return {core::to_wall(at, own), own, false, false};
    return {core::to_wall(at, zones.store), zones.store, false, true};
  }
  const auto tzid = property.parameter("TZID");
  if (tzid.empty()) return {calendar_wall(*local, zones.store), zones.store, false, false};
  if (const auto zone = zone_named(tzid, zones); !zone.empty())
    return {calendar_wall(*local, zone), zone, false, false};
  for (const auto& definition : *zones.definitions)
    if (const auto* name = definition.find("TZID"); name != nullptr && name->value == tzid)
      if (const auto offset = offset_by_definition(definition, *local)) {
        lost.emplace_back(
            "TZID: a zone of the calendar's own; its times are kept as what your clocks show then");
        return {core::to_wall(core::Instant{local->time_since_epoch() - *offset}, zones.store), zones.store,
                false, false};
      }
  lost.emplace_back("TZID: a zone that nobody knows; its times are read as yours");
  return {calendar_wall(*local, zones.store), zones.store, false, false};
}

core::Instant instant_of(const CalendarMoment& moment) {
  return core::to_instant(moment.wall, moment.zone);
}

bool zones_are_known(const Component& entry, const CalendarZones& zones) {
  return std::all_of(entry.properties.begin(), entry.properties.end(), [&](const Property& property) {
    const auto tzid = property.parameter("TZID");
    if (tzid.empty() || !zone_named(tzid, zones).empty()) return true;
    return std::any_of(zones.definitions->begin(), zones.definitions->end(),
                       [&](const Component& definition) {
                         const auto* name = definition.find("TZID");
                         return name != nullptr && name->value == tzid;
                       });
  });
}

} // namespace crm::app
