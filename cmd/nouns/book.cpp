#include "app/booking.hpp"
#include "app/free.hpp"
#include "app/input.hpp"
#include "app/records.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/listing.hpp"
#include "cmd/moment.hpp"
#include "cmd/shape.hpp"

namespace crm::cmd {
namespace {

struct BookOptions {
  std::string when, duration, zone, between, until;
  app::BookRequest request;
};

void read_series_options(Context& context, BookOptions& options) {
  auto& repetition = options.request.repetition;
  if (!repetition.every.empty() && !repetition.rrule.empty())
    throw base::Error(base::Kind::Usage, "--every and --rrule exclude each other");
  if (repetition.empty() && (repetition.count || !options.until.empty()))
    throw base::Error(base::Kind::Usage, "--until and --count are for series",
                      "say how often with --every: --every \"week on tue\"");
  if (!options.until.empty()) repetition.until = app::parse_days(context.workspace(), options.until).last;
}

void run_new(Context& context, BookOptions& options) {
  auto& workspace = context.workspace();
  auto& request = options.request;
  const bool between = !options.between.empty();
  if (options.when.empty() != request.first_free || (between && !request.first_free))
    throw base::Error(
        base::Kind::Usage,
        request.first_free     ? "a time and --first-free exclude each other"
        : options.when.empty() ? "crm book wants a time"
                               : "--between goes with --first-free",
        "crm book CONTACT \"tomorrow 14:00\", or crm book CONTACT --first-free --between mon..fri");
  if (request.first_free) {
    request.start.zone = read_zone(workspace, options.zone);
    request.within = app::parse_between(workspace, options.between, request.start.zone);
  } else {
    request.start = read_moment(context, options.when, options.zone);
  }
  if (!options.duration.empty()) request.duration = app::parse_duration(options.duration, "--for");
  read_series_options(context, options);
  answer(context, app::book(workspace, options.request), "Booked");
}

void add_new(CLI::App& book, Context& context) {
  auto options = std::make_shared<BookOptions>();
  auto& request = options->request;
  auto* command =
      add_command(book, "new", "book an appointment (the verb may be left out)",
                  "  crm book ada \"tomorrow 14:00\" --for 45m --with bob --in room-2\n"
                  "  crm book \"Grace Hopper\" \"fri 9:30\" --service first-visit --new\n"
                  "  crm book - now --title \"walk-in\" --for 20m\n"
                  "  crm book ada --first-free --between mon..fri --with any --in room\n"
                  "  crm book ada \"tue 14:00\" --every \"week on tue,thu\" --until 2026-12-18\n"
                  "  crm book ada \"9:00\" --every \"month on last fri\" --count 6 --skip-clashes\n"
                  "Times: `crm help times`.");
  complete(context,
           command->add_option("contact", request.contact, "who for: a name, an id, or - for nobody")
               ->required()
               ->type_name("CONTACT"),
           Completes::Record, "contact");
  complete(
      context,
      command->add_option("when", options->when, "when: \"tomorrow 14:00\", \"next tue 9\", 2026-11-24T14:00")
          ->type_name("WHEN"),
      Completes::Day);
  command->add_flag(
      "--first-free", request.first_free,
      "instead of WHEN: the best slot that `crm free` finds; --with any and --in KIND work then");
  command->add_option("--between", options->between, "the days for --first-free (default: a fortnight)")
      ->type_name("A..B");
  command->add_option("--for", options->duration, "how long: 45m, 1h30m (default: the service's, or 30m)")
      ->type_name("DURATION");
  complete(context,
           command->add_option("--with", request.member, "the member who does it")->type_name("MEMBER"),
           Completes::Record, "member");
  complete(context,
           command->add_option("--in", request.resources, "a room or another resource; may be repeated")
               ->type_name("RESOURCE")
               ->expected(1)
               ->take_all()
               ->allow_extra_args(false),
           Completes::Record, "resource");
  complete(context, command->add_option("--service", request.service, "what it is for")->type_name("SERVICE"),
           Completes::Record, "service");
  command->add_option("--tag", request.tags, "a tag; may be repeated")
      ->type_name("TAG")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--title", request.title, "what to call it")->type_name("TEXT");
  command->add_option("--note", request.notes, "anything to know beforehand")->type_name("TEXT");
  command->add_option("--at", request.location, "a place that is no resource")->type_name("PLACE");
  complete(context,
           command->add_option("--zone", options->zone, "the zone of WHEN, if it is not the store's")
               ->type_name("ZONE"),
           Completes::Zone);
  command->add_flag("--new", request.new_contact, "make the contact if there is none of that name");
  command
      ->add_option("--every", request.repetition.every,
                   "a series: day, \"2 weeks\", \"week on tue,thu\", \"month on 2nd tue\", \"month on 15\", "
                   "\"month on last fri\", year; at the time of WHEN, from its day on")
      ->type_name("RULE");
  command->add_option("--rrule", request.repetition.rrule, "the rule as RFC 5545 writes it")
      ->type_name("RRULE");
  complete(
      context,
      command->add_option("--until", options->until, "the last day on which it may happen")->type_name("DAY"),
      Completes::Day);
  command->add_option("--count", request.repetition.count, "how many times")->type_name("N");
  command->add_flag("--skip-clashes", request.skip_clashes,
                    "cancel the occurrences that clash, with the reason; every occurrence of the next "
                    "366 days is checked, at most 500");
  command->add_option("--set", request.assignments, "another field, as field=value")
      ->type_name("FIELD=VALUE")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  add_force(*command, request.force);
  add_dry_run(*command, request.mode);
  command->callback([&context, options] { run_new(context, *options); });
}

struct MoveOptions {
  std::string when, duration, zone;
  std::vector<std::string> resources;
  app::RebookRequest request;
};

/// "16:00" is on the day that it is on; of a series from one occurrence on, "wed" is the Wednesday after
/// that.
std::optional<core::LocalTime> seen_from(Context& context, const MoveOptions& options) {
  const auto& request = options.request;
  if (request.reach != app::Reach::Future && request.reach != app::Reach::All &&
      app::parse_when(context.workspace(), options.when, options.zone).date_named)
    return std::nullopt;
  const auto found = app::resolve(context.workspace(), "appointment", request.appointment);
  const auto start = core::parse_wall_time(found.record.text("start"));
  if (!start) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(start->time);
}

void add_move(CLI::App& book, Context& context) {
  auto options = std::make_shared<MoveOptions>();
  auto* command = add_command(
      book, "move", "to another time or room",
      "  crm book move 7f3k \"fri 10:00\"\n  crm book move 7f3k \"fri 10:00\" --in room-1 --for 1h\n"
      "  crm book move 7f3k@2026-12-01 \"2026-12-01 16:00\" --future");
  complete(
      context,
      command->add_option("id", options->request.appointment, "the appointment")->required()->type_name("ID"),
      Completes::Record, "appointment");
  complete(context, command->add_option("when", options->when, "the new time")->type_name("WHEN"),
           Completes::Day);
  command->add_option("--for", options->duration, "the new length")->type_name("DURATION");
  complete(context,
           command->add_option("--in", options->resources, "instead of the present rooms and resources")
               ->type_name("RESOURCE")
               ->expected(1)
               ->take_all()
               ->allow_extra_args(false),
           Completes::Record, "resource");
  complete(context, command->add_option("--zone", options->zone, "the zone of WHEN")->type_name("ZONE"),
           Completes::Zone);
  add_force(*command, options->request.force);
  add_reach(*command, options->request.reach);
  add_dry_run(*command, options->request.mode);
  command->callback([&context, options] {
    auto& request = options->request;
    if (!options->when.empty())
      request.start = read_moment(context, options->when, options->zone, seen_from(context, *options));
    if (!options->duration.empty()) request.duration = app::parse_duration(options->duration, "--for");
    if (!options->resources.empty()) request.resources = options->resources;
    if (!request.start && !request.duration && !request.resources)
      throw base::Error(base::Kind::Usage, "crm book move wants a new time, length or room",
                        "crm book move ID \"fri 10:00\"");
    answer(context, app::rebook(context.workspace(), request), "Moved");
  });
}

void add_assign(CLI::App& book, Context& context) {
  auto options = std::make_shared<MoveOptions>();
  auto member = std::make_shared<std::string>();
  auto* command = add_command(book, "assign", "to another member",
                              "  crm book assign 7f3k bob\n  crm book assign 7f3k -  # nobody yet");
  complete(
      context,
      command->add_option("id", options->request.appointment, "the appointment")->required()->type_name("ID"),
      Completes::Record, "appointment");
  complete(context,
           command->add_option("member", *member, "who does it now, or - for nobody")
               ->required()
               ->type_name("MEMBER"),
           Completes::Record, "member");
  add_force(*command, options->request.force);
  add_reach(*command, options->request.reach);
  add_dry_run(*command, options->request.mode);
  command->callback([&context, options, member] {
    options->request.member = *member == "-" ? "" : *member;
    answer(context, app::rebook(context.workspace(), options->request), "Assigned");
  });
}

void add_tag(CLI::App& book, Context& context) {
  struct Options {
    std::string record;
    std::vector<std::string> tags;
    app::Mode mode = app::Mode::Write;
    app::Reach reach = app::Reach::Unsaid;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(book, "tag", "add tags, or take them away", "  crm book tag 7f3k first-visit -- -vip");
  complete(context,
           command->add_option("id", options->record, "the appointment")->required()->type_name("ID"),
           Completes::Record, "appointment");
  command->add_option("tags", options->tags, "tags; behind -- one with a - before it is taken away")
      ->required()
      ->type_name("TAG");
  add_reach(*command, options->reach);
  add_dry_run(*command, options->mode);
  command->callback([&context, options] {
    app::SetRequest request{"appointment", {options->record}, {}, "", options->mode, options->reach};
    for (const auto& tag : options->tags)
      request.assignments.push_back(tag.starts_with("-") ? "tags-=" + tag.substr(1) : "tags+=" + tag);
    answer(context, app::set(context.workspace(), request), "Tagged");
  });
}

void add_cancel(CLI::App& book, Context& context) {
  struct Options {
    std::vector<std::string> records;
    std::string why;
    app::Mode mode = app::Mode::Write;
    app::Reach reach = app::Reach::Unsaid;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(book, "cancel", "call it off; its time is free again",
                  "  crm book cancel 7f3k --why \"has a cold\"\n  crm book cancel 7f3k@2026-12-01\n  "
                  "crm book cancel 7f3k@2026-12-01 --future");
  complete(context, command->add_option("ids", options->records, "appointments")->required()->type_name("ID"),
           Completes::Record, "appointment");
  command->add_option("--why", options->why, "the reason, kept as the field cancelled_because")
      ->type_name("TEXT");
  add_reach(*command, options->reach);
  add_dry_run(*command, options->mode);
  command->callback([&context, options] {
    app::MoveRequest request{"appointment", options->records, "cancel", {}, "",
                             options->mode, options->reach};
    if (!options->why.empty()) request.assignments.push_back("cancelled_because=" + options->why);
    answer(context, app::move_state(context.workspace(), request), "Cancelled");
  });
}

} // namespace

void add_book(CLI::App& root, Context& context) {
  auto* book = add_command(root, "book", "appointments",
                           "  crm book ada \"tomorrow 14:00\" --for 45m --with bob --in room-2\n  crm book "
                           "list --on mon..fri\n  crm book move 7f3k \"fri 10:00\"");
  book->require_subcommand(0, 1);
  add_new(*book, context);
  add_move(*book, context);
  add_assign(*book, context);
  add_cancel(*book, context);
  add_tag(*book, context);
  add_noun_verbs(*book, context, "appointment", {"new", "cancel"});
  book->callback([&context, book] {
    if (!book->get_subcommands().empty()) return;
    ListOptions options;
    options.type = "appointment";
    run_list(context, options);
  });
}

} // namespace crm::cmd
