#include "codec/validate_words.hpp"

#include "base/text.hpp"
#include "codec/subschema.hpp"
#include "core/time.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::codec {
namespace {

using core::Problem;
using core::Shape;
using core::Value;

constexpr std::size_t most_problems = 100;

std::string dotted(std::span<const std::string> path) {
  std::string out;
  for (const auto& part : path)
    out += (out.empty() ? "" : ".") + base::fit(base::printable(part), 60);
  return out;
}

std::string number_text(const Value& value) {
  return core::to_text(value);
}

std::string plural(double count, const char* one, const char* many) {
  return fmt::format("{} {}", static_cast<std::int64_t>(count), count == 1 ? one : many);
}

bool has_type(const Value& value, std::string_view type) {
  if (type == "string") return value.if_string() != nullptr;
  if (type == "integer") return value.if_int() != nullptr;
  if (type == "number") return value.if_int() != nullptr || value.if_double() != nullptr;
  if (type == "boolean") return value.if_bool() != nullptr;
  if (type == "array") return value.if_list() != nullptr;
  if (type == "object") return value.if_map() != nullptr;
  return true;
}

const char* type_in_words(std::string_view type) {
  if (type == "string") return "text";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  if (type == "boolean") return "true or false";
  return type == "array" ? "a list" : "a mapping of names to values";
}

/// One schema against one value, one check after the other.
class Explanation {
 public:
  Explanation(const Value& value, const Value* schema, std::span<const std::string> path, Findings& findings)
      : m_value(value), m_schema(schema), m_path(path), m_findings(findings), m_before(findings.size()) {}

  bool run(bool broken_pattern) {
    const auto& type = keyword_text(m_schema, "type");
    if (!type.empty() && !has_type(m_value, type)) {
      say(std::string("must be ") + type_in_words(type));
      return true;
    }
    choice();
    if (m_value.if_string() != nullptr) text(broken_pattern);
    if (m_value.if_int() != nullptr || m_value.if_double() != nullptr) number();
    if (const auto* list = m_value.if_list()) elements(*list);
    if (const auto* map = m_value.if_map()) entries(*map);
    return m_findings.size() > m_before;
  }

 private:
  void say(std::string message) { m_findings.add(m_path, &m_value, std::move(message)); }

  const Value* bound(std::string_view name) const {
    const auto* value = keyword(m_schema, name);
    return value != nullptr && has_type(*value, "number") ? value : nullptr;
  }

  void choice() {
    if (const auto* only = keyword(m_schema, "const"); only != nullptr && !(*only == m_value))
      say("must be " + core::to_text(*only));
    const auto* choices = keyword(m_schema, "enum");
    const auto* list = choices != nullptr ? choices->if_list() : nullptr;
    if (list != nullptr && std::find(list->begin(), list->end(), m_value) == list->end())
      say("must be one of " + core::to_text(*choices));
  }

  void text(bool broken_pattern) {
    const auto size = static_cast<double>(base::characters(*m_value.if_string()));
    if (const auto* least = bound("minLength"); least != nullptr && size < least->number_or(0))
      say(size == 0 ? "must not be empty"
                    : "must have at least " + plural(least->number_or(0), "character", "characters"));
    if (const auto* most = bound("maxLength"); most != nullptr && size > most->number_or(0))
      say("must have at most " + plural(most->number_or(0), "character", "characters"));
    else if (broken_pattern)
      pattern();
  }

  void pattern() {
    const auto& pattern = keyword_text(m_schema, "pattern");
    const auto& description = keyword_text(m_schema, "description");
    if (pattern.empty()) return;
    const Value* examples = keyword(m_schema, "examples");
    if (const auto* list = examples == nullptr ? nullptr : examples->if_list();
        list != nullptr && !list->empty())
      return say("must be like \"" + list->front().string_or_empty() + "\"");
    say("must match " + pattern + (description.empty() ? "" : " (" + description + ")"));
  }

  void number() {
    const double value = m_value.number_or(0);
    if (const auto* b = bound("minimum"); b != nullptr && value < b->number_or(0))
      say("must be at least " + number_text(*b));
    if (const auto* b = bound("maximum"); b != nullptr && value > b->number_or(0))
      say("must be at most " + number_text(*b));
    if (const auto* b = bound("exclusiveMinimum"); b != nullptr && value <= b->number_or(0))
      say("must be more than " + number_text(*b));
    if (const auto* b = bound("exclusiveMaximum"); b != nullptr && value >= b->number_or(0))
      say("must be less than " + number_text(*b));
  }

