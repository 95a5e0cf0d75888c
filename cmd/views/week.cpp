#include "base/error.hpp"
#include "cmd/command.hpp"
#include "cmd/views/days.hpp"

namespace crm::cmd {
namespace {

struct AgendaOptions : ViewOptions {
  int days = 7;
};

/// For those who do not want a picture. True when that was all.
bool answer_scripts(Context& context, const std::vector<app::Day>& days) {
  if (context.for_people()) return false;
  if (context.format() == Format::Json) {
    context.print_json(days_json(context.workspace(), days));
  } else {
    print_rows(context, days);
  }
  return true;
}

/// Days one below the other.
void print_agenda(Context& context, const std::vector<app::Day>& days) {
  for (const auto& day : days) {
    if (&day != &days.front()) context.print("\n");
    print_list(context, day);
    print_tasks(context, day, Fit::OnTerminal);
  }
}

void run_week(Context& context, const ViewOptions& options) {
  constexpr int length = 7;
  auto& workspace = context.workspace();
  auto request = read_view(context, options);
  request.date = app::week_of(workspace, request.date);
  const auto days = app::days(workspace, request, length);
  if (answer_scripts(context, days)) return;
  if (wants_grid(context, options)) {
    context.print(headline(context,
                           core::to_words(days.front().date) + " – " + core::to_words(days.back().date),
                           days.front().zone, Fit::Always) +
                  "\n");
    if (print_week_grid(context, days, request)) {
      print_clashes(context, days, Told::All, Fit::Always);
      return print_undecided(context, days, Fit::Always);
    }
    context.discard();
  }
  print_agenda(context, days);
}

void run_agenda(Context& context, const AgendaOptions& options) {
  const auto days = app::days(context.workspace(), read_view(context, options), options.days);
  if (!answer_scripts(context, days)) print_agenda(context, days);
}

} // namespace

void add_week(CLI::App& root, Context& context) {
  auto options = std::make_shared<ViewOptions>();
  auto* command =
      add_command(root, "week", "a week: a column for each day",
                  "  crm week\n  crm week \"next mon\" --with bob\n  crm week --in room-2 --list");
  add_view_options(*command, context, *options, Shows::Grid);
  command->callback([&context, options] { run_week(context, *options); });
}

void add_agenda(CLI::App& root, Context& context) {
  auto options = std::make_shared<AgendaOptions>();
  auto* command = add_command(root, "agenda", "what comes, day by day",
                              "  crm agenda\n  crm agenda fri --days 3 --with bob");
  add_view_options(*command, context, *options, Shows::List);
  command->add_option("--days", options->days, "how many (default: 7)")
      ->type_name("N")
      ->check(CLI::Range(1, 92));
  command->callback([&context, options] { run_agenda(context, *options); });
}

} // namespace crm::cmd
