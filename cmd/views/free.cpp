#include "app/free.hpp"
#include "app/availability.hpp"
#include "app/input.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/moment.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"
#include "cmd/views/days.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

constexpr const char* examples =
    "  crm free --for 45m --with any --in room --between mon..fri\n"
    "  crm free --service first-visit --with bob --between \"tomorrow 14:00..fri\"\n"
    "  crm free --for 1h --with bob --with carol --limit 3 --json\n"
    "A slot lies within the hours of all who are wanted, outside their time off, and keeps the service's\n"
    "buffers. The soonest come first; at the same time, those are chosen who are left with the fewest "
    "pieces\n"
    "of free time too short for another one like it. A slot that overlaps one listed before is left out\n"
    "unless --step says how close together starts may be.";

struct FreeOptions {
  std::string duration, between, zone, step;
  std::size_t limit = 10;
  app::FreeRequest request;
};

core::Value key_or_null(const std::string& key) {
  return key.empty() ? core::Value{} : core::Value{key};
}

core::List texts(const std::vector<std::string>& all) {
  core::List out;
  for (const auto& each : all)
    out.emplace_back(each);
  return out;
}

core::Map slot_map(const app::FreeSlot& slot, const std::string& zone) {
  core::Map out;
  out.set("start", core::to_text(core::to_wall(slot.time.from, zone)));
  out.set("end", core::to_text(core::to_wall(slot.time.to, zone)));
  out.set("member", key_or_null(slot.member));
  out.set("resources", texts(slot.resources));
  out.set("other_members", texts(slot.other_members));
  out.set("other_resources", texts(slot.other_resources));
  out.set("scraps", slot.scraps);
  return out;
}

core::Map free_json(const app::Free& free) {
  core::Map out;
  core::List slots;
  for (const auto& slot : free.slots)
    slots.emplace_back(slot_map(slot, free.zone));
  out.set("schema", "crm.free/1");
  out.set("zone", free.zone);
  out.set("from", core::to_text(core::to_wall(free.within.from, free.zone)));
  out.set("to", core::to_text(core::to_wall(free.within.to, free.zone)));
  out.set("minutes", static_cast<std::int64_t>(free.length.count() / 60));
  out.set("service", key_or_null(free.service));
  out.set("slots", std::move(slots));
  return out;
}

/// What the clock shows where those are who are far away: "09:00 America/New_York".
std::string elsewhere(app::Workspace& workspace, const app::FreeSlot& slot, const std::string& zone) {
  std::vector<std::string> zones, out;
  if (!slot.member.empty()) zones.push_back(app::zone_of(workspace, {"member", slot.member}));
  for (const auto& key : slot.resources)
    zones.push_back(app::zone_of(workspace, {"resource", key}));
  for (const auto& there : zones) {
    if (core::offset_at(slot.time.from, there) == core::offset_at(slot.time.from, zone)) continue;
    std::string text = app::clock_words(slot.time.from, there) + " " + there;
    if (out.empty() || out.back() != text) out.push_back(std::move(text));
  }
  return base::join(out, ", ");
}

void print_slots(Context& context, const app::Free& free) {
  auto& workspace = context.workspace();
  const auto words = [&](core::Instant at) {
    return core::to_words(core::to_wall(at, free.zone), free.zone);
  };
  const std::string length = core::to_words(core::Duration{std::chrono::days{0}, free.length});
  if (free.slots.empty())
    return context.say("nothing is free for " + length + " between " + words(free.within.from) + " and " +
                       words(free.within.to));
  context.print(headline(context, "Free for " + length, free.zone, Fit::OnTerminal) + "\n");
  Table table;
  table.column({.heading = "Day", .shrink = Shrink::Never});
  table.column({.heading = "Time", .min = 11, .shrink = Shrink::Never});
  table.column({.heading = "With"});
  table.column({.heading = "In"});
  table.column({.heading = "There"});
  table.column({.heading = "Or", .shrink = Shrink::First});
  for (const auto& slot : free.slots) {
    std::vector<std::string> instead;
    for (const auto* all : {&slot.other_members, &slot.other_resources})
      if (!all->empty()) instead.push_back(base::join(*all, ", "));
    const auto day = std::chrono::floor<std::chrono::days>(core::to_local(slot.time.from, free.zone));
    table.row({{core::to_words(day), Role::Time},
               {clock_range(slot.time, free.zone), Role::Time},
               {slot.member, Role::Name},
               {base::join(slot.resources, ", "), Role::Plain},
               {elsewhere(workspace, slot, free.zone), Role::Dim},
               {base::join(instead, "; "), Role::Dim}});
  }
  context.print(table.render(context.terminal(), context.style()));
}

void run_free(Context& context, FreeOptions& options) {
  auto& workspace = context.workspace();
  auto& request = options.request;
  request.zone = read_zone(workspace, options.zone);
  request.within = app::parse_between(workspace, options.between, request.zone);
  request.most = options.limit;
  if (!options.duration.empty()) request.length = app::parse_duration(options.duration, "--for");
  if (!options.step.empty()) {
    const auto step = app::parse_duration(options.step, "--step");
    if (step.days.count() != 0 || step.time < std::chrono::minutes{5})
      throw base::Error(base::Kind::Usage, "--step: must be at least 5m and less than a day");
    request.step = step.time;
    request.overlapping = true;
  }
  const auto free = app::find_free(workspace, request);
  if (context.format() == Format::Json) return context.print_json(free_json(free));
  if (context.for_people()) return print_slots(context, free);
  std::vector<core::Map> rows;
  for (const auto& slot : free.slots)
    rows.push_back(slot_map(slot, free.zone));
  context.print_rows({"start", "end", "member", "resources", "other_members", "other_resources", "scraps"},
                     rows);
}

} // namespace

void add_free(CLI::App& root, Context& context) {
  auto options = std::make_shared<FreeOptions>();
  auto& request = options->request;
  auto* command = add_command(root, "free", "free slots for what is wanted, best first", examples);
  command->add_option("--for", options->duration, "how long: 45m, 1h30m (default: the service's, or 30m)")
      ->type_name("DURATION");
  complete(
      context,
      command
          ->add_option("--service", request.service, "its length, buffers and resources, and who offers it")
          ->type_name("SERVICE"),
      Completes::Record, "service");
  complete(context,
           command->add_option("--with", request.members, "a member, or any; repeated: any of these")
               ->type_name("MEMBER")
               ->expected(1)
               ->take_all()
               ->allow_extra_args(false),
           Completes::Record, "member");
  complete(context,
           command
               ->add_option("--in", request.resources,
                            "a resource, or any of a kind (room); repeated: all of these")
               ->type_name("RESOURCE")
               ->expected(1)
               ->take_all()
               ->allow_extra_args(false),
           Completes::Record, "resource");
  complete(context,
           command->add_option("--between", options->between, "days or times (default: the next fortnight)")
               ->type_name("A..B"),
           Completes::Day);
  complete(context,
           command->add_option("--zone", options->zone, "to think in, if it is not the store's")
               ->type_name("ZONE"),
           Completes::Zone);
  command->add_option("--step", options->step, "starts so far apart, overlapping ones too (at least 5m)")
      ->type_name("DURATION");
  command->add_option("--limit", options->limit, "at most so many (default: 10)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  command->callback([&context, options] { run_free(context, *options); });
}

} // namespace crm::cmd
