#include "core/query.hpp"

#include "base/text.hpp"
#include "core/provenance.hpp"
#include "core/search.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace crm::core {
namespace {

constexpr std::string_view stamp_fields[] = {"created", "changed"};

bool is_time(Shape shape) {
  return shape == Shape::Date || shape == Shape::Time || shape == Shape::DateTime;
}
/// Whether it says when something has happened, and never when it will: a day is the last such one then.
bool is_past(const Schema& schema, const Field* field) {
  if (field == nullptr || field->rule == Rule::Min || field->rule == Rule::Max) return true; // or a stamp
  return field->name == schema.time_field && field->shape == Shape::Time && schema.duration_field.empty() &&
         !schema.states;
}
bool is_number(Shape shape) {
  return shape == Shape::Integer || shape == Shape::Number || shape == Shape::Period;
}

const Field* referring(const Schema& schema, std::string_view type) {
  const auto found = std::find_if(schema.fields.begin(), schema.fields.end(), [&](const Field& field) {
    return field.ref &&
           std::find(field.ref->types.begin(), field.ref->types.end(), type) != field.ref->types.end();
  });
  return found == schema.fields.end() ? nullptr : &*found;
}

std::optional<double> number_of(std::string_view text, Shape shape) {
  if (shape == Shape::Period) {
    const auto duration = parse_duration_phrase(text);
    if (!duration) return std::nullopt;
    return static_cast<double>(std::chrono::seconds(duration->days + duration->time).count());
  }
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return std::nullopt;
  return out;
}

std::vector<std::string> names_of(const Schema& schema) {
  std::vector<std::string> out;
  for (const auto& field : schema.fields)
    out.push_back(field.name);
  out.insert(out.end(), std::begin(stamp_fields), std::end(stamp_fields));
  return out;
}

/// A word of the query on its way to a Filter. Throws NotAQuery, caught in parse_query.
class Parser {
 public:
  Parser(const Schema& schema, const QueryContext& context) : m_schema(schema), m_context(context) {}

  Filter parse(const std::string& word) {
    m_word = word;
    Filter out;
    std::string_view rest = word;
    out.negated = rest.size() > 1 && (rest.front() == '-' || rest.front() == '!');
    if (out.negated) rest.remove_prefix(1);
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) {
      out.values = base_words(rest);
      if (has_customers())
        std::transform(out.values.begin(), out.values.end(), std::back_inserter(out.called),
                       m_context.called);
      return out;
    }
    const auto name = rest.substr(0, colon), value = rest.substr(colon + 1);
    const Field* field = find_queried(m_schema, name);
    const bool stamp =
        std::find(std::begin(stamp_fields), std::end(stamp_fields), name) != std::end(stamp_fields);
    if (field == nullptr && !stamp) unknown(name);
    out.field = field != nullptr ? field->name : std::string(name);
    if (value.empty())
      refuse("\"" + std::string(name) + ":\" wants a value", "`" + out.field + ":none` finds what has none");
    if (value == "none" || value == "any") {
      out.test = value == "none" ? Filter::Test::None : Filter::Test::Any;
      return out;
    }
    if (stamp || is_time(field->shape))
      return times(std::move(out), value,
                   is_past(m_schema, field) ? WhenContext::Nearest::Latest : WhenContext::Nearest::Coming);
    if (is_number(field->shape)) return numbers(std::move(out), value, field->shape);
    texts(out, value, *field);
    return out;
  }

 private:
  [[noreturn]] void refuse(std::string message, std::string hint = {}) const {
    throw NotAQuery{m_word, std::move(message), std::move(hint)};
  }

  [[noreturn]] void unknown(std::string_view name) const {
    const auto close = base::suggestions(name, names_of(m_schema), 1);
    refuse(m_schema.type + " has no field \"" + base::printable(name) + "\"",
           close.empty() ? "it has: " + base::join(names_of(m_schema), ", ")
                         : "did you mean " + close.front() + ":?");
  }

  bool has_customers() const { return m_context.called && referring(m_schema, "contact") != nullptr; }
  bool is_called(std::string_view part) const {
    return has_customers() && !m_context.called(base::fold(part)).empty();
  }