  void elements(const core::List& list) {
    const auto size = static_cast<double>(list.size());
    if (const auto* b = bound("minItems"); b != nullptr && size < b->number_or(0))
      say("must have at least " + plural(b->number_or(0), "entry", "entries"));
    if (const auto* b = bound("maxItems"); b != nullptr && size > b->number_or(0))
      say("must have at most " + plural(b->number_or(0), "entry", "entries"));
    const auto* unique = keyword(m_schema, "uniqueItems");
    if (unique == nullptr || unique->if_bool() == nullptr || !*unique->if_bool()) return;
    auto sorted = list;
    std::sort(sorted.begin(), sorted.end(), core::less);
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
      m_findings.add(m_path, &*twice, "must not stand in the list twice");
  }

  void entries(const core::Map& map) {
    const auto size = static_cast<double>(map.size());
    if (const auto* b = bound("minProperties"); b != nullptr && size < b->number_or(0))
      say("must have at least " + plural(b->number_or(0), "entry", "entries"));
    if (const auto* b = bound("maxProperties"); b != nullptr && size > b->number_or(0))
      say("must have at most " + plural(b->number_or(0), "entry", "entries"));
    const auto* required = keyword(m_schema, "required");
    if (required != nullptr && required->if_list() != nullptr)
      for (const auto& name : *required->if_list())
        if (!map.contains(name.string_or_empty())) missing(name.string_or_empty());
    const auto* others = keyword(m_schema, "additionalProperties");
    if (others == nullptr || others->if_bool() == nullptr || *others->if_bool()) return;
    for (const auto& [key, value] : map)
      if (subschema_of_entry(m_schema, key) == nullptr)
        m_findings.add(inside(key), nullptr, "is not a field here");
  }

  void missing(const std::string& name) {
    const auto* sub = subschema_of_entry(m_schema, name);
    const auto* choices = keyword(sub, "enum");
    const auto& description = keyword_text(sub, "description");
    std::string message = "is missing";
    if (choices != nullptr)
      message += ": must be one of " + core::to_text(*choices);
    else if (!description.empty())
      message += ": " + description;
    m_findings.add(inside(name), nullptr, std::move(message));
  }

  Path inside(const std::string& key) const {
    Path path(m_path.begin(), m_path.end());
    path.push_back(key);
    return path;
  }

  const Value& m_value;
  const Value* m_schema;
  std::span<const std::string> m_path;
  Findings& m_findings;
  std::size_t m_before;
};

} // namespace

void Findings::add(std::span<const std::string> path, const Value* found, std::string message) {
  std::string shown;
  if (found != nullptr) shown = base::fit(base::printable(core::to_text(*found)), 60);
  Problem problem{m_file, line_of(m_root, path), dotted(path), std::move(shown), std::move(message)};
  const bool known = std::any_of(m_problems.begin(), m_problems.end(), [&](const Problem& p) {
    return p.field == problem.field && p.message == problem.message && p.found == problem.found;
  });
  if (!known && m_problems.size() < most_problems) m_problems.push_back(std::move(problem));
}

void Findings::add(Problem problem) {
  Path path;
  for (const auto part : base::split(problem.field, '.'))
    path.emplace_back(part);
  problem.file = m_file;
  problem.line = line_of(m_root, path);
  if (m_problems.size() < most_problems) m_problems.push_back(std::move(problem));
}

bool Findings::has(std::span<const std::string> path) const {
  const auto field = dotted(path);
  return std::any_of(m_problems.begin(), m_problems.end(),
                     [&](const Problem& p) { return p.field == field; });
}

bool explain(const Value& value, const Value* schema, std::span<const std::string> path, bool broken_pattern,
             Findings& findings) {
  return Explanation(value, schema, path, findings).run(broken_pattern);
}

void check_format(const Value& value, Shape shape, std::span<const std::string> path, Findings& findings) {
  const auto* text = value.if_string();
  if (text == nullptr) return;
  const auto refuse_unless = [&](bool good, const char* message) {
    if (!good) findings.add(path, &value, message);
  };
  switch (shape) {
  case Shape::Date:
    refuse_unless(core::parse_date(*text).has_value(), "must be a date, as in 2026-11-24");
    break;
  case Shape::Time:
    refuse_unless(core::parse_wall_time(*text).has_value(),
                  "must be a date and wall time, as in 2026-11-24T14:00");
    break;
  case Shape::DateTime:
    refuse_unless(core::parse_date(*text) || core::parse_wall_time(*text),
                  "must be a date or a date and wall time, as in 2026-11-24 or 2026-11-24T14:00");
    break;
  case Shape::Zone:
    refuse_unless(core::is_zone(*text), "must be an IANA time zone, as in Europe/London");
    break;
  case Shape::Period:
    refuse_unless(core::parse_duration(*text).has_value(), "must be an ISO 8601 duration, as in PT45M");
    break;
  default:
    break;
  }
}

} // namespace crm::codec
