#include "app/resolve.hpp"

#include "app/occurrences.hpp"
#include "app/redirects.hpp"
#include "app/refusal.hpp"
#include "base/id.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

constexpr std::size_t shown_candidates = 8;
constexpr std::size_t enough = 50;

std::vector<index::Row> in_scope(std::vector<index::Row> rows, Scope scope) {
  std::erase_if(rows, [&](const index::Row& row) {
    return (scope == Scope::Live && row.deleted) || (scope == Scope::Deleted && !row.deleted);
  });
  return rows;
}

/// Merged records stand for those that count, but where deleted ones are looked for.
std::vector<index::Row> landed(Workspace& workspace, const index::Index& index, std::vector<index::Row> rows,
                               Scope scope) {
  if (scope == Scope::Deleted || scope == Scope::Stored) return rows;
  std::vector<index::Row> out;
  for (auto& row : rows) {
    auto there = landed_row(index, workspace.schemas(), std::move(row));
    if (std::none_of(out.begin(), out.end(), [&](const index::Row& each) { return each.id == there.id; }))
      out.push_back(std::move(there));
  }
  return out;
}

std::string noun(std::string_view type) {
  return type.empty() ? "record" : std::string(type);
}

std::string_view command_of(std::string_view type) {
  return type == "appointment" ? "book" : type;
}

} // namespace

std::string described(Workspace& workspace, const core::Record& record) {
  const auto& schema = workspace.schemas().get(record.type);
  const std::string name = core::display_name(record, schema);
  const bool named = name != record.id.str();
  if (named && schema.duration_field.empty()) return name;
  std::string out = named                            ? name
                    : record.text("contact").empty() ? ""
                                                     : name_of(workspace, "contact", record.text("contact"));
  if (const auto wall = core::parse_wall_time(record.text(schema.time_field));
      wall && !schema.time_field.empty())
    out +=
        (out.empty() ? "" : ", ") +
        core::to_words(*wall, record.text("zone").empty() ? workspace.settings().zone : record.text("zone"));
  return out.empty() ? name : out;
}

std::string titled(Workspace& workspace, const core::Record& record) {
  const auto name = described(workspace, record), id = record.id.str();
  if (name != id && name == core::display_name(record, workspace.schemas().get(record.type)))
    return fmt::format("{} \"{}\"", record.type, base::printable(name));
  return fmt::format("{} {}{}", record.type, short_id(workspace, id),
                     name == id ? "" : " " + base::printable(name));
}

void refuse_ambiguous(Workspace& workspace, std::string_view type, std::string_view word,
                      const std::vector<index::Row>& rows) {
  std::string message = fmt::format("\"{}\" could be any of {}{} {}:", base::printable(word),
                                    rows.size() > shown_candidates ? "more than " : "",
                                    std::min(rows.size(), shown_candidates), base::plural(noun(type)));
  core::List candidates;
  for (const auto& row : rows) {
    if (candidates.size() == shown_candidates) break;
    const std::string id = short_id(workspace, row.id);
    message += fmt::format("\n  {}  {}{}", id, type.empty() ? row.type + "  " : "",
                           base::printable(described(workspace, to_record(row))));
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

namespace {

/// Names of deleted records are looked for among them alone: there are few.
std::vector<index::Row> among_deleted(index::Index& index, std::string_view type, std::string_view word,
                                      const std::string& folded) {
  std::vector<index::Row> exact, part;
  index.each({.type = std::string(type), .deleted = true, .order = index::Order::Id},
             [&](const index::Row& row) {
               const std::string name = base::fold(row.name);
               if (name == folded || row.key == word) exact.push_back(row);
               if (name.find(folded) != std::string::npos) part.push_back(row);
               return exact.size() < enough && part.size() < enough;
             });
  return exact.empty() ? part : exact;
}

/// Those of a series are its occurrences of today and the weeks to come.
std::vector<index::Row> of_person(Workspace& workspace, index::Index& index, const core::Schema& schema,
                                  const std::string& person) {
  auto out = index.referring(person, schema.type, enough);
  if (!core::may_recur(schema)) return out;
  const auto today = std::chrono::floor<std::chrono::days>(workspace.when_context().now);
  const auto from = core::to_instant({core::LocalTime{today}, {}}, workspace.settings().zone);
  for (std::size_t i = 0; i < out.size();) {
    if (!core::is_series(to_record(out[i]))) {
      ++i;
      continue;
    }
    const index::Row series = out[i];
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
    auto each = rows_of_series(workspace, series, {from, from + looked_ahead}, enough);
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(i), each.begin(), each.end());
    i += each.size();
  }
  return out;
}

/// "cancel ada": what is open of the contact that is meant. Of appointments, those of today and later.
std::vector<index::Row> of_contact(Workspace& workspace, index::Index& index, const core::Schema& schema,
                                   const std::string& folded) {
  const core::Field* contact = schema.find("contact");
  std::vector<index::Row> out;
  if (contact == nullptr || !contact->ref) return out;
  auto people = index.by_name(folded, "contact", enough);
  if (people.empty()) people = index.by_part(folded, "contact", enough);
  const auto today = std::chrono::floor<std::chrono::days>(workspace.when_context().now);
  const auto midnight =
      core::to_instant({core::LocalTime{today}, {}}, workspace.settings().zone).time_since_epoch().count();
  for (const auto& person : people)
    for (auto& row : of_person(workspace, index, schema, person.id)) {
      const bool open = !schema.states || schema.is_open(row.state);
      const bool over = !schema.busy.empty() && row.from && *row.from < midnight;
      if (!row.deleted && open && !over) out.push_back(std::move(row));
    }
  return out;
}

std::vector<index::Row> matches(Workspace& workspace, index::Index& index, std::string_view type,
                                std::string_view word, Scope scope) {
  std::vector<index::Row> by_id;
  if (base::Id::is_prefix(word))
    by_id = in_scope(landed(workspace, index, index.by_prefix(word, type, enough), scope), scope);
  if (by_id.size() == 1) return by_id;
  if (!type.empty())
    if (auto row = index.by_key(type, word); row && !in_scope({*row}, scope).empty()) return {*row};
  const std::string folded = base::fold(word);
  if (folded.empty()) return by_id;
  std::vector<index::Row> named;
  if (scope != Scope::Deleted) {
    named = index.by_name(folded, type, enough);
    if (named.empty() && by_id.empty()) named = index.by_part(folded, type, enough);
    if (named.empty() && by_id.empty() && !type.empty())
      named = of_contact(workspace, index, workspace.schemas().get(type), folded);
  }
  if (named.empty() && scope != Scope::Live)
    named = landed(workspace, index, among_deleted(index, type, word, folded), scope);
  return named.empty() ? by_id : named;
}

/// Who is not among the deleted may be there: "Ada Lovelace (7f3k) is not deleted".
std::string not_deleted(Workspace& workspace, std::string_view type, std::string_view word) {
  const auto rows = workspace.with_index(
      [&](index::Index& index) { return matches(workspace, index, type, word, Scope::Live); });
  if (rows.size() == 1)
    return fmt::format("{} ({}) is not deleted",
                       base::printable(described(workspace, to_record(rows.front()))),
                       short_id(workspace, rows.front().id));
  return type.empty() ? "" : fmt::format("`crm {} list --deleted` shows those there are", command_of(type));
}

[[noreturn]] void nothing(Workspace& workspace, std::string_view type, std::string_view word, Scope scope) {
  const bool deleted = scope == Scope::Deleted;
  auto rows =
      workspace.with_index([&](index::Index& index) { return index.near(base::fold(word), type, 200); });
  if (deleted) rows = in_scope(std::move(rows), scope);
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
  } else if (deleted) {
    hint = not_deleted(workspace, type, word);
  } else if (!type.empty()) {
    hint = fmt::format("`crm {} list` shows those there are", command_of(type));
  }
  throw base::Error(
      base::Kind::NotFound,
      fmt::format("no {}{} matches \"{}\"", deleted ? "deleted " : "", noun(type), base::printable(word)),
      hint);
}

} // namespace

