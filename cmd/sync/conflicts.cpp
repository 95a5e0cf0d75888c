#include "cmd/sync/conflicts.hpp"

#include "app/resolve.hpp"
#include "app/sync.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/exit_codes.hpp"
#include "cmd/shape.hpp"
#include "cmd/sync/words.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

/// Of a group, what is the same in all values needs no telling.
std::vector<std::string> fields_that_differ(const core::Conflict& conflict) {
  std::vector<std::string> names, out;
  for (const auto& candidate : conflict.values)
    for (const auto& [name, value] : candidate.values)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  const auto in = [](const core::Map& values, const std::string& name) {
    const core::Value* value = values.find(name);
    return value == nullptr ? core::Value{} : *value;
  };
  for (const auto& name : names)
    if (std::any_of(conflict.values.begin(), conflict.values.end(), [&](const auto& candidate) {
          return in(candidate.values, name) != in(conflict.values.front().values, name);
        }))
      out.push_back(name);
  return out.empty() ? names : out;
}

} // namespace

std::string value_text(Context& context, const app::Disputed& each, const core::Conflict& conflict,
                       const core::Map& values) {
  auto& workspace = context.workspace();
  const auto& schema = workspace.schemas().get(each.found.record.type);
  core::Record record = each.found.record;
  record.fields = values;
  std::vector<std::string> parts;
  const auto fields = fields_that_differ(conflict);
  for (const auto& field : fields)
    if (const core::Value* value = values.find(field); value != nullptr && !value->is_null()) {
      const std::string text = base::fit(cell(workspace, record, schema, field, Clock::Named), 200);
      parts.push_back(fields.size() > 1 ? field + " " + text : text);
    }
  return parts.empty() ? "(empty)" : base::join(parts, ", ");
}

namespace {

std::string candidate_text(Context& context, const app::Disputed& each, const core::Conflict& conflict,
                           const core::Conflict::Candidate& candidate) {
  if (conflict.unit != core::Conflict::deletion) return value_text(context, each, conflict, candidate.values);
  if (candidate.deletes) return "deleted";
  const auto& record = each.found.record;
  if (candidate.values == record.fields)
    return "kept, as it is"; // a deletion was taken back: it is about all
  auto& workspace = context.workspace();
  const auto& schema = workspace.schemas().get(record.type);
  std::vector<std::string> parts;
  for (const auto& [field, value] : candidate.values)
    parts.push_back(field + " " +
                    (value.is_null() ? "cleared" : cell(workspace, record, schema, field, Clock::Named)));
  return base::fit("kept, as it was written since: " + base::join(parts, ", "), 200);
}

/// With null for what the others have and it has not.
core::Map with_all_fields(core::Map values, const core::Conflict& conflict,
                          const std::optional<core::Map>& base) {
  const auto complete = [&](const core::Map& other) {
    for (const auto& [name, value] : other)
      if (!values.contains(name)) values.set(name, core::Value{});
  };
  if (conflict.unit == core::Conflict::deletion) return values; // not the same fields are meant
  for (const auto& candidate : conflict.values)
    complete(candidate.values);
  if (base) complete(*base);
  return values;
}

core::Map conflict_json(app::Workspace& workspace, const app::Disputed& each, std::size_t number) {
  const auto& conflict = each.conflicts[number];
  const auto& base = each.bases[number];
  core::Map out;
  core::List values;
  for (const auto& candidate : conflict.values) {
    core::Map entry;
    entry.set("values", with_all_fields(candidate.values, conflict, base));
    entry.set("deletes", candidate.deletes);
    entry.set("shown", candidate.shown);
    entry.set("written", core::to_text(candidate.stamp.time));
    entry.set("device", candidate.stamp.device);
    entry.set("member", candidate.stamp.member);
    values.emplace_back(std::move(entry));
  }
  out.set("type", each.found.record.type);
  out.set("id", each.found.record.id.str());
  out.set("name", label(workspace, each.found.record, workspace.schemas().get(each.found.record.type)));
  out.set("field", conflict.unit);
  out.set("values", std::move(values));
  out.set("base", base ? core::Value(with_all_fields(*base, conflict, base)) : core::Value{});
  return out;
}

} // namespace

void print_value(Context& context, std::size_t indent, const std::string& value) {
  const std::string text = base::printable(base::trim(value), base::Newlines::Keep);
  std::string out, gap;
  for (const auto line : base::split(text, '\n')) {
    out += gap + (line.empty() || gap.empty() ? "" : std::string(indent, ' ')) +
           on_lines(line, context.terminal(), indent);
    gap = "\n";
  }
  context.print(out + "\n");
}

bool takes_base(const app::Disputed& each, std::size_t index) {
  return each.bases[index] && each.conflicts[index].unit != core::Conflict::deletion;
}

bool can_hold_both(Context& context, const app::Disputed& each, const core::Conflict& conflict) {
  const core::Field* field = context.workspace().schemas().get(each.found.record.type).find(conflict.unit);
  return field != nullptr && field->shape == core::Shape::Prose;
}

