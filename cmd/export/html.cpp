#include "base/error.hpp"
#include "cmd/export/export.hpp"
#include "cmd/page/page.hpp"
#include "cmd/views/days.hpp"

namespace crm::cmd {
namespace {

void run_html(Context& context, const ViewOptions& options) {
  if (!context.for_people())
    throw base::Error(
        base::Kind::Usage, "crm export html writes a page: not with --json or --format",
        "`crm day --json`, `crm report pipeline --json` and `crm sync --status --json` have its numbers");
  if (context.shared().output.empty() && context.terminal().tty_out)
    throw base::Error(base::Kind::Usage, "a page is for a browser, not for a terminal",
                      "crm export html -o day.html, or send it through a pipe");
  const auto request = read_view(context, options);
  context.print(page(context.workspace(), app::overview(context.workspace(), request)));
}

} // namespace

void add_export_html(CLI::App& parent, Context& context) {
  auto options = std::make_shared<ViewOptions>();
  auto* html =
      add_command(parent, "html", "one page with the day, the week, the pipeline, tasks and sync",
                  "  crm export html -o day.html\n  crm export html tomorrow --with bob -o bob.html\n"
                  "  crm export html | ssh web 'cat > day.html'");
  add_view_options(*html, context, *options, Shows::List);
  html->footer(html->get_footer() +
               "\n\nThe file needs nothing else: no network, no script. A phone shows the day as a list, and "
               "paper is the\nday sheet. How fresh it is stands in large letters on top.");
  html->callback([&context, options] { run_html(context, *options); });
}

} // namespace crm::cmd
