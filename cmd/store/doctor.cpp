#include "app/health.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/exit_codes.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

void run_doctor(Context& context, app::Depth depth) {
  auto& workspace = context.workspace();
  const auto found = app::diagnose(workspace, depth);
  if (!found.ok())
    context.exit_code = exit_code(found.problems.empty() ? base::Kind::Failure : base::Kind::InvalidData);
  if (!context.for_people()) {
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
    return context.print_json(document);
  }
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

} // namespace

void add_doctor(CLI::App& root, Context& context) {
  auto deep = std::make_shared<bool>(false);
  auto* command =
      add_command(root, "doctor", "look for what is wrong in the store", "  crm doctor\n  crm doctor --deep");
  command->add_flag("--deep", *deep, "have git check every object too");
  command->callback([&context, deep] { run_doctor(context, *deep ? app::Depth::Deep : app::Depth::Usual); });
}

} // namespace crm::cmd
