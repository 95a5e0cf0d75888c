#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/topics.hpp"
#include "cmd/tree.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

constexpr std::size_t topic_columns = 11;

constexpr const char* front_page = R"(crm: scheduling and customer memory that works offline

  crm book ada "tomorrow 14:00" --for 45m --with bob --in room-2
  crm day                                 # who, when, where, clashes, gaps
  crm free --for 45m --with any           # free slots, best first
  crm note ada "wants a revised proposal" --next "call back" --due fri
  crm contact show ada                    # a customer's whole story
  crm search proposal                     # words in all texts
  crm undo                                # the last batch taken back

Every day   book  note  task  day  week  agenda  free  route  search  report
Records     contact  deal  case  service  resource  member  hours  absence
Any type    add  list  show  edit  set  rm  restore  types
Moving      export  import  attachment
Devices     sync  remote  hub  join  conflicts  resolve  checkpoint
Who         whoami  as  policy  audit
The store   init  status  commit  undo  rollback  doctor  git

`crm COMMAND --help` shows options and examples, `crm help TOPIC` explains:
)";

void run_help(Context& context, const std::vector<std::string>& words) {
  if (words.empty()) {
    context.print(front_page);
    for (const auto& topic : topics())
      context.print(fmt::format("  {}  {}\n", base::pad(topic.name, topic_columns), topic.about));
    return;
  }
  for (const auto& topic : topics())
    if (topic.name == words.front()) return context.print(topic.page);
  CLI::App* at = context.root;
  std::string before;
  for (const auto& word : words) {
    CLI::App* deeper = find_command(*at, word);
    if (deeper == nullptr) {
      auto names = command_names(context);
      for (auto& topic : topic_names())
        names.push_back(std::move(topic));
      const auto close = base::suggestions(word, names, 1);
      throw base::Error(base::Kind::Usage, "no help on \"" + base::printable(word) + "\"",
                        close.empty() ? "`crm help` lists the topics"
                                      : "did you mean `crm help " + close.front() + "`?");
    }
    before += (before.empty() ? "" : " ") + at->get_name();
    at = deeper;
  }
  context.print(at->help(before));
}

} // namespace

void add_help(CLI::App& root, Context& context) {
  root.footer("Topics, by `crm help TOPIC`: " + base::join(topic_names(), ", ") + ".");
  auto words = std::make_shared<std::vector<std::string>>();
  auto* command = add_command(root, "help", "help on a command or a topic",
                              "  crm help book new\n  crm help times\n  crm help exit-codes");
  complete(context,
           command->add_option("topic", *words, "a command, or " + base::join(topic_names(), ", "))
               ->type_name("TOPIC"),
           Completes::Topic);
  command->callback([&context, words] { run_help(context, *words); });
}

} // namespace crm::cmd
