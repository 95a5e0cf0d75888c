#include "app/input.hpp"

#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/query.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace crm::app {

std::string with_article(std::string_view noun) {
  if (base::plural(noun) == noun) return std::string(noun); // "hours"
  const bool vowel = !noun.empty() && std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(noun);
}

namespace {

[[noreturn]] void refuse(const std::string& field, std::string_view found, const std::string& why,
                         const std::string& hint = {}) {
  throw base::Error(base::Kind::Usage, fmt::format("{}: \"{}\" {}", field, base::printable(found), why),
                    hint);
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::string refer(Workspace& workspace, const core::Reference& reference, std::string_view text) {
  const std::string type = reference.types.size() == 1 ? reference.types.front() : std::string();
  const Found found = resolve(workspace, type, text);
  if (!reference.types.empty() &&
      std::find(reference.types.begin(), reference.types.end(), found.record.type) == reference.types.end())
    throw base::Error(base::Kind::Usage,
                      fmt::format("\"{}\" is {}, not {}", found.name, with_article(found.record.type),
                                  with_article(base::join(reference.types, " or "))));
  if (reference.by == core::Reference::By::Id) return found.record.id.str();
  return found.key;
}

core::Value one(Workspace& workspace, const core::Field& field, std::string_view text) {
  using core::Shape;
  if (field.ref) return refer(workspace, *field.ref, text);
  if (!field.allowed.empty() && field.shape != Shape::Texts &&
      std::find(field.allowed.begin(), field.allowed.end(), text) == field.allowed.end()) {
    const auto close = base::suggestions(text, field.allowed, 1);
    refuse(field.name, text, "is not one of " + base::join(field.allowed, ", "),
           close.empty() ? "" : "did you mean " + close.front() + "?");
  }
  switch (field.shape) {
  case Shape::Integer:
    if (const auto value = number<std::int64_t>(text)) return *value;
    refuse(field.name, text, "is not a whole number");
  case Shape::Number:
    if (const auto whole = number<std::int64_t>(text)) return *whole;
    if (const auto value = number<double>(text); value && std::isfinite(*value)) return *value;
    refuse(field.name, text, "is not a number", "write it with a point and without separators: 1200.50");
  case Shape::Boolean:
    for (const char* yes : {"true", "yes", "y", "1"})
      if (base::fold(text) == yes) return true;
    for (const char* no : {"false", "no", "n", "0"})
      if (base::fold(text) == no) return false;
    refuse(field.name, text, "is neither yes nor no");
  case Shape::Date:
    return core::to_text(parse_when(workspace, text).date);
  case Shape::Time:
    return core::to_text(settled(parse_when(workspace, text)));
  case Shape::DateTime: {
    const auto when = parse_when(workspace, text);
    return when.time ? core::to_text(settled(when)) : core::to_text(when.date);
  }
  case Shape::Period:
    return core::to_text(parse_duration(text, field.name));
  case Shape::Zone:
    if (core::is_zone(text)) return text;
    refuse(field.name, text, "is not an IANA time zone", "like Europe/London");
  case Shape::Object:
    refuse(field.name, text, "cannot be given on the command line", "use `crm edit ID` with an editor");
  case Shape::Text:
  case Shape::Prose:
  case Shape::Texts:
    break;
  }
  return text;
}

} // namespace

core::Value parse_field(Workspace& workspace, const core::Schema&, const core::Field& field,
                        std::string_view text) {
  if (base::trim(text).empty()) return {};
  if (field.shape == core::Shape::Prose) return text;
  text = base::trim(text);
  if (field.shape != core::Shape::Texts) return one(workspace, field, text);
  core::List list;
  for (const auto part : base::split(text, ','))
    if (const auto item = base::trim(part); !item.empty()) list.push_back(one(workspace, field, item));
  return list;
}

Assignment parse_assignment(std::string_view text) {
  const auto equals = text.find('=');
  Assignment out;
  if (equals != std::string_view::npos && equals > 0) {
    std::string_view name = text.substr(0, equals);
    if (name.ends_with('+')) out.kind = Assignment::Kind::Add;
    if (name.ends_with('-')) out.kind = Assignment::Kind::Remove;
    if (out.kind != Assignment::Kind::Set) name.remove_suffix(1);
    out.field = base::trim(name);
    std::replace(out.field.begin(), out.field.end(), '-', '_');
    out.text = text.substr(equals + 1);
  }
  const bool named = !out.field.empty() && out.field.find_first_not_of(
                                               "abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (!named)
    throw base::Error(base::Kind::Usage,
                      fmt::format("\"{}\" is not of the form field=value", base::printable(text)),
                      "phone=\"020 7946 0000\" sets, tags+=vip adds, tags-=vip takes away, due= empties");
  if (out.field == "id" || out.field == "crm")
    throw base::Error(base::Kind::Usage,
                      fmt::format("\"{}\" is crm's own field and cannot be set", out.field));
  return out;
}

std::vector<core::Edit> to_edits(Workspace& workspace, const core::Schema& schema, const core::Map& present,
                                 const std::vector<Assignment>& assignments) {
  std::vector<core::Edit> edits;
  for (const auto& assignment : assignments) {
    const core::Field* field = schema.find(assignment.field);
    if (field == nullptr && !present.contains(assignment.field)) {
      std::vector<std::string> names;
      for (const auto& known : schema.fields)
        names.push_back(known.name);
      auto close = base::suggestions(assignment.field, names, 1);
      if (const auto* meant = core::find_queried(schema, assignment.field)) close = {meant->name};
      throw base::Error(
          base::Kind::Usage,
          fmt::format("{} has no field \"{}\"", with_article(schema.type), assignment.field),
          (close.empty() ? "" : "did you mean " + close.front() + "? ") +
              fmt::format("`crm types {}` lists them; a field of your own can be added with an editor",
                          schema.type));
    }
    const auto earlier = std::find_if(edits.begin(), edits.end(),
                                      [&](const core::Edit& e) { return e.field == assignment.field; });
    core::Value value = field != nullptr          ? parse_field(workspace, schema, *field, assignment.text)
                        : assignment.text.empty() ? core::Value{}
                                                  : core::Value{assignment.text};
    if (assignment.kind != Assignment::Kind::Set) {
      if (field == nullptr || field->shape != core::Shape::Texts)
        throw base::Error(base::Kind::Usage,
                          fmt::format("{} is not a list: += and -= work on lists", assignment.field),
                          fmt::format("{}=… sets it", assignment.field));
      const core::Value* now = earlier != edits.end() ? &earlier->value : present.find(assignment.field);
      core::List list = now != nullptr && now->if_list() != nullptr ? *now->if_list() : core::List{};
      for (const auto& item : value.if_list() != nullptr ? *value.if_list() : core::List{}) {
        const auto at = std::find(list.begin(), list.end(), item);
        if (assignment.kind == Assignment::Kind::Remove && at != list.end()) list.erase(at);
        if (assignment.kind == Assignment::Kind::Add && at == list.end()) list.push_back(item);
      }
      value = list.empty() ? core::Value{} : core::Value{std::move(list)};
    }
    if (earlier != edits.end()) {
      earlier->value = std::move(value);
    } else {
      edits.push_back({assignment.field, std::move(value)});
    }
  }
  return edits;
}

namespace {

core::When understood(std::string_view phrase, const core::WhenContext& context) {
  auto parsed = core::parse_when(phrase, context);
  if (auto* when = std::get_if<core::When>(&parsed)) return std::move(*when);
  const auto& refusal = std::get<core::NotATime>(parsed);
  throw base::Error(base::Kind::Usage, refusal.message, refusal.hint);
}

/// Of a day alone its beginning, or its end.
enum class Edge { Begin, End };
core::StampTime moment_of(core::When when, Edge edge) {
  if (!when.time) {
    if (edge == Edge::End) when.date += std::chrono::days{1};
    when.time = std::chrono::seconds{0};
  }
  return core::to_instant(settled(when), when.zone);
}

} // namespace

core::When parse_when(Workspace& workspace, std::string_view phrase, const std::string& zone,
                      std::optional<core::LocalTime> seen_from) {
  auto context = workspace.when_context();
  if (!zone.empty()) {
    context.zone = zone;
    context.now = core::to_local(workspace.now(), zone);
    context.now_offset = core::offset_at(workspace.now(), zone);
  }
  if (seen_from) {
    context.now = *seen_from;
    context.now_offset.reset();
  }
  return understood(phrase, context);
}

TimePast parse_past(Workspace& workspace, const std::string& since, const std::string& until) {
  auto context = workspace.when_context();
  context.nearest = core::WhenContext::Nearest::Latest;
  TimePast out;
  if (!since.empty()) out.since = moment_of(understood(since, context), Edge::Begin);
  if (!until.empty()) out.until = moment_of(understood(until, context), Edge::End);
  if (!out.since || !out.until || *out.since < *out.until) return out;
  // "mon" to "fri": the last Friday was before that Monday, and the one after it is meant. "25 nov" to "24
  // nov" is nobody's wish.
  constexpr std::chrono::days half_a_year{183};
  const auto begin = std::chrono::floor<std::chrono::seconds>(*out.since);
  context = workspace.when_context();
  context.now = core::to_local(begin, context.zone);
  context.now_offset = core::offset_at(begin, context.zone);
  out.until = moment_of(understood(until, context), Edge::End);
  if (*out.since >= *out.until || *out.until - *out.since > half_a_year)
    throw base::Error(
        base::Kind::Usage,
        fmt::format("until \"{}\" ends before \"{}\" begins", base::printable(until), base::printable(since)),
        "`crm help times` says which day is meant by a word");
  return out;
}

core::WallTime settled(const core::When& when) {
  auto outcome = core::settle(when);
  if (const auto* wall = std::get_if<core::WallTime>(&outcome)) return *wall;
  const auto& refusal = std::get<core::NotATime>(outcome);
  throw base::Error(base::Kind::Usage, refusal.message, refusal.hint);
}

core::Days parse_days(Workspace& workspace, std::string_view phrase, core::WhenContext::Nearest nearest) {
  auto context = workspace.when_context();
  context.nearest = nearest;
  const auto parsed = core::parse_days(phrase, context);
  if (const auto* days = std::get_if<core::Days>(&parsed)) return *days;
  const auto& refusal = std::get<core::NotATime>(parsed);
  throw base::Error(base::Kind::Usage, refusal.message, refusal.hint);
}

core::Duration parse_duration(std::string_view text, std::string_view field) {
  const auto duration = core::parse_duration_phrase(text);
  if (!duration || !duration->positive())
    refuse(std::string(field), text, "is not a duration", "like 45m, 1h30m or 2d");
  return *duration;
}

} // namespace crm::app
