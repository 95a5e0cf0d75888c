// crm search: words in all texts.
#include "app/search.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/render/marked.hpp"
#include "cmd/shape.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace crm::cmd {
namespace {

struct SearchOptions {
  app::SearchRequest request;
  std::string sort = "relevance";
};

std::string about(app::Workspace& workspace, const core::Record& record) {
  const std::string& contact = record.text("contact");
  return contact.empty() ? "" : app::name_of(workspace, "contact", contact);
}

core::Map hit_json(app::Workspace& workspace, const app::SearchHit& hit) {
  core::Map out, snippet;
  const auto& schema = workspace.schemas().get(hit.record.type);
  out.set("score", std::round(hit.score * 1e6) / 1e6);
  out.set("record", record_json(hit.record, schema));
  const std::string contact = about(workspace, hit.record);
  out.set("contact_name", contact.empty() ? core::Value{} : core::Value{contact});
  core::List marks;
  for (const auto& [from, to] : in_characters(hit.excerpt.text, hit.excerpt.marks)) {
    core::Map mark;
    mark.set("from", static_cast<std::int64_t>(from));
    mark.set("to", static_cast<std::int64_t>(to));
    marks.emplace_back(std::move(mark));
  }
  snippet.set("field", hit.excerpt.field);
  snippet.set("text", hit.excerpt.text);
  snippet.set("marks", std::move(marks));
  out.set("snippet", hit.excerpt.field.empty() ? core::Value{} : core::Value{std::move(snippet)});
  return out;
}

void print_hit(Context& context, const std::vector<core::Term>& terms, const app::SearchHit& hit) {
  auto& workspace = context.workspace();
  const auto& schema = workspace.schemas().get(hit.record.type);
  const Style style = context.style();
  const Terminal terminal = context.terminal();
  const auto width = static_cast<std::size_t>(terminal.width);
  const std::string name = schema.name_field.empty() ? "" : hit.record.text(schema.name_field);
  std::vector<std::string> rest;
  if (const auto contact = about(workspace, hit.record); !contact.empty()) rest.push_back(contact);
  if (!schema.time_field.empty() && !hit.record.text(schema.time_field).empty())
    rest.push_back(cell(workspace, hit.record, schema, schema.time_field));
  if (schema.states) rest.push_back(hit.record.text(schema.states->field));
  if (hit.record.type == "note") rest.push_back(hit.record.text("kind"));
  std::erase(rest, "");
  const std::string id = app::short_id(workspace, hit.record.id.str());
  const std::string head = id + "  " + base::pad(hit.record.type, 11) + "  ";
  const std::size_t room = width > base::width(head) + 20 ? width - base::width(head) : 20;
  const std::string tail = base::join(rest, ", ");
  const auto found = core::marks(terms, name);
  std::string line = style.paint(Role::Id, id) + head.substr(id.size());
  const std::string shown = terminal.tty_out ? shorten(name, room, terminal) : name;
  line += marked(shown, marks_left(found, name, shown), style);
  const std::size_t left = room - std::min(room, base::width(shown) + (name.empty() ? 0 : 2));
  const std::string end =
      terminal.tty_out ? shorten(base::printable(tail), left, terminal) : base::printable(tail);
  if (!end.empty())
    line += (name.empty() ? "" : "  ") + style.paint(name.empty() ? Role::Plain : Role::Dim, end);
  context.print(line + "\n");
  if (hit.excerpt.field.empty() || hit.excerpt.field == schema.name_field) return;
  constexpr std::size_t indent = 6;
  const auto cut = terminal.tty_out ? around_marks(hit.excerpt, width - indent, terminal) : hit.excerpt;
  context.print(std::string(indent, ' ') + marked(cut.text, cut.marks, style) + "\n");
}

void run_search(Context& context, SearchOptions& options) {
  using By = index::Search::By;
  auto& request = options.request;
  request.by = options.sort == "newest" ? By::Newest : options.sort == "oldest" ? By::Oldest : By::Relevance;
  auto& workspace = context.workspace();
  const auto answer = app::search(workspace, request);
  if (context.for_people()) {
    if (answer.hits.empty())
      return context.say("nothing matches " + base::fit(base::printable(base::join(request.words, " ")), 60));
    for (const auto& hit : answer.hits)
      print_hit(context, answer.terms, hit);
    if (answer.more)
      context.say(fmt::format("the best {}; there are more: --limit 0 shows all", answer.hits.size()));
    return;
  }
  if (context.format() != Format::Json) {
    std::vector<core::Map> rows;
    for (const auto& hit : answer.hits) {
      const auto& schema = workspace.schemas().get(hit.record.type);
      core::Map row = record_json(hit.record, schema);
      const std::string contact = about(workspace, hit.record);
      row.set("contact_name", contact.empty() ? core::Value{} : core::Value{contact});
      row.set("time", schema.time_field.empty() ? core::Value{} : hit.record.get(schema.time_field));
      row.set("state", schema.states ? hit.record.get(schema.states->field) : core::Value{});
      row.set("field", hit.excerpt.field);
      row.set("snippet", hit.excerpt.text);
      row.set("score", std::round(hit.score * 1e6) / 1e6);
      rows.push_back(std::move(row));
    }
    return context.print_rows(
        {"id", "type", "name", "contact_name", "time", "state", "field", "snippet", "score"}, rows);
  }
  core::Map document;
  core::List words, hits;
  for (const auto& term : answer.terms)
    words.emplace_back((term.negated ? "-" : "") + base::join(term.words, " "));
  for (const auto& hit : answer.hits)
    hits.emplace_back(hit_json(workspace, hit));
  document.set("schema", "crm.search/1");
  document.set("words", std::move(words));
  document.set("count", static_cast<std::int64_t>(answer.hits.size()));
  document.set("more", answer.more);
  document.set("hits", std::move(hits));
  context.print_json(document);
}

} // namespace

void add_search(CLI::App& root, Context& context) {
  auto options = std::make_shared<SearchOptions>();
  auto* command =
      add_command(root, "search", "words in the texts of all records, the best match first",
                  "  crm search proposal  # every record with a word that begins so\n"
                  "  crm search ada proposal  # also Ada's notes that say so\n"
                  "  crm search \"revised proposal\"  # these words in a row\n"
                  "  crm search proposal -signed kind:call \"at:>=1 nov\"\n"
                  "  crm search toothache --type note,case --sort newest\n"
                  "Filters are those of lists (`crm help filters`); case and accents do not matter.");
  complete(context,
           command->add_option("words", options->request.words, "words, -words, field:value, @saved")
               ->required()
               ->type_name("WORDS"),
           Completes::Filter);
  complete(context,
           command->add_option("-t,--type", options->request.types, "only of these types")
               ->delimiter(',')
               ->expected(1)
               ->take_all()
               ->allow_extra_args(false)
               ->type_name("TYPE"),
           Completes::Type);
  command->add_option("--limit", options->request.limit, "at most N (default 20; 0: all)")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000000));
  complete(context,
           command->add_option("--sort", options->sort, "relevance (default), newest or oldest")
               ->check(CLI::IsMember({"relevance", "newest", "oldest"}))
               ->type_name("BY"),
           Completes::Choice, "relevance,newest,oldest");
  command->callback([&context, options] { run_search(context, *options); });
}

} // namespace crm::cmd
