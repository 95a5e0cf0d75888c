#include "app/exchange/reading.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/import/report.hpp"
#include "cmd/render/output_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>

namespace crm::cmd {
namespace {

struct ImportOptions {
  std::string file, rejects;
  std::vector<std::string> maps;
  app::ReadOptions read;
  app::ImportRequest request;
};

/// A file, or standard input for "-".
class InputFile {
 public:
  explicit InputFile(const std::string& path) : m_path(path) {
    struct stat there {};
    if (path == "-") {
      m_file = stdin;
    } else if (::stat(path.c_str(), &there) != 0 || (m_file = std::fopen(path.c_str(), "rbe")) == nullptr) {
      throw base::Error(errno == ENOENT ? base::Kind::NotFound : base::Kind::Failure,
                        "cannot read " + base::printable(path) + ": " + std::strerror(errno));
    } else if (S_ISDIR(there.st_mode)) {
      std::fclose(m_file);
      throw base::Error(base::Kind::Usage, base::printable(path) + " is a folder", "name a file in it");
    } else {
      m_size = S_ISREG(there.st_mode) ? static_cast<std::size_t>(there.st_size) : 0;
    }
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    if (m_file != stdin && m_file != nullptr) std::fclose(m_file);
  }
  std::size_t size() const { return m_size; } ///< 0 when it is not known
  std::string_view next() {
    const auto got = std::fread(m_piece.data(), 1, m_piece.size(), m_file);
    if (got == 0 && std::ferror(m_file) != 0)
      throw base::Error(base::Kind::Failure,
                        "cannot read " + base::printable(m_path) + ": " + std::strerror(errno));
    return {m_piece.data(), got};
  }

 private:
  std::string m_path;
  std::FILE* m_file = nullptr;
  std::size_t m_size = 0;
  std::array<char, std::size_t{64} * 1024> m_piece{};
};

std::unique_ptr<app::Reading> make_reading(app::Workspace& workspace, const std::string& format,
                                           const app::ReadOptions& options, app::Intake intake) {
  if (format == "json") return app::read_json(workspace, std::move(intake));
  if (format == "ndjson") return app::read_ndjson(workspace, std::move(intake));
  if (format == "yaml") return app::read_yaml(workspace, std::move(intake));
  if (format == "vcf") return app::read_vcf(workspace, std::move(intake));
  if (format == "ics") return app::read_ics(workspace, options, std::move(intake));
  return app::read_csv(workspace, options, std::move(intake));
}

/// Beside the file that was read, and never over one that is there.
std::string rejects_beside(const ImportOptions& options, const std::string& format) {
  if (!options.rejects.empty()) return options.rejects;
  const std::string stem = options.file == "-" ? "import" : options.file;
  std::error_code ignored;
  for (int n = 1;; ++n) {
    std::string name = fmt::format("{}.rejects{}.{}", stem, n > 1 ? fmt::format("-{}", n) : "", format);
    if (!std::filesystem::exists(name, ignored)) return name;
  }
}

std::string set_aside(const app::Reading& reading, const app::ImportReport& report,
                      const ImportOptions& options, const std::string& format) {
  if (report.rejected.empty() || options.request.mode == app::Mode::DryRun) return {};
  const std::string path = rejects_beside(options, format == "json" ? "ndjson" : format);
  OutputFile out(path);
  out.write(reading.rejects_head());
  for (const auto& row : report.rejected)
    out.write(reading.rejects_row(row));
  out.write(reading.rejects_foot());
  out.commit();
  return path;
}

void run_import(Context& context, ImportOptions options, const std::string& format) {
  InputFile file(options.file);
  auto& workspace = context.workspace();
  for (const auto& map : options.maps) {
    const auto equals = map.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == map.size())
      throw base::Error(base::Kind::Usage, "\"" + base::printable(map) + "\" is not of the form column=field",
                        "--map \"Kundennummer=external\" --map Ort=city");
    options.read.columns.emplace_back(map.substr(0, equals), map.substr(equals + 1));
  }
  if (!options.read.type.empty()) {
    const auto named = workspace.schemas().type_named(options.read.type);
    options.read.type = named.empty() ? workspace.schemas().get(options.read.type).type : named;
  }
  if (!options.read.member.empty())
    options.read.member = app::resolve(workspace, "member", options.read.member).key;
  options.request.format = format;
  options.request.source =
      options.file == "-" ? "standard input" : std::filesystem::path(options.file).filename().string();
  options.request.source = base::fit(base::printable(options.request.source), 60);
  app::Import import(workspace, options.request);
  const auto reading = make_reading(workspace, format, options.read,
                                    {[&](app::Incoming row) { import.take(std::move(row)); },
                                     [&](app::Rejected row) { import.reject(std::move(row)); },
                                     [&](const std::string& what) { import.lose(what); }});
  std::size_t done = 0;
  for (auto piece = file.next(); !piece.empty(); piece = file.next()) {
    reading->feed(piece);
    done += piece.size();
    workspace.progress("Importing", done, file.size());
  }
  reading->finish();
  workspace.progress("", 0, 0);
  const auto report = import.finish();
  report_import(context, report, reading->recognised(), set_aside(*reading, report, options, format));
}

CLI::App* add_format(CLI::App& parent, Context& context, const std::shared_ptr<ImportOptions>& options,
                     const std::string& format, const std::string& description, const std::string& examples) {
  auto* command = add_command(parent, format, description, examples);
  complete(context,
           command->add_option("file", options->file, "the file, or - for standard input")
               ->required()
               ->type_name("FILE"),
           Completes::Folder);
  add_dry_run(*command, options->request.mode);
  command->add_flag_callback(
      "--restore", [options] { options->request.deleted = app::ImportRequest::Deleted::Restore; },
      "bring back what is known and deleted here");
  command
      ->add_option("--rejects", options->rejects, "where bad rows are set aside (default: beside the file)")
      ->type_name("FILE");
  command->footer(
      command->get_footer() +
      "\n\nOne import is one batch: `crm undo` takes it back. What is imported again changes nothing; of "
      "a newer\nfile, what it says anew is written, and what people changed here stays. What is bad is "
      "set aside with\nline and reason, the rest is in, and the exit code is 5.");
  command->callback([&context, options, format] { run_import(context, *options, format); });
  return command;
}

} // namespace

