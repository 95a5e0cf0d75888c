// Contacts for phones, appointments and tasks for calendars.
#include "app/exchange/cards.hpp"
#include "base/error.hpp"
#include "cmd/export/export.hpp"
#include "cmd/render/output_file.hpp"

#include <algorithm>
#include <memory>

namespace crm::cmd {
namespace {

using app::ExportRequest;

struct CardOptions {
  ExportRequest request{.words = {},
                        .only = {"contact"},
                        .deleted = ExportRequest::Deleted::Leave,
                        .from = ExportRequest::From::Index};
  std::string version = "4.0";
};

void run_vcf(Context& context, const CardOptions& options) {
  const auto version = options.version == "3.0" ? app::CardVersion::V3 : app::CardVersion::V4;
  auto& workspace = context.workspace();
  const auto parts = app::export_parts(workspace, options.request);
  store::Repository::keep_nothing();
  const std::string where = context.take_output();
  OutputFile out(where);
  std::vector<std::string> unreadable;
  std::size_t count = 0;
  for (const auto& part : parts)
    app::each_exported(workspace, part, unreadable, [&](const app::Exported& each) {
      out.write(app::to_card(each.record, version));
      ++count;
    });
  out.commit();
  tell_exported(context, count, where, unreadable);
}

void run_ics(Context& context, const ExportRequest& request) {
  auto& workspace = context.workspace();
  const auto parts = app::export_parts(workspace, request);
  store::Repository::keep_nothing();
  const std::string where = context.take_output();
  OutputFile out(where);
  app::CalendarWriter calendar(workspace, [&](const core::Record& record) {
    return std::any_of(parts.begin(), parts.end(), [&](const app::ExportPart& part) {
      return part.schema->type == record.type && app::suits(workspace, part, record);
    });
  });
  std::vector<std::string> unreadable;
  std::size_t count = 0;
  out.write(calendar.head());
  for (const auto& part : parts)
    app::each_exported(workspace, part, unreadable, [&](const app::Exported& each) {
      out.write(calendar.entry(each.record));
      ++count;
    });
  out.write(app::CalendarWriter::foot());
  out.commit();
  tell_exported(context, count, where, unreadable);
}

} // namespace

void add_export_cards(CLI::App& parent, Context& context) {
  auto cards = std::make_shared<CardOptions>();
  auto* vcf = add_command(
      parent, "vcf", "contacts as vCards, for phones and mail programs",
      "  crm export vcf -o contacts.vcf\n  crm export vcf contact tag:vip --vcard 3.0 -o vips.vcf");
  add_export_words(*vcf, context, cards->request);
  vcf->add_option("--vcard", cards->version, "4.0 (RFC 6350), or 3.0 for older phones")
      ->check(CLI::IsMember({"3.0", "4.0"}))
      ->type_name("VERSION");
  vcf->callback([&context, cards] {
    refuse_other_formats(context, "vcf");
    run_vcf(context, *cards);
  });
  auto request = std::make_shared<ExportRequest>(ExportRequest{.words = {},
                                                               .only = {"appointment", "task"},
                                                               .deleted = ExportRequest::Deleted::Leave,
                                                               .from = ExportRequest::From::Index});
  auto* ics = add_command(
      parent, "ics", "appointments and tasks as a calendar",
      "  crm export ics -o practice.ics\n  crm export ics appointment with:bob start:2026-11 -o bob.ics");
  add_export_words(*ics, context, *request);
  ics->callback([&context, request] {
    refuse_other_formats(context, "ics");
    run_ics(context, *request);
  });
}

} // namespace crm::cmd
