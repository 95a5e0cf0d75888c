#include "app/route.hpp"
#include "app/input.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/shape.hpp"
#include "cmd/views/days.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

core::Value text_or_null(const std::string& text) {
  return text.empty() ? core::Value{} : core::Value{text};
}

core::Map stop_json(app::Workspace& workspace, const app::Stop& stop, const std::string& zone) {
  core::Map out, contact;
  out.set("record", record_json(stop.entry.record, workspace.schemas().get(stop.entry.record.type)));
  out.set("start", core::to_text(core::to_wall(stop.entry.time.from, zone)));
  out.set("end", core::to_text(core::to_wall(stop.entry.time.to, zone)));
  if (stop.contact) {
    contact.set("id", stop.contact->id.str());
    contact.set("name", stop.entry.contact);
    out.set("contact", std::move(contact));
  } else {
    out.set("contact", core::Value{});
  }
  core::List phones, clashes;
  for (const auto& phone : stop.phones)
    phones.emplace_back(phone);
  for (const auto& id : stop.entry.clashes)
    clashes.emplace_back(id);
  out.set("address", text_or_null(stop.address));
  out.set("phones", std::move(phones));
  out.set("clashes", std::move(clashes));
  out.set("notes", records_json(workspace, stop.notes));
  out.set("tasks", records_json(workspace, stop.tasks));
  return out;
}

core::Map route_json(app::Workspace& workspace, const app::Route& route) {
  core::Map out;
  core::List stops;
  for (const auto& stop : route.stops)
    stops.emplace_back(stop_json(workspace, stop, route.zone));
  out.set("schema", "crm.route/1");
  out.set("date", core::to_text(route.date));
  out.set("zone", route.zone);
  out.set("member", route.member);
  out.set("stops", std::move(stops));
  out.set("tasks", records_json(workspace, route.tasks));
  return out;
}

/// The page: each paragraph broken to the width, its later lines below its text.
class Page {
 public:
  explicit Page(Context& context)
      : m_context(context), m_width(static_cast<std::size_t>(std::max(context.terminal().width, 40))) {}

  void line(const std::string& text) { m_context.print(text + "\n"); }
  void paragraph(const std::string& lead, const std::string& text) {
    std::string before = "   " + lead;
    for (const auto& part : base::split(text, '\n'))
      for (const auto& broken :
           base::wrap(base::printable(base::trim(part)), m_width - base::width(before))) {
        m_context.print(before + broken + "\n");
        before = std::string(base::width(before), ' ');
      }
  }

 private:
  Context& m_context;
  std::size_t m_width;
};

std::string task_line(app::Workspace& workspace, const core::Record& task) {
  const auto& schema = workspace.schemas().get(task.type);
  std::string out = task.text("title");
  if (const auto due = cell(workspace, task, schema, "due"); !due.empty()) out += " (due " + due + ")";
  return out;
}

void print_stop(Context& context, Page& page, const app::Stop& stop, std::size_t number,
                const std::string& zone) {
  auto& workspace = context.workspace();
  const Style style = context.style();
  const auto& record = stop.entry.record;
  std::string head = fmt::format("{:>2} {}  {}", number, clock_range(stop.entry.time, zone),
                                 stop.entry.contact.empty() ? "–" : stop.entry.contact);
  page.line(style.paint(Role::Name, base::printable(head)) + "  " +
            style.paint(Role::Id, app::short_id(workspace, record.id.str())) +
            (stop.entry.state == "booked" ? "" : "  " + base::printable(stop.entry.state)) +
            (stop.entry.clashes.empty() ? "" : "  " + style.paint(Role::Bad, "CLASH")));
  std::vector<std::string> what;
  for (const char* field : {"title", "service"})
    if (const auto& text = record.text(field); !text.empty() && text != stop.entry.contact)
      what.push_back(text);
  what.insert(what.end(), stop.entry.where.begin(), stop.entry.where.end());
  if (!what.empty()) page.paragraph("", base::join(what, ", "));
  if (!stop.address.empty())
    page.paragraph("", stop.name_of_place.empty() ? stop.address : stop.name_of_place + ", " + stop.address);
  if (!stop.phones.empty()) page.paragraph("", base::join(stop.phones, ", "));
  if (const auto& notes = record.text("notes"); !notes.empty()) page.paragraph("! ", notes);
  for (const auto& note : stop.notes) {
    const auto& schema = workspace.schemas().get(note.type);
    const std::string kind = note.text("kind").empty() ? "" : " " + note.text("kind");
    page.paragraph("- ", cell(workspace, note, schema, schema.time_field) + kind + ": " + note.text("text"));
  }
  for (const auto& task : stop.tasks)
    page.paragraph("[ ] ", task_line(workspace, task));
}

void print_route(Context& context, const app::Route& route) {
  auto& workspace = context.workspace();
  const Style style = context.style();
  Page page(context);
  page.line(style.paint(Role::Heading, base::printable(app::name_of(workspace, "member", route.member)) +
                                           "  " + core::to_words(route.date)) +
            "  " + route.zone +
            fmt::format("  {} stop{}", route.stops.size(), route.stops.size() == 1 ? "" : "s"));
  for (const auto& off : route.off)
    page.paragraph("× ",
                   app::off_words(off.time, route.zone) + (off.reason.empty() ? "" : "  " + off.reason));
  for (std::size_t i = 0; i < route.stops.size(); ++i) {
    const auto& stop = route.stops[i];
    page.line("");
    print_stop(context, page, stop, i + 1, route.zone);
    if (stop.until_next > std::chrono::seconds{0})
      page.line(style.paint(Role::Dim,
                            "   … " + core::to_words(core::Duration{std::chrono::days{0}, stop.until_next}) +
                                " until the next"));
  }
  if (route.tasks.empty()) return;
  page.line("");
  page.line(style.paint(Role::Heading, "Also due"));
  for (std::size_t i = 0; i < std::min(route.tasks.size(), shown_tasks); ++i)
    page.paragraph("[ ] ", task_line(workspace, route.tasks[i]));
  if (route.tasks.size() > shown_tasks)
    page.paragraph("", and_more(route.tasks.size() - shown_tasks, route.tasks_command));
}

} // namespace

void add_route(CLI::App& root, Context& context) {
  struct Options {
    std::string when = "today", member;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(root, "route", "a field worker's day on one page: stops, addresses, notes, tasks",
                  "  crm route --with bob\n  crm route tomorrow --with bob | lp");
  complete(context, command->add_option("when", options->when, "the day (default: today)")->type_name("DAY"),
           Completes::Day);
  complete(context,
           command->add_option("--with", options->member, "whose (default: yours)")->type_name("MEMBER"),
           Completes::Record, "member");
  command->callback([&context, options] {
    auto& workspace = context.workspace();
    const std::string member = options->member.empty()
                                   ? workspace.member()
                                   : app::resolve(workspace, "member", options->member).record.text("key");
    const auto route = app::route(workspace, app::parse_when(workspace, options->when).date, member);
    if (context.for_people()) return print_route(context, route);
    if (context.format() == Format::Json) return context.print_json(route_json(workspace, route));
    std::vector<core::Map> rows;
    for (const auto& stop : route.stops) {
      core::Map row = stop_json(workspace, stop, route.zone);
      row.set("id", stop.entry.record.id.str());
      row.set("contact", stop.entry.contact);
      rows.push_back(std::move(row));
    }
    context.print_rows({"id", "start", "end", "contact", "address", "phones"}, rows);
  });
}

} // namespace crm::cmd
