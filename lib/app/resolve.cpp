#include "app/resolve.hpp"

#include "app/refusal.hpp"
#include "base/id.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

constexpr std::size_t shown_candidates = 8;

std::vector<index::Row> in_scope(std::vector<index::Row> rows, Scope scope) {
  std::erase_if(rows, [&](const index::Row& row) {
    return (scope == Scope::Live && row.deleted) || (scope == Scope::Deleted && !row.deleted);
  });
  return rows;
}

std::string noun(std::string_view type) {
  return type.empty() ? "record" : std::string(type);
}

[[noreturn]] void ambiguous(Workspace& workspace, std::string_view type, std::string_view word,
                            const std::vector<index::Row>& rows) {
  std::string message = fmt::format("\"{}\" could be any of {}{} {}s:", base::printable(word),
                                    rows.size() > shown_candidates ? "more than " : "",
                                    std::min(rows.size(), shown_candidates), noun(type));
  core::List candidates;
  for (const auto& row : rows) {
    if (candidates.size() == shown_candidates) break;
    const std::string id = short_id(workspace, row.id);
    message +=
        fmt::format("\n  {}  {}{}", id, type.empty() ? row.type + "  " : "", base::printable(row.name));
    core::Map candidate;
    candidate.set("id", row.id);
    candidate.set("type", row.type);
    candidate.set("name", row.name);
    candidates.emplace_back(std::move(candidate));
  }
  core::Map details;
  details.set("candidates", std::move(candidates));
  throw Refusal(base::Kind::Ambiguous, message, "name it by its id, or by more of its name",
                std::move(details));
}

std::vector<index::Row> matches(index::Index& index, std::string_view type, std::string_view word,
                                Scope scope) {
  constexpr std::size_t enough = 50;
  std::vector<index::Row> by_id;
  if (base::Id::is_prefix(word)) by_id = in_scope(index.by_prefix(word, type, enough), scope);
  if (by_id.size() == 1) return by_id;
  if (!type.empty())
    if (auto row = index.by_key(type, word); row && !in_scope({*row}, scope).empty()) return {*row};
  const std::string folded = base::fold(word);
  if (folded.empty()) return by_id;
  if (scope != Scope::Live) {
    // Names of deleted records are looked for among them alone: there are few.
    std::vector<index::Row> named;
    index.each({.type = std::string(type), .deleted = true, .order = index::Order::Id},
               [&](const index::Row& row) {
                 if (base::fold(row.name) == folded || row.key == word) named.push_back(row);
                 return named.size() < enough;
               });
    if (!named.empty() || scope == Scope::Deleted) return named.empty() ? by_id : named;
  }
  auto named = index.by_name(folded, type, enough);
  if (named.empty() && by_id.empty()) named = index.by_part(folded, type, enough);
  return named.empty() ? by_id : named;
}

[[noreturn]] void nothing(Workspace& workspace, std::string_view type, std::string_view word, Scope scope) {
  const auto rows =
      workspace.with_index([&](index::Index& index) { return index.near(base::fold(word), type, 200); });
  std::vector<std::string> names;
  for (const auto& row : rows)
    names.push_back(row.name);
  std::string hint;
  for (const auto& name : base::suggestions(word, names)) {
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const index::Row& r) { return r.name == name; });
    hint += fmt::format("{}\"{}\" ({})", hint.empty() ? "did you mean " : " or ", base::printable(name),
                        short_id(workspace, row->id));
  }
  if (!hint.empty()) {
    hint += "?";
  } else if (!type.empty()) {
    hint = fmt::format("`crm {} list` shows those there are", type);
  }
  throw base::Error(base::Kind::NotFound,
                    fmt::format("no {}{} matches \"{}\"", scope == Scope::Deleted ? "deleted " : "",
                                noun(type), base::printable(word)),
                    hint);
}

} // namespace

std::optional<Found> find(Workspace& workspace, std::string_view type, std::string_view word, Scope scope) {
  const auto rows =
      workspace.with_index([&](index::Index& index) { return matches(index, type, word, scope); });
  if (rows.empty()) return std::nullopt;
  if (rows.size() > 1) ambiguous(workspace, type, word, rows);
  return workspace.found(rows.front());
}

Found resolve(Workspace& workspace, std::string_view type, std::string_view word, Scope scope) {
  if (auto found = find(workspace, type, word, scope)) return std::move(*found);
  // A record whose file is broken is not in the index; by its whole id it is found, and says what is wrong
  // with it.
  if (base::Id::parse(word))
    for (const auto& each : workspace.schemas().types())
      if (type.empty() || type == each)
        if (const auto path = workspace.record_path(each, word);
            workspace.repository().blob_id(workspace.tree(), path))
          workspace.load(each, path);
  nothing(workspace, type, word, scope);
}

std::string short_id(Workspace& workspace, std::string_view id) {
  const auto length = workspace.with_index([&](index::Index& index) { return index.shortest_prefix(id); });
  return std::string(id.substr(0, length));
}

std::string name_of(Workspace& workspace, std::string_view type, std::string_view target) {
  const auto row = workspace.with_index([&](index::Index& index) {
    auto by_id = base::Id::parse(target) ? index.by_id(target) : std::nullopt;
    return by_id || type.empty() ? by_id : index.by_key(type, target);
  });
  return row ? row->name : std::string(target);
}

} // namespace crm::app
