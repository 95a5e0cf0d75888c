#include "app/repair.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/exit_codes.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

struct DoctorOptions {
  bool repair = false;
  app::Depth depth = app::Depth::Usual;
  app::Mode mode = app::Mode::Write;
};

core::Value to_json(const app::Repair& repair) {
  const auto& branch = repair.branch;
  const auto list = [](const std::vector<std::string>& texts) {
    return core::List(texts.begin(), texts.end());
  };
  const auto of_commit = [&](auto text) { return branch.back_to ? core::Value{text()} : core::Value{}; };
  core::Map out;
  out.set("done", repair.done);
  out.set("found", list(branch.found));
  out.set("obstacle", branch.obstacle);
  out.set("branch", branch.branch);
  out.set("commit", of_commit([&] { return branch.back_to->id; }));
  out.set("time", of_commit([&] { return core::to_text(branch.back_to->committer.time); }));
  out.set("summary", of_commit([&] { return branch.back_to->summary; }));
  out.set("lost", static_cast<std::int64_t>(branch.lost));
  out.set("aside", list(branch.aside));
  out.set("remade", static_cast<std::int64_t>(branch.remade));
  out.set("forgotten", list(branch.forgotten));
  return out;
}

void print_json(Context& context, const app::Diagnosis& found, core::Value repair) {
  core::Map document;
  core::List checks, problems;
  for (const auto& check : found.checks) {
    core::Map entry;
    entry.set("name", check.name);
    entry.set("ok", check.ok);
    entry.set("detail", check.detail);
    checks.emplace_back(std::move(entry));
  }
  for (const auto& problem : found.problems) {
    core::Map entry;
    entry.set("file", problem.file);
    entry.set("line", problem.line);
    entry.set("field", problem.field);
    entry.set("found", problem.found);
    entry.set("message", problem.message);
    problems.emplace_back(std::move(entry));
  }
  document.set("schema", "crm.doctor/1");
  document.set("ok", found.ok());
  document.set("checks", std::move(checks));
  document.set("problems", std::move(problems));
  document.set("repair", std::move(repair));
  context.print_json(document);
}

void print_checks(Context& context, const app::Diagnosis& found) {
  const Style style = context.style();
  for (const auto& check : found.checks) {
    std::string detail = base::printable(check.detail, base::Newlines::Keep);
    for (std::size_t at = detail.find('\n'); at != std::string::npos; at = detail.find('\n', at + 1))
      detail.insert(at + 1, std::string(22, ' '));
    context.print(fmt::format("{}  {}  {}\n",
                              style.paint(check.ok ? Role::Good : Role::Bad, check.ok ? "ok  " : "BAD "),
                              base::pad(check.name, 14), detail));
  }
  for (const auto& problem : found.problems)
    context.print("\n  " + base::printable(core::to_text(problem)));
  if (!found.problems.empty()) context.print("\n");
}

/// A store that cannot be opened or read is what a doctor is asked about, and no reason to give up.
app::Diagnosis diagnose(Context& context, app::Depth depth) {
  try {
    return app::diagnose(context.workspace(), depth);
  } catch (const base::Error& error) {
    if (error.kind != base::Kind::Failure) throw;
    return {{{"repository", false, error.message}}, {}};
  }
}

void run_doctor(Context& context, const DoctorOptions& options) {
  const auto& store = context.shared().store;
  const auto repair = app::repair(context.env(), store.empty() ? std::nullopt : std::optional(store),
                                  options.repair ? options.mode : app::Mode::DryRun);
  const bool needed = repair.branch.needed();
  app::Diagnosis found;
  if (!needed || repair.done) found = diagnose(context, options.depth);
  if (needed) found.checks.insert(found.checks.begin(), app::to_check(repair));
  if (!found.ok())
    context.exit_code = exit_code(found.problems.empty() ? base::Kind::Failure : base::Kind::InvalidData);
  if (!context.for_people())
    return print_json(context, found, options.repair && needed ? to_json(repair) : core::Value{});
  print_checks(context, found);
  if (options.repair && !needed)
    context.say(repair.prepared ? "git's settings in this clone are those of a store now"
                                : "HEAD and its newest commit can be read: there is nothing to repair");
}

} // namespace

void add_doctor(CLI::App& root, Context& context) {
  auto options = std::make_shared<DoctorOptions>();
  auto* command = add_command(root, "doctor", "look for what is wrong in the store",
                              "  crm doctor\n  crm doctor --deep\n"
                              "  crm doctor --repair --dry-run  # where the branch would go back to\n"
                              "  crm doctor --repair\n"
                              "Exits 5 when records, schemas or edits by hand are not valid, and 1 when "
                              "anything else is wrong.");
  command->add_flag_callback(
      "--deep", [options] { options->depth = app::Depth::Deep; }, "have git check every object too");
  auto* repair = command->add_flag(
      "--repair", options->repair,
      "after a power cut: move a branch whose newest commit cannot be read back to the last that can");
  add_dry_run(*command, options->mode);
  command->get_option("--dry-run")->needs(repair);
  command->callback([&context, options] { run_doctor(context, *options); });
}

} // namespace crm::cmd