void print_conflict(Context& context, const app::Disputed& each, std::size_t index) {
  const auto& conflict = each.conflicts[index];
  auto& workspace = context.workspace();
  const Style style = context.style();
  context.print(fmt::format(
      "{}  {} {}: {}\n", style.paint(Role::Id, app::short_id(workspace, each.found.record.id.str())),
      each.found.record.type,
      style.paint(Role::Name, base::printable(label(workspace, each.found.record,
                                                    workspace.schemas().get(each.found.record.type)))),
      style.paint(Role::Warn, conflict.unit)));
  std::size_t number = 0;
  for (const auto& candidate : conflict.values) {
    const std::string who =
        fmt::format("{} on {}, {}", candidate.stamp.member, candidate.stamp.device,
                    past(std::chrono::floor<std::chrono::seconds>(candidate.stamp.time), workspace.now()));
    context.print(fmt::format("  {}  ", ++number));
    print_value(context, 5,
                candidate_text(context, each, conflict, candidate) +
                    (candidate.shown ? "  (shown meanwhile)" : ""));
    context.print("     " + style.paint(Role::Dim, base::printable(who)) + "\n");
  }
  if (const auto& base = each.bases[index]; takes_base(each, index)) {
    context.print(fmt::format("  {}  ", style.paint(Role::Dim, "was")));
    print_value(context, 7, value_text(context, each, conflict, *base));
  }
}

namespace {

/// What may be said of one conflict.
void print_ways(Context& context, const app::Disputed& each) {
  const auto& conflict = each.conflicts.front();
  std::string numbers = "1";
  for (std::size_t number = 2; number <= conflict.values.size(); ++number)
    numbers += fmt::format("|{}", number);
  const auto command = app::command_to_set(context.workspace(), each.found.record, conflict);
  context.print(fmt::format("Decide with: crm resolve {}{} --pick {}, --ours, --theirs{}{}{}\n",
                            app::short_id(context.workspace(), each.found.record.id.str()),
                            each.conflicts.size() > 1 ? " --field " + conflict.unit : "", numbers,
                            takes_base(each, 0) ? ", --base" : "",
                            can_hold_both(context, each, conflict) ? ", --both" : "",
                            conflict.unit == core::Conflict::deletion ? ""
                            : command.empty()                         ? ", --value V"
                                                                      : "; or " + command));
}

/// What may be said of one conflict or another among many.
void print_ways(Context& context, const std::vector<app::Disputed>& all) {
  bool base = false, both = false, fields = false;
  for (const auto& each : all) {
    fields = fields || each.conflicts.size() > 1;
    for (std::size_t n = 0; n < each.conflicts.size(); ++n) {
      base = base || takes_base(each, n);
      both = both || can_hold_both(context, each, each.conflicts[n]);
    }
  }
  context.print(fmt::format("Decide with: crm resolve ID{} --pick N, --ours, --theirs{}{}, --value V\n"
                            "One after the other: crm resolve\n",
                            fields ? " --field FIELD" : "", base ? ", --base" : "", both ? ", --both" : ""));
}

void run_conflicts(Context& context, const std::string& word) {
  context.want_document();
  auto& workspace = context.workspace();
  auto all = app::disputed(workspace);
  if (!word.empty()) {
    const auto wanted = app::resolve(workspace, "", word, app::Scope::Stored);
    std::erase_if(all, [&](const auto& each) { return each.found.path != wanted.path; });
  }
  app::find_bases(workspace, all);
  const auto rules = word.empty() ? app::all_rules(workspace) : app::Rules{};
  if (!all.empty()) context.exit_code = exit_code(base::Kind::Conflicts);
  if (!context.for_people()) {
    core::Map document;
    core::List conflicts;
    for (const auto& each : all)
      for (std::size_t n = 0; n < each.conflicts.size(); ++n)
        conflicts.emplace_back(conflict_json(workspace, each, n));
    document.set("schema", "crm.conflicts/1");
    document.set("conflicts", std::move(conflicts));
    set_rules(document, rules, workspace);
    return context.print_json(document);
  }
  for (const auto& each : all)
    for (std::size_t n = 0; n < each.conflicts.size(); ++n) {
      print_conflict(context, each, n);
      context.print("\n");
    }
  const bool one = all.size() == 1 && all.front().conflicts.size() == 1;
  if (one) print_ways(context, all.front());
  if (!all.empty() && !one) print_ways(context, all);
  const bool broken = !rules.clashes.empty() || !rules.broken.empty();
  if (!all.empty() && broken) context.print("\n");
  print_rules(context, rules);
  if (all.empty() && !broken) context.say("nothing waits for a decision");
}

} // namespace

void add_conflicts(CLI::App& root, Context& context) {
  auto word = std::make_shared<std::string>();
  auto* command =
      add_command(root, "conflicts", "what two devices wrote at once and a person must choose",
                  "  crm conflicts\n  crm conflicts ada --json\n"
                  "Exits 7 when there are values to choose from; CLASH and RULE are told, and do not "
                  "count for that.\nNone of them stops anything: work and sync go on.");
  complete(context, command->add_option("record", *word, "only of this record")->type_name("RECORD"),
           Completes::Disputed);
  command->callback([&context, word] { run_conflicts(context, *word); });
}

} // namespace crm::cmd
