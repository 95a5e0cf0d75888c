#include "cmd/help_page.hpp"

#include "base/text.hpp"
#include "cmd/render/lines.hpp"

#include <algorithm>
#include <vector>

namespace crm::cmd {
namespace {

constexpr std::string_view explains = "  # ";

bool is_example(std::string_view line) {
  return line.starts_with("  ");
}

/// One below the other, as far as they fit.
void add_examples(std::string& out, const std::vector<std::string_view>& lines, std::size_t columns) {
  std::size_t widest = 0;
  for (const auto line : lines)
    if (const auto at = line.find(explains); at != std::string_view::npos) widest = std::max(widest, at);
  for (const auto line : lines) {
    const auto at = line.find(explains);
    if (at == std::string_view::npos) {
      out += std::string(line) + "\n";
      continue;
    }
    const auto why = line.substr(at);
    const std::size_t taken = base::width(why);
    const std::size_t column = std::max(at, std::min(widest, columns > taken ? columns - taken : 0));
    out += base::pad(line.substr(0, at), column) + std::string(why) + "\n";
  }
}

} // namespace

std::string HelpPage::entry(const std::string& name, const std::string& says, std::size_t column) const {
  if (says.empty()) return "  " + name + "\n";
  const std::string indent(column, ' ');
  std::string out = "  " + name;
  out = base::width(out) + 2 > column ? out + "\n" + indent : base::pad(out, column);
  return out + base::join(base::wrap(says, m_columns - column), "\n" + indent) + "\n";
}

std::string HelpPage::make_description(const CLI::App* app) const {
  return flowing(app->get_description(), m_columns) + "\n";
}

std::string HelpPage::make_usage(const CLI::App* app, std::string name) const {
  return on_screen(Formatter::make_usage(app, std::move(name)), m_columns);
}

std::string HelpPage::make_option(const CLI::Option* option, bool is_positional) const {
  constexpr std::size_t column = 28;
  std::string says = option->get_description();
  for (const auto* other : option->get_needs())
    says += " (with " + other->get_name() + ")";
  return entry(make_option_name(option, is_positional) + make_option_opts(option), says, column);
}

/// The usage says what must be there; bounds and what excludes what are told when somebody goes too far.
std::string HelpPage::make_option_opts(const CLI::Option* option) const {
  if (option->get_type_size() == 0) return {};
  const std::string type = option->get_type_name();
  return (type.empty() ? "" : " " + type.substr(0, type.find(':'))) +
         (option->get_expected_max() == CLI::detail::expected_max_vector_size ? " ..." : "");
}

std::string HelpPage::make_subcommand(const CLI::App* sub) const {
  constexpr std::size_t column = 15;
  return entry(sub->get_name(), sub->get_description(), column);
}

std::string HelpPage::make_footer(const CLI::App* app) const {
  const std::string footer = app->get_footer();
  std::string out, text;
  std::vector<std::string_view> examples;
  const auto end_block = [&] {
    if (!text.empty()) out += flowing(text, m_columns) + "\n";
    add_examples(out, examples, m_columns);
    text.clear();
    examples.clear();
  };
  for (const auto line : base::split(footer, '\n')) {
    if (is_example(line)) {
      if (!text.empty()) end_block();
      examples.push_back(line);
    } else if (line.empty()) {
      end_block();
      if (!out.ends_with("\n\n") && !out.empty()) out += "\n";
    } else {
      if (!examples.empty()) {
        end_block();
        out += "\n";
      }
      text += (text.empty() ? "" : " ") + std::string(line);
    }
  }
  end_block();
  if (app->get_parent() == nullptr) return out;
  if (!out.empty()) out += "\n";
  return out +
         flowing("All commands take --json, --format, -o, --store and -q too: `crm --help`.", m_columns) +
         "\n";
}

} // namespace crm::cmd
