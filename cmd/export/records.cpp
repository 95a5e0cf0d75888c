// The formats that hold records as they are, and tables for spreadsheets.
#include "app/exchange/outgoing.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/export/export.hpp"
#include "cmd/render/export_format.hpp"
#include "cmd/render/formats.hpp"
#include "cmd/render/output_file.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

using app::ExportRequest;

struct RecordsOptions {
  ExportRequest request{.words = {}, .only = {}, .deleted = ExportRequest::Deleted::Take};
};

std::string head_of_json(Context& context) {
  auto& workspace = context.workspace();
  core::Map head;
  head.set("schema", "crm.export/1");
  head.set("store", workspace.settings().name);
  head.set("commit", workspace.repository().head());
  std::string text = json_text(head);
  text.pop_back();
  return text + ",\"records\":[";
}

void run_records(Context& context, const ExportRequest& request, const std::string& format) {
  auto& workspace = context.workspace();
  const auto parts = app::export_parts(workspace, request);
  store::Repository::keep_nothing();
  const std::string where = context.take_output();
  OutputFile out(where);
  std::vector<std::string> unreadable;
  std::size_t count = 0;
  if (format == "json") out.write(head_of_json(context));
  for (const auto& part : parts)
    app::each_exported(workspace, part, unreadable, [&](const app::Exported& each) {
      if (format == "yaml") {
        out.write(fmt::format("--- # {}\n{}", each.schema.type, each.text));
        if (!each.text.ends_with('\n')) out.write("\n");
      } else {
        if (format == "json") out.write(count > 0 ? ",\n" : "\n");
        out.write(export_line(each.record));
        if (format == "ndjson") out.write("\n");
      }
      ++count;
    });
  if (format == "json") out.write("\n]}\n");
  out.commit();
  tell_exported(context, count, where, unreadable);
}

void run_csv(Context& context, const ExportRequest& request) {
  auto& workspace = context.workspace();
  const auto parts = app::export_parts(workspace, request);
  store::Repository::keep_nothing();
  std::string where = context.take_output();
  std::error_code ignored;
  const bool folder =
      where.ends_with('/') || (!where.empty() && std::filesystem::is_directory(where, ignored));
  if (parts.size() > 1 && !folder)
    throw base::Error(base::Kind::Usage, "a table holds one type, and this would be several",
                      "name one: `crm export csv contact`, or a folder for one file each: `-o tables/`");
  if (folder) std::filesystem::create_directories(where, ignored);
  while (folder && where.ends_with('/') && where.size() > 1)
    where.pop_back();
  std::vector<std::string> unreadable;
  std::size_t count = 0;
  for (const auto& part : parts) {
    OutputFile out(folder ? where + "/" + part.schema->folder + ".csv" : where);
    out.write(csv_header(*part.schema));
    app::each_exported(workspace, part, unreadable, [&](const app::Exported& each) {
      out.write(csv_row(each.record, each.schema));
      ++count;
    });
    out.commit();
  }
  tell_exported(context, count, where, unreadable);
}

void add_one(CLI::App& parent, Context& context, const std::string& format, const std::string& description,
             const std::string& notes) {
  auto options = std::make_shared<RecordsOptions>();
  auto* command =
      add_command(parent, format, description,
                  fmt::format("  crm export {0} -o everything.{0}\n  crm export {0} contact tag:vip\n"
                              "  crm export {0} appointment start:2026-11 with:bob -o november.{0}",
                              format));
  add_export_words(*command, context, options->request);
  command->add_flag_callback(
      "--live", [options] { options->request.deleted = ExportRequest::Deleted::Leave; },
      "without the records that are deleted");
  command->footer(command->get_footer() + "\n\n" + notes);
  command->callback([&context, options, format] {
    refuse_other_formats(context, format);
    run_records(context, options->request, format);
  });
}

} // namespace

void add_export_records(CLI::App& parent, Context& context) {
  constexpr const char* lossless = "Lossless: what `crm import` makes of it in an empty store are the same "
                                   "records, to the byte. The same\n"
                                   "commit is always the same file.";
  add_one(parent, context, "json", "one JSON document with whole records", lossless);
  add_one(parent, context, "ndjson", "one record a line, as JSON", lossless);
  add_one(parent, context, "yaml", "the records' own files, one document each", lossless);
  auto request = std::make_shared<ExportRequest>();
  request->from = ExportRequest::From::Index;
  auto* csv = add_command(
      parent, "csv", "a table for a spreadsheet, one type a file",
      "  crm export csv contact -o contacts.csv\n  crm export csv appointment start:2026-11 with:bob\n"
      "  crm export csv -o tables/  # a file for each type");
  add_export_words(*csv, context, *request);
  csv->footer(
      csv->get_footer() +
      "\n\nLists are \"a; b\"; what is deeper is JSON. A cell that a spreadsheet would run as a formula "
      "has an\napostrophe in front, which `crm import csv` takes away again.");
  csv->callback([&context, request] {
    refuse_other_formats(context, "csv");
    run_csv(context, *request);
  });
}

} // namespace crm::cmd
