// `crm export vdir`: a folder for calendar programs.
#include "cmd/calendar/report.hpp"
#include "cmd/export/export.hpp"

namespace crm::cmd {

void add_export_vdir(CLI::App& parent, Context& context) {
  struct Options {
    std::string folder;
    app::ExportRequest request{
        .words = {}, .only = {"appointment"}, .deleted = app::ExportRequest::Deleted::Leave};
    app::Mode mode = app::Mode::Write;
  };
  auto options = std::make_shared<Options>();
  auto* vdir = add_command(parent, "vdir", "a folder with one calendar file for each appointment",
                           "  crm export vdir ~/calendars/practice\n"
                           "  crm export vdir ~/calendars/bob appointment with:bob");
  complete(context,
           vdir->add_option("folder", options->folder,
                            "made when it is missing; files by names of ours are kept in step")
               ->required()
               ->type_name("DIR"),
           Completes::Folder);
  add_export_words(*vdir, context, options->request);
  add_dry_run(*vdir, options->mode);
  vdir->footer(
      vdir->get_footer() +
      "\n\nOne way: what others change in the folder is written over. `crm sync --vdir DIR` goes both "
      "ways. Only\nfiles that differ are written; those whose appointment is called off, or no longer "
      "meant, are removed.");
  vdir->callback([&context, options] {
    report_calendar(context, app::export_calendar_folder(context.workspace(), options->request,
                                                         options->folder, options->mode));
  });
}

} // namespace crm::cmd
