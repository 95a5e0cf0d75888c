#include "cmd/empty_names.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace crm::cmd {
namespace {

void check(const CLI::Option& option) {
  const auto& words = option.results();
  if (std::none_of(words.begin(), words.end(), [](const auto& word) { return base::trim(word).empty(); }))
    return;
  auto name = option.get_positional() ? option.get_type_name() : option.get_name();
  name.erase(0, name.rfind(' ') + 1); // "[TYPE] ID"
  const bool takes_nobody = option.get_description().find("or -") != std::string::npos;
  throw base::Error(base::Kind::Usage, name + " is empty, and an empty word names nothing",
                    std::string("a name or an id is wanted") + (takes_nobody ? "; for nobody: -" : ""));
}

} // namespace

void refuse_empty_names(const CLI::App& root, const Context& context) {
  for (const CLI::App* at = &root; at != nullptr;) {
    for (const auto* option : at->get_options())
      if (const auto known = context.completions.find(option);
          known != context.completions.end() && known->second.what == Completes::Record)
        check(*option);
    const auto deeper = at->get_subcommands();
    at = deeper.empty() ? nullptr : deeper.front();
  }
}

} // namespace crm::cmd
