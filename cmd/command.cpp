#include "cmd/command.hpp"

namespace crm::cmd {

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& examples) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->fallthrough();
  command->set_help_flag("-h,--help", "this help");
  if (!examples.empty()) command->footer("Examples:\n" + examples);
  return command;
}

std::string summary(const core::Schema& schema) {
  if (schema.description.empty()) return schema.title;
  std::string out = schema.description;
  if (out.ends_with('.')) out.pop_back();
  const auto is_capital = [&](std::size_t at) { return at < out.size() && out[at] >= 'A' && out[at] <= 'Z'; };
  if (is_capital(0) && !is_capital(1)) out.front() = static_cast<char>(out.front() - 'A' + 'a');
  return out;
}

CLI::App* find_command(const CLI::App& parent, const std::string& name) {
  for (const auto* command :
       parent.get_subcommands([&](const CLI::App* each) { return each->get_name() == name; }))
    return const_cast<CLI::App*>(command); // CLI11 gives the commands of a const parent as const; ours is not
  return nullptr;
}

void add_dry_run(CLI::App& command, app::Mode& mode) {
  command.add_flag_callback(
      "-n,--dry-run", [&mode] { mode = app::Mode::DryRun; }, "say what would be written, and write nothing");
}

void add_reach(CLI::App& command, app::Reach& reach) {
  const auto add = [&](const char* name, app::Reach value, const char* says) {
    return command.add_flag_callback(
        name, [&reach, value] { reach = value; }, says);
  };
  auto* one = add("--this", app::Reach::This, "of a series: this occurrence alone (default)");
  auto* future = add("--future", app::Reach::Future, "of a series: this one and those after it");
  auto* all = add("--all", app::Reach::All, "of a series: all of it, what is over included");
  one->excludes(future)->excludes(all);
  future->excludes(all);
}

void add_force(CLI::App& command, std::string& reason) {
  command.add_option("--force", reason, "book over a clash; the reason is kept in the record")
      ->type_name("WHY");
}

} // namespace crm::cmd
