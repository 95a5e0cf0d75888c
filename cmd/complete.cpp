// `crm complete -- WORDS…`: what could stand in the place of the last word, one a line,
// "candidate<TAB>description".
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/offers.hpp"
#include "cmd/topics.hpp"
#include "cmd/tree.hpp"
#include "core/query.hpp"

#include <algorithm>
#include <set>

namespace crm::cmd {
namespace {

constexpr std::size_t most_rows = 60;

class Completer {
 public:
  Completer(Context& context, std::vector<std::string> words)
      : m_context(context), m_words(std::move(words)) {
    if (m_words.empty()) m_words.emplace_back();
    m_last = m_words.back();
    m_words.pop_back();
  }

  std::string run() {
    walk();
    const auto equals = m_last.find('=');
    const CLI::Option* valued =
        m_waiting == nullptr && m_last.starts_with("--") && equals != std::string::npos
            ? find_option(m_last.substr(0, equals))
            : nullptr;
    if (valued != nullptr) {
      m_before = m_last.substr(0, equals + 1);
      m_last.erase(0, equals + 1);
      values(valued, m_last);
    } else if (m_waiting != nullptr) {
      values(m_waiting, m_last);
    } else if (m_last.starts_with("-")) {
      options();
    } else {
      if (m_positional == 0) commands();
      positionals();
    }
    std::string out;
    for (const auto& [word, description] : m_found)
      out += m_before + word + (description.empty() ? "" : "\t" + description) + "\n";
    return out;
  }

 private:
  /// Follows the words that are there already: into subcommands, past options and their values.
  void walk() {
    m_at = m_context.root;
    for (const auto& word : m_words) {
      if (m_waiting != nullptr) {
        m_waiting = nullptr;
        continue;
      }
      if (word.starts_with("-") && word.size() > 1) {
        const CLI::Option* option = find_option(word.substr(0, word.find('=')));
        if (option != nullptr && option->get_items_expected_max() > 0 && word.find('=') == std::string::npos)
          m_waiting = option;
        continue;
      }
      if (CLI::App* deeper = m_positional == 0 ? find_command(*m_at, word) : nullptr; deeper != nullptr) {
        m_at = deeper;
        continue;
      }
      if (m_positional == 0) default_verb();
      ++m_positional;
      m_given.push_back(word);
    }
  }

  void default_verb() {
    const auto& name = m_at->get_name();
    if (name == "book" || name == "note" || name == "task")
      if (CLI::App* verb = find_command(*m_at, "new")) m_at = verb;
  }

  const CLI::Option* find_option(const std::string& name) const {
    for (const CLI::App* app = m_at; app != nullptr; app = app->get_parent())
      if (const CLI::Option* option = app->get_option_no_throw(name)) return option;
    if (const CLI::App* verb =
            m_at->get_name() == "book" || m_at->get_name() == "note" || m_at->get_name() == "task"
                ? find_command(*m_at, "new")
                : nullptr)
      return verb->get_option_no_throw(name);
    return nullptr;
  }

  void offer(const std::string& word, const std::string& description = {}) {
    if (word.empty() || !base::fold(word).starts_with(base::fold(m_last))) return;
    if (m_seen.insert(word).second) m_found.emplace_back(word, base::printable(description));
  }

  void commands() {
    for (const auto* sub : m_at->get_subcommands({}))
      if (!is_internal(sub->get_name())) offer(sub->get_name(), sub->get_description());
  }

  void options() {
    const CLI::App* verb = m_at;
    if (m_positional == 0 &&
        (m_at->get_name() == "book" || m_at->get_name() == "note" || m_at->get_name() == "task"))
      verb = find_command(*m_at, "new");
    for (const auto* owner : {verb, static_cast<const CLI::App*>(m_context.root)})
      for (const auto* option : owner->get_options())
        for (const auto& name : option->get_lnames())
          offer("--" + name, option->get_description());
  }

  void positionals() {
    const CLI::App* verb = m_at;
    if (m_positional == 0 &&
        (m_at->get_name() == "book" || m_at->get_name() == "note" || m_at->get_name() == "task"))
      verb = find_command(*m_at, "new");
    std::vector<const CLI::Option*> all;
    for (const auto* option : verb->get_options())
      if (option->get_positional()) all.push_back(option);
    if (all.empty()) return;
    values(all[std::min(m_positional, all.size() - 1)], m_last);
  }

