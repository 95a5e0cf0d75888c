#include "app/conflicts.hpp"
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

/// The unit's value as people read it: each of a group's fields, or what it is called when there is none.
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

/// The rest of a line, and the lines that go on below it.
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

/// Whether what was before is known, and shown.
bool takes_base(const app::Disputed& each, std::size_t index) {
  return each.bases[index] && each.conflicts[index].unit != core::Conflict::deletion;
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

/// Long texts can stand one below the other.
bool can_hold_both(Context& context, const app::Disputed& each, const core::Conflict& conflict) {
  const core::Field* field = context.workspace().schemas().get(each.found.record.type).find(conflict.unit);
  return field != nullptr && field->shape == core::Shape::Prose;
}

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

/// A way to decide it; nothing where it is left alone. What is no answer is asked again.
std::optional<app::Choice> ask_for_one(Context& context, const app::Disputed& each, std::size_t index,
                                       bool& ends) {
  using Side = app::Choice::Side;
  const std::size_t values = each.conflicts[index].values.size();
  const bool base = takes_base(each, index), both = can_hold_both(context, each, each.conflicts[index]);
  for (;;) {
    const auto answer =
        context.ask(fmt::format("  1-{} chooses, {}{}s skips, q ends: ", values,
                                base ? "b takes what was, " : "", both ? "+ takes all of them, " : ""));
    ends = !answer || *answer == "q";
    if (ends || *answer == "s" || answer->empty()) return std::nullopt;
    app::Choice choice;
    choice.side = base && *answer == "b" ? Side::Base : both && *answer == "+" ? Side::Both : Side::Pick;
    if (choice.side != Side::Pick) return choice;
    const bool is_number = answer->size() < 4 && std::all_of(answer->begin(), answer->end(), base::is_digit);
    choice.pick = is_number ? std::stoul(*answer) : 0;
    if (choice.pick > 0 && choice.pick <= values) return choice;
    context.say(fmt::format("there is no value {}: they are 1 to {}", base::printable(*answer), values));
  }
}

/// Says what was decided, or would be. False where there was another conflict by then than was shown.
bool decide(Context& context, const app::ResolveRequest& request) {
  auto& workspace = context.workspace();
  const auto decided = app::resolve_conflict(workspace, request);
  if (!decided) return false;
  const auto& done = *decided;
  answer(context, done, "Resolved");
  if (!context.for_people() || done.records.empty()) return true;
  const auto& record = done.records.front().record;
  const auto& schema = workspace.schemas().get(record.type);
  const auto left = core::conflicts(record, schema);
  for (const auto& conflict : core::conflicts(request.found.record, schema)) {
    const bool open =
        std::any_of(left.begin(), left.end(), [&](const auto& each) { return each.unit == conflict.unit; });
    if (open) continue;
    const bool is_value = conflict.unit != core::Conflict::deletion;
    const std::string what = is_value ? conflict.unit + ": " : "";
    context.print("  " + what);
    print_value(context, 2 + base::width(what),
                is_value ? value_text(context, {request.found, {}, {}, {}}, conflict, record.fields)
                : core::is_deleted(record, schema) ? "it is deleted"
                                                   : "it is kept");
  }
  return true;
}

/// The conflict as it is by now; nothing where somebody has decided it.
std::optional<app::Disputed> as_it_is(Context& context, const app::Disputed& asked, const std::string& unit) {
  auto all = app::disputed(context.workspace(), asked.found.record.type);
  for (auto& each : all) {
    if (each.found.path != asked.found.path) continue;
    std::erase_if(each.conflicts, [&](const auto& conflict) { return conflict.unit != unit; });
    std::vector<app::Disputed> one;
    if (!each.conflicts.empty()) one.push_back(std::move(each));
    app::find_bases(context.workspace(), one);
    return one.empty() ? std::nullopt : std::optional(std::move(one.front()));
  }
  return std::nullopt;
}

/// About its first conflict, until the answer is to what was there when it was given. False when the person
/// ends it.
bool ask_until_decided(Context& context, app::Disputed asked, app::Mode mode) {
  while (true) {
    const auto& conflict = asked.conflicts.front();
    print_conflict(context, asked, 0);
    context.flush();
    bool ends = false;
    const auto choice = ask_for_one(context, asked, 0, ends);
    if (ends) return false;
    if (!choice || decide(context, {asked.found, conflict.unit, *choice, mode, conflict})) return true;
    auto now = as_it_is(context, asked, conflict.unit);
    context.say(now ? "others have written it meanwhile, and nothing was decided yet: choose again"
                    : "it was decided elsewhere meanwhile");
    if (!now) return true;
    asked = *std::move(now);
  }
}

/// One question for each conflict.
void ask_through(Context& context, std::vector<app::Disputed> all, app::Mode mode) {
  app::find_bases(context.workspace(), all);
  for (const auto& each : all)
    for (std::size_t n = 0; n < each.conflicts.size(); ++n) {
      // What was decided before may be part of what the next is about.
      const auto asked = n == 0 ? std::optional(each) : as_it_is(context, each, each.conflicts[n].unit);
      if (asked && !ask_until_decided(context, *asked, mode)) return;
      context.flush();
    }
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

void add_resolve(CLI::App& root, Context& context) {
  struct Options {
    std::string record, field, value;
    app::Mode mode = app::Mode::Write;
    bool ours = false, theirs = false, base = false, both = false;
    std::size_t pick = 0;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(root, "resolve", "decide a conflict",
                  "  crm resolve  # asks, one after the other\n"
                  "  crm resolve ada --pick 2\n  crm resolve whitening --field stage --theirs\n"
                  "  crm resolve ada --field name --value \"Ada King\"\n"
                  "A decision is a batch: it syncs, and `crm undo` brings back what was shown before.");
  complete(context,
           command->add_option("record", options->record, "by its name or id (default: asks)")
               ->type_name("RECORD"),
           Completes::Disputed);
  command->add_option("--field", options->field, "which, when the record has several conflicts")
      ->type_name("FIELD");
  auto* pick =
      command->add_option("--pick", options->pick, "by its number in `crm conflicts`")->type_name("N");
  const std::vector<const CLI::Option*> ways{
      command->add_flag("--ours", options->ours, "what this device wrote"),
      command->add_flag("--theirs", options->theirs, "the newest of another device"),
      command->add_flag("--base", options->base, "as it was before"),
      command->add_flag("--both", options->both, "both texts, one below the other"),
      pick,
      command->add_option("--value", options->value, "another value")->type_name("V")};
  add_dry_run(*command, options->mode);
  command->callback([&context, options, ways, pick] {
    context.want_document();
    auto& workspace = context.workspace();
    using Side = app::Choice::Side;
    app::Choice choice;
    const auto chosen =
        std::count_if(ways.begin(), ways.end(), [](const CLI::Option* way) { return way->count() > 0; });
    if (chosen > 1)
      throw base::Error(base::Kind::Usage, "a conflict is decided in one way",
                        "say one of --ours, --theirs, --base, --pick N, --value V and --both");
    if (options->record.empty() || chosen == 0) {
      auto all = app::disputed(workspace);
      if (!options->record.empty()) {
        const auto wanted = app::resolve(workspace, "", options->record, app::Scope::Stored);
        std::erase_if(all, [&](const auto& each) { return each.found.path != wanted.path; });
      }
      if (all.empty() && options->record.empty()) {
        context.say("nothing waits for a decision");
        if (!context.for_people())
          answer(context, {"", "", "Nothing waits for a decision", options->mode, {}, {}}, "");
        return;
      }
      if (all.empty()) // which is said as in any other way to decide it
        return void(decide(context, {app::resolve(workspace, "", options->record, app::Scope::Stored),
                                     options->field, choice, app::Mode::DryRun}));
      if (!context.wants_prompt())
        throw base::Error(
            base::Kind::Usage, "which value should it be?",
            "say --ours, --theirs, --base, --pick N, --value V or --both; `crm conflicts` shows them");
      return ask_through(context, std::move(all), options->mode);
    }
    choice.side = options->ours       ? Side::Ours
                  : options->theirs   ? Side::Theirs
                  : options->base     ? Side::Base
                  : options->both     ? Side::Both
                  : pick->count() > 0 ? Side::Pick
                                      : Side::Value;
    choice.pick = options->pick;
    choice.value = options->value;
    const auto found = app::resolve(workspace, "", options->record, app::Scope::Stored);
    decide(context, {found, options->field, choice, options->mode});
  });
}

} // namespace crm::cmd
