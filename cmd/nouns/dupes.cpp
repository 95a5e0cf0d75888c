// `crm contact dupes`: who may be in the store twice, and why one might think so.
#include "app/duplicates.hpp"
#include "app/reads.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/shape.hpp"

#include <cmath>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

double rounded(double number, double steps) {
  return std::round(number * steps) / steps;
}

core::Map pair_json(const app::DuplicatesFound& found, const core::Likeness& pair) {
  core::Map out;
  core::List why;
  for (const auto& each : pair.evidence) {
    core::Map entry;
    entry.set("field", each.field);
    entry.set("is", std::string(core::to_text(each.kind)));
    entry.set("bits", rounded(each.bits, 100));
    entry.set("what", each.what.empty() ? core::Value{} : core::Value{each.what});
    why.emplace_back(std::move(entry));
  }
  out.set("a", found.records[pair.a].record.id.str());
  out.set("b", found.records[pair.b].record.id.str());
  out.set("score", rounded(pair.score, 10000));
  out.set("implied", pair.implied);
  out.set("why", std::move(why));
  return out;
}

void print_json(Context& context, const app::DuplicatesFound& found, double min_score) {
  core::Map document;
  core::List records, pairs, groups;
  for (const auto& each : found.records) {
    core::Map entry;
    entry.set("id", each.record.id.str());
    entry.set("name", each.name);
    records.emplace_back(std::move(entry));
  }
  for (const auto& pair : found.pairs)
    pairs.emplace_back(pair_json(found, pair));
  for (const auto& group : found.groups) {
    core::List ids;
    for (const auto each : group)
      ids.emplace_back(found.records[each].record.id.str());
    groups.emplace_back(std::move(ids));
  }
  document.set("schema", "crm.contact-dupes/1");
  document.set("min_score", min_score);
  document.set("looked_at", static_cast<std::int64_t>(found.looked_at));
  document.set("records", std::move(records));
  document.set("groups", std::move(groups));
  document.set("pairs", std::move(pairs));
  context.print_json(document);
}

std::string why_text(const core::Likeness& pair) {
  std::vector<std::string> parts;
  for (const auto& each : pair.evidence)
    parts.push_back(fmt::format("{} {}{}{} {:+.0f}", each.field, core::to_text(each.kind),
                                each.what.empty() ? "" : ": ", each.what, each.bits));
  return base::join(parts, ", ");
}

void print_table(Context& context, const app::DuplicatesFound& found, const std::string& type) {
  auto& workspace = context.workspace();
  if (found.looked_at < 2) return context.say(base::count_of(found.looked_at, type) + ": nothing to compare");
  if (found.groups.empty())
    return context.say(fmt::format("none of {} seem to be the same", base::count_of(found.looked_at, type)));
  const Style style = context.style();
  std::vector<std::string> ids;
  for (const auto& each : found.records)
    ids.push_back(each.record.id.str());
  ids = app::short_ids(workspace, ids);
  for (const auto& group : found.groups) {
    for (const auto each : group)
      context.print(fmt::format("{}  {}\n", style.paint(Role::Id, ids[each]),
                                style.paint(Role::Name, base::printable(found.records[each].name))));
    for (const auto& pair : found.pairs)
      if (std::find(group.begin(), group.end(), pair.a) != group.end())
        context.print(fmt::format("  {:3.0f} %  {}{}\n", std::floor(pair.score * 100),
                                  group.size() > 2 ? ids[pair.a] + " " + ids[pair.b] + "  " : "",
                                  style.paint(Role::Dim, base::printable(why_text(pair)))));
    std::string line = fmt::format("  crm {} merge", type);
    for (const auto each : group)
      line += " " + ids[each];
    context.print(line + "\n\n");
  }
}

} // namespace

void add_dupes(CLI::App& noun, Context& context, const std::string& type) {
  auto options = std::make_shared<app::DuplicatesRequest>();
  options->type = type;
  auto* command = add_command(
      noun, "dupes", "which of them may be the same, and why",
      fmt::format(
          "  crm {0} dupes\n  crm {0} dupes ada\n  crm {0} dupes --min-score 0.95 --json\n"
          "Each thing that two records tell counts in bits: + for one person, - against it. Rare things "
          "count more.\nNothing is changed; `crm {0} merge` makes one of them.",
          type));
  complete(context,
           command->add_option("id", options->record, "of this one only: an id or name")->type_name("ID"),
           Completes::Record, type);
  command
      ->add_option(
          "--min-score,--threshold", options->min_score,
          fmt::format("how likely they must be one, 0 to 1 (default: {})", core::DuplicateQuery::usual_score))
      ->type_name("SCORE");
  command->callback([&context, options] {
    if (!(options->min_score > 0 && options->min_score < 1))
      throw base::Error(base::Kind::Usage, "--min-score must be between 0 and 1",
                        "0.6 is usual; 0.95 proposes only what is nearly certain");
    const auto found = app::find_duplicates(context.workspace(), *options);
    std::vector<core::Record> records;
    for (const auto& each : found.records)
      records.push_back(each.record);
    app::note_reads(context.workspace(), "dupes", records);
    if (context.for_people()) return print_table(context, found, options->type);
    print_json(context, found, options->min_score);
  });
}

} // namespace crm::cmd