std::optional<Found> find(Workspace& workspace, std::string_view type, std::string_view word, Scope scope) {
  if (word.find('@') != std::string_view::npos)
    if (auto found = named_occurrence(workspace, type, word)) {
      if (found->deleted == (scope == Scope::Deleted) || scope == Scope::All || scope == Scope::Stored)
        return found;
      throw base::Error(base::Kind::NotFound,
                        fmt::format("{} is {}deleted", base::printable(word), found->deleted ? "" : "not "),
                        found->deleted ? "bring it back with `crm restore " + std::string(word) + "`" : "");
    }
  const auto rows =
      workspace.with_index([&](index::Index& index) { return matches(workspace, index, type, word, scope); });
  if (rows.empty()) return scope == Scope::Deleted ? std::nullopt : occurrence_by_id(workspace, type, word);
  if (rows.size() > 1) refuse_ambiguous(workspace, type, word, rows);
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
  if (const auto* of = workspace.occurrence_of(id);
      of != nullptr && !workspace.with_index([&](index::Index& index) { return index.by_id(id); }))
    return short_id(workspace, of->series) + "@" + core::to_text(of->day);
  const auto length = workspace.with_index([&](index::Index& index) { return index.shortest_prefix(id); });
  return std::string(id.substr(0, length));
}

std::vector<std::string> short_ids(Workspace& workspace, const std::vector<std::string>& ids) {
  std::vector<std::string> out;
  const auto lengths =
      workspace.with_index([&](index::Index& index) { return index.shortest_prefixes(ids); });
  for (std::size_t i = 0; i < ids.size(); ++i)
    out.push_back(workspace.occurrence_of(ids[i]) != nullptr ? short_id(workspace, ids[i])
                                                             : ids[i].substr(0, lengths[i]));
  return out;
}

std::string name_of(Workspace& workspace, std::string_view type, std::string_view target) {
  const auto row = workspace.with_index([&](index::Index& index) -> std::optional<index::Row> {
    auto by_id = base::Id::parse(target) ? index.by_id(target) : std::nullopt;
    if (by_id) return landed_row(index, workspace.schemas(), *std::move(by_id));
    return type.empty() ? by_id : index.by_key(type, target);
  });
  return row ? row->name : std::string(target);
}

std::string shown_reference(Workspace& workspace, const core::Field& field, const std::string& target) {
  if (field.ref->by == core::Reference::By::Key) return target;
  return name_of(workspace, field.ref->types.size() == 1 ? field.ref->types.front() : "", target);
}

} // namespace crm::app