void add_import(CLI::App& root, Context& context) {
  auto* command =
      add_command(root, "import", "take records in from a file",
                  "  crm import csv google-contacts.csv --dry-run\n  crm import ndjson everything.ndjson");
  command->callback([command] {
    if (command->get_subcommands().empty())
      throw base::Error(base::Kind::Usage,
                        "crm import wants a format: csv, vcf, ics, json, ndjson, yaml or all",
                        "crm import csv contacts.csv --dry-run");
  });
  add_import_archive(*command, context);
  const auto fresh = [] { return std::make_shared<ImportOptions>(); };
  auto table = fresh();
  table->read.type = "contact";
  auto* csv =
      add_format(*command, context, table, "csv", "a table: Google Contacts, Outlook, HubSpot, or any other",
                 "  crm import csv contacts.csv --dry-run\n"
                 "  crm import csv kunden.csv --map Kundennummer=external --map Ort=city\n"
                 "  crm import csv --type task tasks.csv");
  complete(
      context,
      csv->add_option("--type", table->read.type, "what the rows are (default: contact)")->type_name("TYPE"),
      Completes::Type);
  csv->add_option("--map", table->maps, "a column to a field, or a part like first, city, external")
      ->type_name("COLUMN=FIELD");
  add_format(*command, context, fresh(), "vcf",
             "contacts from phones and other programs: vCard 2.1, 3.0 and 4.0",
             "  crm import vcf contacts.vcf --dry-run\n  crm import vcf contacts.vcf");
  auto calendar = fresh();
  auto* ics = add_format(*command, context, calendar, "ics", "a calendar: appointments, tasks and notes",
                         "  crm import ics calendar.ics --dry-run\n  crm import ics bobs.ics --with bob");
  complete(
      context,
      ics->add_option("--with", calendar->read.member, "whose calendar it is: the appointments are theirs")
          ->type_name("MEMBER"),
      Completes::Record, "member");
  const std::string example =
      "  crm import {0} everything.{0} --dry-run\n  crm export {0} | crm --store ../copy import {0} -";
  for (const auto& [format, description] : {std::pair{"json", "records as `crm export json` writes them"},
                                            std::pair{"ndjson", "the same, one record a line"},
                                            std::pair{"yaml", "records' own files, one document each"}})
    add_format(*command, context, fresh(), format, description, fmt::format(fmt::runtime(example), format));
}

} // namespace crm::cmd
