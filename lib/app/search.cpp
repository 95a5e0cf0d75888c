#include "app/search.hpp"

#include "app/occurrences.hpp"
#include "app/project.hpp"
#include "app/query.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/occurrence.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace crm::app {
namespace {

constexpr std::size_t longest_excerpt = 160;

/// "kind" of "-kind:call", or "" when the word is no filter: "12:30" and "https://…" are none.
std::string filtered_field(std::string_view word) {
  if (word.starts_with('-') || word.starts_with('!')) word.remove_prefix(1);
  const auto colon = word.find(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const auto name = word.substr(0, colon);
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || base::is_digit(c);
  });
  if (!plain || base::is_digit(name.front()) || word.substr(colon + 1).starts_with("//")) return {};
  return std::string(name);
}

bool is_stamp(const std::string& field) {
  return field == "created" || field == "changed";
}

/// Which types a search is about, and what the filters mean in each.
class SearchFilters {
 public:
  SearchFilters(Workspace& workspace, const std::vector<std::string>& types,
                const std::vector<std::string>& filters)
      : m_workspace(workspace), m_filters(filters) {
    for (const auto& type : types.empty() ? workspace.schemas().types() : named(types))
      consider(workspace.schemas().get(type));
    if (m_queries.empty()) refuse();
  }

  const core::Query& query(const std::string& type) const { return m_queries.at(type); }

  std::vector<index::Query> within() const {
    std::vector<index::Query> out;
    for (const auto& [type, query] : m_queries) {
      out.push_back({.type = type});
      narrow(out.back(), query, m_workspace.schemas().get(type));
    }
    return out;
  }

 private:
  std::vector<std::string> named(const std::vector<std::string>& words) const {
    std::vector<std::string> out;
    for (const auto& word : words) {
      const auto type = m_workspace.schemas().type_named(word);
      out.push_back(m_workspace.schemas().get(type.empty() ? word : type).type);
    }
    return out;
  }

  void consider(const core::Schema& schema) {
    bool suits = true;
    for (const auto& filter : m_filters) {
      const std::string field = filtered_field(filter);
      const bool known = is_stamp(field) || core::find_queried(schema, field) != nullptr;
      if (known) m_known.push_back(field);
      suits = suits && known;
    }
    for (const auto& field : schema.fields)
      m_fields.push_back(field.name);
    if (!suits) return;
    auto parsed = try_query(m_workspace, schema, m_filters);
    if (auto* query = std::get_if<core::Query>(&parsed)) {
      m_queries.emplace(schema.type, std::move(*query));
    } else if (!m_problem) {
      m_problem = std::get<core::NotAQuery>(std::move(parsed));
    }
  }

  [[noreturn]] void refuse() const {
    if (m_problem)
      throw base::Error(base::Kind::Usage,
                        "\"" + base::printable(m_problem->word) + "\": " + m_problem->message,
                        m_problem->hint);
    for (const auto& filter : m_filters) {
      const std::string field = filtered_field(filter);
      if (std::find(m_known.begin(), m_known.end(), field) != m_known.end()) continue;
      const auto close = base::suggestions(field, m_fields, 1);
      throw base::Error(base::Kind::Usage,
                        "\"" + base::printable(filter) + "\": no type here has a field \"" +
                            base::printable(field) + "\"",
                        (close.empty() ? "" : "did you mean " + close.front() + ":? ") +
                            std::string("To look for the word itself, leave out the colon"));
    }
    throw base::Error(base::Kind::Usage,
                      "no type has all the fields of these filters: " + base::join(m_filters, " "),
                      "`crm types TYPE` lists a type's fields");
  }

  Workspace& m_workspace;
  const std::vector<std::string>& m_filters;
  std::map<std::string, core::Query> m_queries;
  std::vector<std::string> m_known, m_fields;
  std::optional<core::NotAQuery> m_problem;
};

/// Of a series what is found is the first occurrence in the time that the filters ask for, else the next one;
/// the series itself when it is over.
std::optional<core::Record> found_of_series(Workspace& workspace, const index::Row& row,
                                            const core::Schema& schema, const core::Query& filters) {
  constexpr std::size_t most_looked_at = 200;
  const auto suits = [&](const core::Record& record) {
    return core::matches(filters, record, schema, workspace.settings().zone);
  };
  index::Query window{.type = row.type};
  narrow(window, filters, schema);
  const auto at = [](std::int64_t time) { return core::Instant{std::chrono::seconds{time}}; };
  const bool timed = window.from || window.to;
  const core::Instant from = window.from ? at(*window.from)
                             : timed     ? at(row.from.value_or(0))
                                         : workspace.now();
  const core::Instant to = window.to ? at(*window.to) : std::max(from, workspace.now()) + looked_ahead;
  for (const auto& each : rows_of_series(workspace, row, {from, to}, most_looked_at))
    if (core::Record occurrence = to_record(each); suits(occurrence)) return occurrence;
  core::Record series = to_record(row);
  return !timed && suits(series) ? std::optional(std::move(series)) : std::nullopt;
}

} // namespace

SearchAnswer search(Workspace& workspace, const SearchRequest& request) {
  SearchAnswer out;
  std::vector<std::string> filters;
  std::size_t words = 0;
  for (const auto& word : with_saved(workspace.settings(), request.words)) {
    if (!filtered_field(word).empty()) {
      filters.push_back(word);
    } else if (auto term = core::parse_term(word)) {
      words += term->words.size();
      out.terms.push_back(std::move(*term));
    }
  }
  if (std::all_of(out.terms.begin(), out.terms.end(), [](const auto& term) { return term.negated; }))
    throw base::Error(
        base::Kind::Usage,
        filters.empty() && out.terms.empty() ? "there is no letter and no digit to look for"
                                             : "search wants a word to look for",
        "like `crm search proposal kind:call`; filters alone are for lists: `crm note list kind:call`");
  if (words > core::most_words)
    throw base::Error(base::Kind::Usage,
                      "search looks for at most " + std::to_string(core::most_words) +
                          " words at once, and these are " + std::to_string(words),
                      "a few that stand out find the same");
  const SearchFilters scope(workspace, request.types, filters);
  const index::Search wanted{out.terms, scope.within(), request.by};
  // A series is found by its words. Whether it suits is a question about its occurrences, which is not to be
  // asked while the index is being read: until then it counts for nothing.
  struct Candidate {
    index::Row row;
    core::Record record;
    double score;
    bool series;
  };
  std::vector<Candidate> candidates;
  workspace.with_index([&](index::Index& index) {
    candidates.clear();
    std::size_t certain = 0;
    index.search(wanted, [&](const index::Row& row, double score) {
      core::Record record = to_record(row);
      const auto& schema = workspace.schemas().get(row.type);
      const bool series = core::read_series(record, schema).has_value();
      if (!series && !core::matches(scope.query(row.type), record, schema, workspace.settings().zone))
        return true;
      candidates.push_back({row, std::move(record), score, series});
      if (!series) ++certain;
      return request.limit == 0 || certain <= request.limit;
    });
  });
  for (auto& each : candidates) {
    const auto& schema = workspace.schemas().get(each.row.type);
    auto found = each.series ? found_of_series(workspace, each.row, schema, scope.query(each.row.type))
                             : std::optional(each.record);
    if (!found) continue;
    out.more = request.limit != 0 && out.hits.size() == request.limit;
    if (out.more) break;
    auto excerpt = core::excerpt(out.terms, core::searched(each.record, schema), longest_excerpt);
    out.hits.push_back({*std::move(found), each.score, std::move(excerpt)});
  }
  return out;
}

} // namespace crm::app
