#include "app/query.hpp"

#include "app/redirects.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cmath>

namespace crm::app {
namespace {

using Test = core::Filter::Test;

/// Everything of those types that the word may mean: "with:b" is nobody's wish, "for:ada" may well mean two.
/// The beginning of an id counts where no key, name or whole id is meant: "beth" is a name before all.
std::vector<std::string> targets(Workspace& workspace, const core::Field& field, const std::string& word) {
  const auto types = field.ref->types.empty() ? std::vector<std::string>{""} : field.ref->types;
  const std::string folded = base::fold(word);
  constexpr std::size_t all = 0;
  return workspace.with_index([&](index::Index& index) {
    std::vector<std::string> out;
    const auto add = [&](index::Row row) {
      const bool by_key = field.ref->by == core::Reference::By::Key;
      // Lists show what a merged record counts as in place of its id.
      auto target = by_key ? row.key : landed_row(index, workspace.schemas(), std::move(row)).id;
      if (!target.empty()) out.push_back(std::move(target));
    };
    const auto add_ids = [&](const std::string& type) {
      for (auto& row : index.by_prefix(word, type, all))
        add(std::move(row));
    };
    for (const auto& type : types) {
      if (base::Id::parse(word)) add_ids(type);
      if (auto row = type.empty() ? std::nullopt : index.by_key(type, word)) {
        add(*std::move(row));
        continue;
      }
      auto named = index.by_name(folded, type, all);
      if (named.empty()) named = index.by_part(folded, type, all);
      for (auto& row : named)
        add(std::move(row));
    }
    if (out.empty() && base::Id::is_prefix(word)) std::for_each(types.begin(), types.end(), add_ids);
    return out;
  });
}

/// Lists show what a merged contact counts as in its place.
std::vector<std::string> called(Workspace& workspace, const std::string& word) {
  constexpr std::size_t all = 0;
  auto out = workspace.with_index([&](index::Index& index) {
    std::vector<std::string> ids;
    for (auto& row : index.by_part(word, "contact", all))
      ids.push_back(landed_row(index, workspace.schemas(), std::move(row)).id);
    return ids;
  });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

} // namespace

std::vector<std::string> other_states(Workspace& workspace, const core::Schema& schema) {
  if (!schema.states) return {};
  auto out = workspace.with_index([&](index::Index& index) { return index.states(schema.type); });
  std::erase_if(out, [&](const std::string& state) { return schema.states->next(state) != nullptr; });
  return out;
}

std::vector<std::string> open_states(Workspace& workspace, const core::Schema& schema) {
  auto out = other_states(workspace, schema);
  if (schema.states) out.insert(out.begin(), schema.states->open.begin(), schema.states->open.end());
  return out;
}

std::vector<std::string> with_saved(const Settings& settings, const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const auto& word : words) {
    if (word.starts_with("-@") || word.starts_with("!@"))
      throw base::Error(base::Kind::Usage,
                        "\"" + base::printable(word) + "\": a saved filter cannot be turned round",
                        "a single filter can: `-tag:vip`, and `-email:~" + base::printable(word.substr(1)) +
                            "` for a part of a text");
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
    for (auto& each : core::split_words(found->second)) {
      // So that none can hold itself.
      if (const auto at = each.find_first_not_of("-!"); at != std::string::npos && each[at] == '@')
        throw base::Error(base::Kind::Usage,
                          "the saved filter " + base::printable(word) + " holds \"" + base::printable(each) +
                              "\", and a saved filter holds no other one",
                          "write out in crm.yaml what is meant");
      out.push_back(std::move(each));
    }
  }
  return out;
}

std::variant<core::Query, core::NotAQuery> try_query(Workspace& workspace, const core::Schema& schema,
                                                     const std::vector<std::string>& words) {
  const core::QueryContext context{
      workspace.when_context(),
      [&](const core::Field& field, const std::string& word) { return targets(workspace, field, word); },
      [&](const std::string& word) { return called(workspace, word); },
      [&] { return other_states(workspace, schema); }};
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
