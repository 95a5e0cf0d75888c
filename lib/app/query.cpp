#include "app/query.hpp"

#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cmath>

namespace crm::app {
namespace {

using Test = core::Filter::Test;

/// Everything of those types that the word may mean: "with:b" is nobody's wish, "for:ada" may well mean two.
std::vector<std::string> targets(Workspace& workspace, const core::Field& field, const std::string& word) {
  std::vector<std::string> out;
  const auto add = [&](const index::Row& row) {
    const auto& target = field.ref->by == core::Reference::By::Key ? row.key : row.id;
    if (!target.empty() && std::find(out.begin(), out.end(), target) == out.end()) out.push_back(target);
  };
  const auto types = field.ref->types.empty() ? std::vector<std::string>{""} : field.ref->types;
  constexpr std::size_t most = 200;
  for (const auto& type : types)
    workspace.with_index([&](index::Index& index) {
      if (!type.empty())
        if (const auto row = index.by_key(type, word)) return add(*row);
      if (base::Id::is_prefix(word))
        for (const auto& row : index.by_prefix(word, type, most))
          add(row);
      const auto exact = index.by_name(base::fold(word), type, most);
      for (const auto& row : exact.empty() ? index.by_part(base::fold(word), type, most) : exact)
        add(row);
    });
  return out;
}

} // namespace

std::vector<std::string> with_saved(const Settings& settings, const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const auto& word : words) {
    if (!word.starts_with('@')) {
      out.push_back(word);
      continue;
    }
    const auto name = word.substr(1);
    const auto found = std::find_if(settings.filters.begin(), settings.filters.end(),
                                    [&](const auto& filter) { return filter.first == name; });
    if (found == settings.filters.end()) {
      std::vector<std::string> names;
      for (const auto& filter : settings.filters)
        names.push_back("@" + filter.first);
      const auto close = base::suggestions(word, names, 1);
      throw base::Error(base::Kind::Usage, "no saved filter is called \"" + base::printable(word) + "\"",
                        !close.empty()  ? "did you mean " + close.front() + "?"
                        : names.empty() ? "crm.yaml keeps them: `filters: {vips: tag:vip}`"
                                        : "there is: " + base::join(names, ", "));
    }
    // A saved filter holds no other one, so none can hold itself.
    for (auto& each : core::split_words(found->second))
      out.push_back(std::move(each));
  }
  return out;
}

std::variant<core::Query, core::NotAQuery> try_query(Workspace& workspace, const core::Schema& schema,
                                                     const std::vector<std::string>& words) {
  const core::QueryContext context{
      workspace.when_context(),
      [&](const core::Field& field, const std::string& word) { return targets(workspace, field, word); }};
  return core::parse_query(words, schema, context);
}

core::Query parse_query(Workspace& workspace, const core::Schema& schema,
                        const std::vector<std::string>& words) {
  auto parsed = try_query(workspace, schema, with_saved(workspace.settings(), words));
  if (const auto* problem = std::get_if<core::NotAQuery>(&parsed))
    throw base::Error(base::Kind::Usage, "\"" + base::printable(problem->word) + "\": " + problem->message,
                      problem->hint);
  return std::get<core::Query>(std::move(parsed));
}

bool speaks_of(const core::Query& query, const std::string& field) {
  return !field.empty() && std::any_of(query.filters.begin(), query.filters.end(),
                                       [&](const core::Filter& filter) { return filter.field == field; });
}

void narrow(index::Query& wanted, const core::Query& query, const core::Schema& schema) {
  for (const auto& filter : query.filters) {
    if (filter.negated) continue;
    if (filter.test == Test::Is && schema.states && filter.field == schema.states->field &&
        wanted.states.empty())
      wanted.states = filter.values;
    // What has an end also overlaps the range when it begins in it.
    if (filter.test == Test::Range && filter.field == schema.time_field) {
      if (std::isfinite(filter.least) && !wanted.from) wanted.from = static_cast<std::int64_t>(filter.least);
      if (std::isfinite(filter.most) && !wanted.to)
        wanted.to = static_cast<std::int64_t>(std::ceil(filter.most));
    }
    const core::Field* field = schema.find(filter.field);
    if (filter.test == Test::Is && field != nullptr && field->ref && filter.values.size() == 1 &&
        wanted.target.empty())
      wanted.target = filter.values.front();
  }
}

} // namespace crm::app