  void values(const CLI::Option* option, const std::string& typed) {
    const auto it = m_context.completions.find(option);
    if (it == m_context.completions.end()) return;
    const auto& [what, type] = it->second;
    switch (what) {
    case Completes::Nothing:
      break;
    case Completes::Record:
      records(type.empty() ? given_type() : type, typed);
      if (type.empty() && m_given.empty()) types();
      break;
    case Completes::Type:
      types();
      break;
    case Completes::State:
      states(type.empty() ? given_type() : type);
      break;
    case Completes::Assignment:
      assignments(type.empty() ? given_type() : type, typed);
      break;
    case Completes::Zone:
      for (const char* zone : {"Europe/London", "Europe/Paris", "Europe/Berlin", "America/New_York",
                               "America/Los_Angeles", "Asia/Tokyo", "Australia/Sydney", "UTC"})
        offer(zone);
      break;
    case Completes::Day:
      for (const char* day : {"today", "tomorrow", "mon", "tue", "wed", "thu", "fri", "sat", "sun"})
        offer(day);
      break;
    case Completes::Format:
      for (const char* format : {"table", "json", "ndjson", "csv", "tsv", "yaml"})
        offer(format);
      break;
    case Completes::Shell:
      for (const char* shell : {"bash", "zsh", "fish"})
        offer(shell);
      break;
    case Completes::Topic:
      for (const auto& name : command_names(m_context))
        offer(name);
      for (const auto& topic : topics())
        offer(topic.name, topic.about);
      break;
    case Completes::Remote:
    case Completes::Device:
    case Completes::Batch:
    case Completes::PutAside:
    case Completes::Disputed:
    case Completes::KeyRequest:
    case Completes::Proposal:
      for (const auto& [word, description] : offers(m_context, what))
        offer(word, description);
      break;
    case Completes::Filter:
      filters(type.empty() ? given_type() : type, typed);
      break;
    case Completes::Field:
    case Completes::Columns:
    case Completes::Sort:
      fields(what, type.empty() ? given_type() : type);
      break;
    case Completes::Choice:
      for (const auto word : base::split(type, ','))
        offer(std::string(word));
      break;
    case Completes::Verb:
    case Completes::Folder:
      break;
    }
  }

  std::string given_type() {
    for (const auto& word : m_given)
      if (const auto all = m_context.types(); std::find(all.begin(), all.end(), word) != all.end())
        return word;
    return {};
  }

  void types() {
    for (const auto& type : m_context.types())
      offer(type, m_context.schema(type).title);
  }

  void states(const std::string& type) {
    if (type.empty()) return;
    if (const auto& schema = m_context.schema(type); schema.states)
      for (const auto& state : schema.states->rank)
        offer(state);
  }

  /// What stands before the part that is offered: "-value," of "-value,na".
  void set_aside(std::size_t characters) {
    m_before += m_last.substr(0, characters);
    m_last.erase(0, characters);
  }

  void fields(Completes what, const std::string& type) {
    if (type.empty()) return;
    const auto& schema = m_context.schema(type);
    if (what != Completes::Field) set_aside(m_last.rfind(',') + 1); // 0 where there is none
    if (what == Completes::Sort && m_last.starts_with('-')) set_aside(1);
    for (const auto& field : schema.fields)
      offer(field.name, field.title);
    if (what == Completes::Field) return;
    offer("id");
    offer("created", "when it was added");
    offer("changed", "when it was last changed");
  }

  void assignments(const std::string& type, const std::string& typed) {
    if (type.empty()) return;
    const auto& schema = m_context.schema(type);
    const auto equals = typed.find('=');
    for (const auto& field : schema.fields) {
      if (equals == std::string::npos) {
        offer(field.name + "=", field.title);
      } else if (typed.substr(0, equals) == field.name || typed.substr(0, equals) == field.name + "+" ||
                 typed.substr(0, equals) == field.name + "-") {
        const std::string before = typed.substr(0, equals + 1);
        const bool state = schema.states && field.name == schema.states->field;
        for (const auto& value : state ? schema.states->rank : field.allowed)
          offer(before + value);
        keys(field, before, typed.substr(equals + 1));
      }
    }
  }

