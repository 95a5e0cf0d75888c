#include "app/input.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "cmd/command.hpp"
#include "cmd/views/days.hpp"

namespace crm::cmd {
namespace {

struct DayOptions : ViewOptions {
  bool watch = false;
};

void draw_day(Context& context, const ViewOptions& options, Span span) {
  auto& workspace = context.workspace();
  const auto request = read_view(context, options);
  const auto day = app::day(workspace, request);
  const bool today = day.time.from <= workspace.now() && workspace.now() < day.time.to;
  const auto since = span == Span::Rest && today ? std::optional(workspace.now()) : std::nullopt;
  if (wants_grid(context, options)) {
    print_heading(context, day, Fit::Always);
    const bool drawn = print_day_grid(context, day, request, columns_by(options), since);
    if (drawn) {
      print_clashes(context, {day}, Told::All, Fit::Always);
      print_undecided(context, {day}, Fit::Always);
      print_off(context, day, Fit::Always);
      return print_tasks(context, day, Fit::Always);
    }
    context.discard();
  }
  print_list(context, day);
  print_tasks(context, day, Fit::OnTerminal);
}

void run_day(Context& context, const DayOptions& options) {
  if (options.watch) {
    if (!context.for_people())
      throw base::Error(base::Kind::Usage, "--watch is for people: not with --json or --format");
    return watch(context, [&](Span span) { draw_day(context, options, span); });
  }
  if (context.for_people()) return draw_day(context, options, Span::Whole);
  const auto day = app::day(context.workspace(), read_view(context, options));
  if (context.format() == Format::Json) return context.print_json(day_json(context.workspace(), day));
  print_rows(context, {day});
}

} // namespace

void add_view_options(CLI::App& command, Context& context, ViewOptions& options, Shows shows) {
  complete(context, command.add_option("when", options.when, "the day (default: today)")->type_name("DAY"),
           Completes::Day);
  complete(context, command.add_option("--with", options.member, "of one member")->type_name("MEMBER"),
           Completes::Record, "member");
  complete(context, command.add_option("--in", options.resource, "of one resource")->type_name("RESOURCE"),
           Completes::Record, "resource");
  command.add_option("--location", options.location, "of what is at a place: part of a location")
      ->type_name("PLACE");
  if (shows == Shows::List) return;
  auto* grid = command.add_flag("--grid", options.grid, "as a time grid: the usual picture on a terminal");
  command.add_flag("--list", options.list, "as a list: the usual picture elsewhere")->excludes(grid);
}

app::DayRequest read_view(Context& context, const ViewOptions& options) {
  auto& workspace = context.workspace();
  app::DayRequest request{app::parse_when(workspace, options.when).date, "", "", options.location};
  if (!options.member.empty())
    request.member = app::resolve(workspace, "member", options.member).record.text("key");
  if (!options.resource.empty())
    request.resource = app::resolve(workspace, "resource", options.resource).record.text("key");
  return request;
}

bool wants_grid(const Context& context, const ViewOptions& options) {
  return options.grid || (context.terminal().tty_out && !options.list);
}

By columns_by(const ViewOptions& options) {
  if (!options.by.empty()) return options.by == "resource" ? By::Resource : By::Member;
  const bool of_places = !options.resource.empty() || !options.location.empty();
  return of_places && options.member.empty() ? By::Resource : By::Member;
}

void add_day(CLI::App& root, Context& context) {
  auto options = std::make_shared<DayOptions>();
  auto* command =
      add_command(root, "day", "one day at the front desk: who, when, where, clashes, gaps",
                  "  crm day\n  crm day tomorrow\n  crm day fri --with bob\n  crm day --by resource\n"
                  "  crm day --watch\n"
                  "In the grid: ■ booked  ! clash  ○ no-show  ~ buffer  □ taken by what is not shown\n"
                  "× time off  · free; empty is closed, > is now.");
  add_view_options(*command, context, *options, Shows::Grid);
  complete(
      context,
      command->add_option("--by", options->by, "a column for each member or each resource (default: member)")
          ->type_name("KIND")
          ->check(CLI::IsMember({"member", "resource"})),
      Completes::Choice, "member,resource");
  command->add_flag("--watch", options->watch, "draw it again whenever something changes, until Ctrl-C");
  command->callback([&context, options] { run_day(context, *options); });
}

} // namespace crm::cmd