  static std::vector<std::string> base_words(std::string_view text) {
    std::vector<std::string> out;
    for (const auto part : base::split(text, ' '))
      if (!part.empty()) out.push_back(base::fold(part));
    return out;
  }

  struct Ends {
    std::string_view from, to; ///< of a range; "" where it is open
    bool range = false, from_after = false, to_with = true;
  };
  /// ">x", ">=x", "<x", "<=x", "a..b", or "x".
  static Ends ends_of(std::string_view value) {
    const auto after = [&](std::size_t n) { return value.substr(n); };
    if (value.starts_with(">=")) return {after(2), {}, true};
    if (value.starts_with(">")) return {after(1), {}, true, true};
    if (value.starts_with("<=")) return {{}, after(2), true};
    if (value.starts_with("<")) return {{}, after(1), true, false, false};
    const auto dots = value.find("..");
    if (dots == std::string_view::npos) return {value, value};
    return {value.substr(0, dots), value.substr(dots + 2), true};
  }

  double second(LocalDate day) const {
    return static_cast<double>(
        to_instant({LocalTime{day}, {}}, m_context.when.zone).time_since_epoch().count());
  }

  Days days(std::string_view text, WhenContext::Nearest nearest) const {
    auto context = m_context.when;
    context.nearest = nearest;
    const auto parsed = parse_days(text, context);
    if (const auto* problem = std::get_if<NotATime>(&parsed)) refuse(problem->message, problem->hint);
    return std::get<Days>(parsed);
  }

  Filter times(Filter out, std::string_view value, WhenContext::Nearest nearest) const {
    out.test = Filter::Test::Range;
    const auto ends = ends_of(value);
    if (ends.from.empty() && ends.to.empty())
      refuse("\"" + m_word + "\" names no day", "like " + out.field + ":>=mon or mon..fri");
    constexpr std::chrono::days next{1};
    // "mon..fri" is one phrase: its end is the first Friday after its beginning.
    if (ends.range && !ends.from.empty() && !ends.to.empty()) {
      const auto both = days(value, nearest);
      out.least = second(both.first);
      out.most = second(both.last + next);
      return out;
    }
    if (!ends.from.empty()) {
      const auto first = days(ends.from, nearest);
      out.least = second(ends.from_after ? first.last + next : first.first);
      if (!ends.range) out.most = second(first.last + next);
    }
    if (ends.range && !ends.to.empty()) {
      const auto last = days(ends.to, nearest);
      out.most = second(ends.to_with ? last.last + next : last.first);
    }
    if (out.least >= out.most) refuse("\"" + base::printable(value) + "\" ends before it begins");
    return out;
  }

  Filter numbers(Filter out, std::string_view value, Shape shape) const {
    out.test = Filter::Test::Range;
    const auto ends = ends_of(value);
    const std::string kind = shape == Shape::Period ? "duration" : "number";
    const std::string example =
        "like " + out.field + (shape == Shape::Period ? ":>45m or 30m..1h" : ":>1000 or 100..200");
    if (ends.from.empty() && ends.to.empty()) refuse("\"" + m_word + "\" names no " + kind, example);
    const auto read = [&](std::string_view text) {
      const auto number = number_of(text, shape);
      if (!number) refuse("\"" + base::printable(text) + "\" is no " + kind, example);
      return *number;
    };
    const auto up = [](double number) {
      return std::nextafter(number, std::numeric_limits<double>::infinity());
    };
    if (!ends.from.empty()) out.least = ends.from_after ? up(read(ends.from)) : read(ends.from);
    if (!ends.to.empty()) out.most = ends.to_with ? up(read(ends.to)) : read(ends.to);
    if (out.least >= out.most) refuse("\"" + base::printable(value) + "\" ends before it begins");
    return out;
  }