  /// "sta" → "status:", "status:bo" → "status:booked", "with:" → keys of members, "@" → saved ones.
  void filters(const std::string& type, const std::string& typed) {
    if (type.empty()) { // a search is about all types
      for (const auto& each : m_context.types())
        filters(each, typed);
      return;
    }
    const auto& schema = m_context.schema(type);
    const auto colon = typed.find(':');
    const std::string negation = typed.starts_with('-') ? "-" : "";
    if (colon == std::string::npos) {
      for (const auto& field : schema.fields)
        offer(negation + field.name + ":", field.title);
      for (const auto& [name, query] : m_context.workspace().settings().filters)
        offer("@" + name, query);
      return;
    }
    const std::string before = typed.substr(0, colon + 1);
    const auto* field =
        core::find_queried(schema, std::string_view(before).substr(negation.size(), colon - negation.size()));
    if (field == nullptr) return;
    const bool state = schema.states && field->name == schema.states->field;
    for (const auto& value : state ? schema.states->rank : field->allowed)
      offer(before + value);
    keys(*field, before, typed.substr(colon + 1));
    offer(before + "none");
    offer(before + "any");
  }

  /// "bob", where the field names others by their keys.
  void keys(const core::Field& field, const std::string& before, const std::string& typed) {
    if (!field.ref || field.ref->by != core::Reference::By::Key) return;
    for (const auto& target : field.ref->types)
      for (const auto& row : m_context.workspace().with_index(
               [&](index::Index& index) { return index.by_key_prefix(target, typed, most_rows); }))
        offer(before + row.key, row.name);
  }

  /// What a record is called; an appointment, which has no name, by whose it is and when.
  std::string description(const index::Row& row) {
    if (row.name != row.id) return row.name;
    const auto record = app::to_record(row);
    std::vector<std::string> out;
    if (const auto& contact = record.text("contact"); !contact.empty())
      if (const auto whose =
              m_context.workspace().with_index([&](index::Index& index) { return index.by_id(contact); }))
        out.push_back(whose->name);
    if (auto start = record.text("start"); !start.empty()) {
      std::replace(start.begin(), start.end(), 'T', ' ');
      out.push_back(start);
    }
    return out.empty() ? row.type : row.type + ": " + base::join(out, ", ");
  }

  void records(const std::string& type, const std::string& typed) {
    auto& workspace = m_context.workspace();
    const auto rows = workspace.with_index([&](index::Index& index) {
      auto out = typed.empty() ? index.list({.type = type, .order = index::Order::Name, .limit = most_rows})
                               : std::vector<index::Row>{};
      const auto add = [&out](const std::vector<index::Row>& more) {
        out.insert(out.end(), more.begin(), more.end());
      };
      if (base::Id::is_prefix(typed)) add(index.by_prefix(typed, type, most_rows));
      if (!typed.empty() && !type.empty()) add(index.by_key_prefix(type, typed, most_rows));
      if (!typed.empty()) add(index.by_part(base::fold(typed), type, most_rows));
      // The first few characters of an id are more often those of a name.
      if (base::Id::may_begin_with(typed) && !base::Id::is_prefix(typed))
        add(index.by_prefix(typed, type, most_rows));
      return out;
    });
    // An appointment, task or deal may be meant by whose it is.
    if (!type.empty() && !typed.empty())
      if (const auto* field = m_context.schema(type).find("contact"); field != nullptr && field->ref)
        records("contact", typed);
    for (const auto& row : rows) {
      if (row.deleted) continue;
      const std::string id = app::short_id(workspace, row.id);
      if (!row.key.empty()) offer(row.key, row.name);
      if (!row.name.empty() && row.name != row.id && row.key.empty() &&
          row.name.find('\n') == std::string::npos)
        offer(base::printable(row.name), row.type + " " + id);
      offer(id, description(row));
    }
  }

  Context& m_context;
  std::vector<std::string> m_words;
  std::string m_last;   ///< what is being typed
  std::string m_before; ///< of `--with=b` all but the "b"
  CLI::App* m_at = nullptr;
  const CLI::Option* m_waiting = nullptr;
  std::size_t m_positional = 0;
  std::vector<std::string> m_given;
  std::set<std::string> m_seen;
  std::vector<std::pair<std::string, std::string>> m_found;
};

} // namespace

std::string candidates(Context& context, std::vector<std::string> words) {
  // `crm as bob …` is completed as what bob does.
  if (words.size() > 2 && words.front() == "as") words.erase(words.begin(), words.begin() + 2);
  try {
    return Completer(context, std::move(words)).run();
  } catch (const base::Error&) {
    return {}; // a shell has no use for an error in the middle of a word: there is nothing to offer
  }
}

} // namespace crm::cmd
