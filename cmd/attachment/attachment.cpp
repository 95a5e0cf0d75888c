// Files that belong to records: attach, list, look at, save.
#include "app/attachments.hpp"
#include "app/records.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/render/output_file.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"
#include "store/paths.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

using app::Attached;

constexpr std::size_t shown_digits = 12;

struct Wanted {
  std::string what, name;
  bool force = false;
};

core::Map to_json(const Attached& each) {
  core::Map out;
  out.set("sha256", each.attachment.sha256);
  out.set("name", each.attachment.name);
  out.set("type", each.attachment.type);
  out.set("bytes", static_cast<std::int64_t>(each.attachment.bytes));
  out.set("here", each.here);
  out.set("path", store::attachment_path(each.attachment.sha256));
  out.set("record", each.record);
  out.set("record_type", each.record_type);
  out.set("record_name", each.record_name.empty() ? core::Value{} : core::Value{each.record_name});
  return out;
}

void render(Context& context, const std::vector<Attached>& all) {
  if (!context.for_people()) {
    std::vector<core::Map> rows;
    for (const auto& each : all)
      rows.push_back(to_json(each));
    if (context.format() != Format::Json)
      return context.print_rows(
          {"sha256", "name", "type", "bytes", "here", "path", "record", "record_type", "record_name"}, rows);
    core::Map document;
    document.set("schema", "crm.attachments/1");
    document.set("attachments", core::List(rows.begin(), rows.end()));
    return context.print_json(document);
  }
  if (all.empty())
    return context.say("no attachments: `crm note ada \"signed\" --attach form.pdf` makes one");
  Table table;
  table.column({.heading = "File", .shrink = Shrink::Never});
  table.column({.heading = "Name", .shrink = Shrink::First});
  table.column({.heading = "Type"});
  table.column({.heading = "Size", .align = base::Align::Right});
  table.column({.heading = "Of"});
  for (const auto& each : all)
    table.row({{each.attachment.sha256.substr(0, shown_digits), Role::Id},
               {each.attachment.name, Role::Name},
               {each.attachment.type},
               {each.here ? size_in_words(each.attachment.bytes) : "missing"},
               {each.record_type + " " + app::short_id(context.workspace(), each.record)}});
  context.print(table.render(context.terminal(), context.style()));
}

/// Where it goes: as -o says, into a folder, or here under its own name. Never over what is there.
std::string target(const std::string& asked, const core::Attachment& attachment, bool force) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const std::string name = core::plain_file_name(attachment.name);
  std::string where = asked.empty() ? name : asked;
  if (where.ends_with('/') || fs::is_directory(where, ignored)) where = (fs::path(where) / name).string();
  if (where != "-" && !force && fs::symlink_status(where, ignored).type() != fs::file_type::not_found)
    throw base::Error(base::Kind::Usage, base::printable(where) + " is there already",
                      "`-o OTHER`, or --force to replace it");
  return where;
}

void save(Context& context, const Wanted& wanted) {
  auto& workspace = context.workspace();
  const auto attachment = app::find_attachment(workspace, wanted.what, wanted.name).front().attachment;
  const auto where = target(context.take_output(), attachment, wanted.force);
  app::with_attachment(workspace, attachment, [&](std::string_view bytes) {
    OutputFile out(where);
    out.write(bytes);
    out.commit();
  });
  if (where != "-")
    context.say(fmt::format("Saved {} ({}, {})", base::printable(where), attachment.type,
                            size_in_words(attachment.bytes)));
}

std::shared_ptr<Wanted> add_wanted(CLI::App& command, Context& context) {
  auto wanted = std::make_shared<Wanted>();
  complete(context,
           command
               .add_option("what", wanted->what,
                           "the beginning of its SHA-256, its name, or the record that has it")
               ->required()
               ->type_name("FILE|NAME|ID"),
           Completes::Record, "note");
  command.add_option("name", wanted->name, "which one, where the record has several")->type_name("NAME");
  return wanted;
}

} // namespace

void add_attachment(CLI::App& root, Context& context) {
  auto* noun = add_command(root, "attachment", "files that belong to records: signed forms, photos",
                           "  crm note ada \"consent signed\" --attach form.pdf\n  crm attachment\n"
                           "  crm attachment save form.pdf -o /tmp/");
  noun->require_subcommand(0, 1);
  noun->callback([&context, noun] {
    if (!noun->get_subcommands().empty()) return;
    std::vector<Attached> all;
    app::each_attachment(context.workspace(), "", [&](const Attached& each) { all.push_back(each); });
    render(context, all);
  });
  auto record = std::make_shared<std::string>();
  auto* list =
      add_command(*noun, "list", "all of them, or those of one record", "  crm attachment list 7f3k");
  complete(context, list->add_option("record", *record, "id or name")->type_name("ID"), Completes::Record);
  list->callback([&context, record] {
    std::vector<Attached> all;
    app::each_attachment(context.workspace(), *record, [&](const Attached& each) { all.push_back(each); });
    render(context, all);
  });
  auto* show = add_command(*noun, "show", "one of them, and what names it", "  crm attachment show form.pdf");
  const auto shown = add_wanted(*show, context);
  show->callback([&context, shown] {
    render(context, app::find_attachment(context.workspace(), shown->what, shown->name));
  });
  auto* save_it =
      add_command(*noun, "save", "write one of them into a file",
                  "  crm attachment save form.pdf\n  crm attachment save 7f3k photo -o /tmp/photo.jpg");
  const auto saved = add_wanted(*save_it, context);
  save_it->add_flag("--force", saved->force, "replace a file that is there");
  save_it->callback([&context, saved] { save(context, *saved); });
  auto request = std::make_shared<app::SetRequest>();
  auto id = std::make_shared<std::string>();
  auto* add = add_command(*noun, "add", "attach files to a record of any type that can have them",
                          "  crm attachment add 7f3k form.pdf photo.jpg");
  complete(context, add->add_option("record", *id, "id or name")->required()->type_name("ID"),
           Completes::Record);
  complete(context,
           add->add_option("files", request->attach, "at most 25 MiB each; no programs")
               ->required()
               ->type_name("FILE"),
           Completes::Folder);
  add_dry_run(*add, request->mode);
  add->callback([&context, request, id] {
    request->records = {*id};
    answer(context, app::set(context.workspace(), *request), "Attached to");
  });
}

} // namespace crm::cmd