  void texts(Filter& out, std::string_view value, const Field& field) const {
    out.test = Filter::Test::Is;
    const bool closed = !field.allowed.empty() || (m_schema.states && field.name == m_schema.states->field);
    const bool listed = field.shape == Shape::Texts;
    for (auto part : base::split(value, ',')) {
      if (part.empty()) continue;
      if (field.ref) {
        const auto found = m_context.targets(field, std::string(part));
        if (found.empty())
          refuse("no " + base::join(field.ref->types, " or ") + " matches \"" + base::printable(part) + "\"",
                 is_called(part) ? "`contact:" + base::printable(part) + "` is of the customer" : "");
        out.values.insert(out.values.end(), found.begin(), found.end());
      } else if (closed) {
        out.values.push_back(choice(part, field));
      } else if (field.shape == Shape::Boolean) {
        if (part != "yes" && part != "no" && part != "true" && part != "false")
          refuse("\"" + base::printable(part) + "\" is neither yes nor no");
        out.values.emplace_back(part == "yes" || part == "true" ? "true" : "false");
      } else {
        const bool whole = part.front() == '=', in_part = part.front() == '~';
        if (whole || in_part) part.remove_prefix(1);
        if (part.empty())
          refuse("\"" + m_word + "\" names no value", "`" + out.field + ":none` finds what has none");
        // Of a list, an element; of a text, a part, unless it is said.
        auto& values = in_part || (!listed && !whole) ? out.parts : out.values;
        values.push_back(base::fold(part));
      }
    }
    if (out.values.empty() && out.parts.empty()) refuse("\"" + m_word + "\" names no value");
    if (!field.ref) return;
    // A name may be that of thousands, and each record is compared with all of them.
    std::sort(out.values.begin(), out.values.end());
    out.values.erase(std::unique(out.values.begin(), out.values.end()), out.values.end());
  }

  std::string choice(std::string_view part, const Field& field) const {
    const auto& all =
        m_schema.states && field.name == m_schema.states->field ? m_schema.states->rank : field.allowed;
    const std::string folded = base::fold(part);
    for (const auto& each : all)
      if (base::fold(each) == folded) return each;
    if (&all != &field.allowed && m_context.other_states)
      for (auto& each : m_context.other_states())
        if (base::fold(each) == folded) return std::move(each);
    const auto close = base::suggestions(part, all, 1);
    refuse("\"" + base::printable(part) + "\" is no " + field.name,
           close.empty() ? "it is one of: " + base::join(all, ", ") : "did you mean " + close.front() + "?");
  }

  const Schema& m_schema;
  const QueryContext& m_context;
  std::string m_word;
};

std::vector<std::string> texts_in(const Value& value) {
  std::vector<std::string> out;
  if (const auto* list = value.if_list())
    for (const auto& each : *list)
      out.push_back(to_text(each));
  else if (!value.is_null())
    out.push_back(to_text(value));
  return out;
}

std::optional<double> since_epoch(auto time) {
  return static_cast<double>(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
}

bool has_words(const Filter& filter, const Record& record, const Schema& schema) {
  std::string text = base::fold(display_name(record, schema));
  const auto add = [&](const std::string& each) {
    text += "\n" + base::fold(each);
    for (const auto& number : number_words(each))
      text += "\n" + number.folded;
  };
  for (const auto& field : schema.fields)
    if (field.search)
      for (const auto& each : texts_in(record.get(field.name)))
        add(each);
  const Field* whose = filter.called.empty() ? nullptr : referring(schema, "contact");
  const auto contacts = whose == nullptr ? std::vector<std::string>{} : texts_in(record.get(whose->name));
  for (std::size_t i = 0; i < filter.values.size(); ++i) {
    const auto so_called = [&](const std::string& contact) {
      return std::binary_search(filter.called[i].begin(), filter.called[i].end(), contact);
    };
    if (text.find(filter.values[i]) == std::string::npos &&
        std::none_of(contacts.begin(), contacts.end(), so_called))
      return false;
  }
  return true;
}

bool holds(const Filter& filter, const Record& record, const Schema& schema, const std::string& zone) {
  if (filter.test == Filter::Test::Words) return has_words(filter, record, schema);
  const Field* field = schema.find(filter.field);
  const auto there =
      field == nullptr ? std::vector<std::string>{"stamped"} : texts_in(record.get(filter.field));
  switch (filter.test) {
  case Filter::Test::None:
    return there.empty();
  case Filter::Test::Any:
    return !there.empty();
  case Filter::Test::Range: {
    const auto place = field != nullptr ? place_of(record, *field, zone)
                                        : since_epoch(filter.field == "created" ? created(record).time
                                                                                : newest(record).time);
    return place && *place >= filter.least && *place < filter.most;
  }
  default:
    break;
  }
  if (field->ref)
    return std::any_of(there.begin(), there.end(), [&](const std::string& target) {
      return std::binary_search(filter.values.begin(), filter.values.end(), target);
    });
  const bool exact = !field->allowed.empty() || (schema.states && field->name == schema.states->field);
  return std::any_of(there.begin(), there.end(), [&](const std::string& text) {
    const std::string folded = exact ? text : base::fold(text);
    const auto has = [&](const std::string& part) { return folded.find(part) != std::string::npos; };
    return std::find(filter.values.begin(), filter.values.end(), folded) != filter.values.end() ||
           std::any_of(filter.parts.begin(), filter.parts.end(), has);
  });
}

} // namespace

