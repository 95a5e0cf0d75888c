// What `--help` prints of a command.
#pragma once

#include <CLI/CLI.hpp>

#include <cstddef>
#include <string>

namespace crm::cmd {

/// In lines of at most `columns`. Of what stands below the options, lines that begin with two blanks are
/// examples, `crm …  # explanation`, and the rest is text.
class HelpPage : public CLI::Formatter {
 public:
  explicit HelpPage(std::size_t columns) : m_columns(columns) {}
  std::string make_description(const CLI::App* app) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* sub) const override;
  std::string make_footer(const CLI::App* app) const override;

 private:
  std::string entry(const std::string& name, const std::string& says, std::size_t column) const;

  std::size_t m_columns;
};

} // namespace crm::cmd
