#include "cmd/moment.hpp"

#include "app/input.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace crm::cmd {

std::string read_zone(app::Workspace& workspace, const std::string& zone) {
  if (zone.empty()) return workspace.settings().zone;
  if (!core::is_zone(zone))
    throw base::Error(base::Kind::Usage, "\"" + base::printable(zone) + "\" is not a time zone",
                      "an IANA name like Europe/Paris");
  return zone;
}

app::Moment read_moment(Context& context, const std::string& phrase, const std::string& zone,
                        std::optional<core::LocalTime> seen_from) {
  if (!zone.empty()) read_zone(context.workspace(), zone);
  core::When when = app::parse_when(context.workspace(), phrase, zone, seen_from);
  if (!when.time)
    throw base::Error(
        base::Kind::Usage,
        fmt::format("\"{}\" is {}, but at what time?", base::printable(phrase), core::to_words(when.date)),
        "add the hour: \"" + base::printable(phrase) + " 14:00\"");
  if (context.wants_prompt()) {
    const auto resolved = core::resolve(when.wall(), when.zone);
    if (const auto* twice = std::get_if<core::Overlap>(&resolved)) {
      const auto answered = context.ask(
          fmt::format("{} comes twice that day. 1: {} (first)  2: {} (an hour later)  Which? [1/2] ",
                      core::to_words(when), twice->first_name, twice->second_name));
      if (answered == "1") when.offset = twice->first;
      if (answered == "2") when.offset = twice->second;
    }
  }
  return {app::settled(when), when.zone};
}

} // namespace crm::cmd