std::optional<double> place_of(const Record& record, const Field& field, const std::string& zone) {
  const Value& value = record.get(field.name);
  if (value.is_null()) return std::nullopt;
  if (field.shape == Shape::Period) {
    const auto duration = parse_duration(value.string_or_empty());
    if (!duration) return std::nullopt;
    return static_cast<double>(std::chrono::seconds(duration->days + duration->time).count());
  }
  if (is_number(field.shape)) {
    const double number = value.number_or(std::numeric_limits<double>::quiet_NaN());
    return std::isnan(number) ? std::nullopt : std::optional(number);
  }
  if (!is_time(field.shape)) return std::nullopt;
  const std::string& own = record.text("zone");
  const std::string& where = !own.empty() && is_zone(own) ? own : zone;
  if (const auto wall = parse_wall_time(value.string_or_empty()))
    return since_epoch(to_instant(*wall, where));
  if (const auto date = parse_date(value.string_or_empty()))
    return since_epoch(to_instant({LocalTime{*date}, {}}, where));
  return std::nullopt;
}

const Field* find_queried(const Schema& schema, std::string_view word) {
  if (const auto* field = schema.find(word)) return field;
  if (const auto* field = schema.find(std::string(word) + "s")) return field;
  if (word == "status" || word == "state") return schema.states ? schema.find(schema.states->field) : nullptr;
  if (word == "when" || word == "on")
    return schema.time_field.empty() ? nullptr : schema.find(schema.time_field);
  if (word == "with" || word == "for") return referring(schema, "member");
  if (word == "in") return referring(schema, "resource");
  const Field* longer = nullptr;
  for (const auto& field : schema.fields)
    if (field.name.starts_with(std::string(word) + "_")) {
      if (longer != nullptr) return nullptr;
      longer = &field;
    }
  if (longer != nullptr) return longer;
  return referring(schema, word);
}

bool names_stamp(const Schema& schema, std::string_view word) {
  return std::find(std::begin(stamp_fields), std::end(stamp_fields), word) != std::end(stamp_fields) &&
         find_queried(schema, word) == nullptr;
}

std::optional<Stamp> stamp_of(const Record& record, std::string_view word) {
  auto stamp = word == "created" ? created(record) : newest(record);
  return stamp == Stamp{} ? std::nullopt : std::optional(std::move(stamp));
}

std::variant<Query, NotAQuery> parse_query(const std::vector<std::string>& words, const Schema& schema,
                                           const QueryContext& context) {
  Query out;
  Parser parser(schema, context);
  try {
    for (const auto& word : words)
      if (!word.empty()) out.filters.push_back(parser.parse(word));
  } catch (NotAQuery& problem) {
    return std::move(problem);
  }
  return out;
}

bool matches(const Query& query, const Record& record, const Schema& schema, const std::string& zone) {
  return std::all_of(query.filters.begin(), query.filters.end(), [&](const Filter& filter) {
    return holds(filter, record, schema, zone) != filter.negated;
  });
}

} // namespace crm::core
