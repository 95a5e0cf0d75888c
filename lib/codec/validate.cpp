// A record against its schema: valijson decides, and this finds the words and what valijson does not know.
#include "base/text.hpp"
#include "codec/pattern.hpp"
#include "codec/record_file.hpp"
#include "codec/schema_check.hpp"
#include "codec/subschema.hpp"
#include "codec/validate_words.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <set>

namespace crm::codec {
namespace {

using core::Map;
using core::Problem;
using core::Record;
using core::Schema;
using core::Shape;
using core::Value;

constexpr std::size_t longest_field_name = 200;

/// How much of the loader's bounds a value takes: what could not be read again must not be written.
struct Extent {
  int events = 0, depth = 0;
};

Extent extent(const Value& value) {
  Extent out{1, 0};
  const auto add = [&](const Value& inner, int more) {
    const auto part = extent(inner);
    out.events += part.events + more;
    out.depth = std::max(out.depth, part.depth);
  };
  if (const auto* list = value.if_list())
    for (const auto& item : *list)
      add(item, 0);
  else if (const auto* map = value.if_map())
    for (const auto& [key, item] : *map)
      add(item, 1);
  else
    return out;
  return {out.events + 1, out.depth + 1};
}

bool has_control(std::string_view text, std::string_view allowed) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool c1 = byte == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
    if (byte == 0x7f || c1 || (byte < 0x20 && allowed.find(text[at]) == allowed.npos)) return true;
  }
  return false;
}

class Validation {
 public:
  Validation(const Record& record, const Schema& schema, const std::string& file, const Node* root,
             Demands demands, std::size_t bytes)
      : m_record(record), m_schema(schema), m_demands(demands), m_bytes(bytes), m_findings(file, root) {}

  std::vector<Problem> run() {
    size();
    for (const auto& [name, value] : m_record.fields)
      if (!value.is_null()) field(name, value);
    for (const auto& [key, value] : m_record.crm)
      // Concurrent values are values of fields: long texts among them.
      characters(value, {"crm", key}, key == "also" ? "\n\t" : "");
    if (m_demands == Demands::Schema) {
      m_schema.document.if_map() != nullptr ? against_document() : required();
      for (const auto& each : m_schema.fields)
        references(each);
    }
    for (auto& problem : core::check_provenance(m_record, m_schema))
      m_findings.add(std::move(problem));
    auto problems = m_findings.take();
    std::stable_sort(problems.begin(), problems.end(),
                     [](const Problem& a, const Problem& b) { return a.line < b.line; });
    return problems;
  }

 private:
  /// A merge may come to more than anybody may write.
  void size() {
    const Limits& limits = m_demands == Demands::Schema ? written_limits : record_limits;
    Map whole = m_record.fields;
    whole.set("crm", m_record.crm);
    const auto all = extent(whole);
    const auto bytes =
        all.depth > limits.depth ? 0 : std::max(m_bytes, emit_record(m_record, m_schema).size());
    const auto refuse = [&](std::size_t found, std::size_t most, const std::string& of_what) {
      m_findings.add(Problem{"", 0, "", fmt::format("{} {}", found, of_what.substr(0, of_what.find(' '))),
                             fmt::format("must have at most {} {} in a record", most, of_what), found});
    };
    if (bytes > limits.bytes) refuse(bytes, limits.bytes, "bytes");
    if (all.depth > limits.depth)
      refuse(static_cast<std::size_t>(all.depth), static_cast<std::size_t>(limits.depth), "levels");
    // The id and its key are there, too.
    if (all.events + 2 > limits.events)
      refuse(static_cast<std::size_t>(all.events + 2), static_cast<std::size_t>(limits.events),
             "parts (keys, values, lists)");
  }

  void field(const std::string& name, const Value& value) {
    const Path path{name};
    if (name.empty() || name == "id" || name == "crm" || name.size() > longest_field_name ||
        has_control(name, ""))
      m_findings.add(path, nullptr, "cannot be the name of a field");
    const auto* known = m_schema.find(name);
    const bool asked = known != nullptr && m_demands == Demands::Schema;
    const bool one_line = asked && known->shape != Shape::Prose && known->shape != Shape::Object;
    characters(value, path, one_line ? "" : "\n\t");
    if (!asked) return;
    check_format(value, known->shape, path, m_findings);
    if (m_schema.document.if_map() == nullptr) kind(*known, value);
    const auto* list = value.if_list();
    if (known->rule != core::Rule::Set || list == nullptr) return;
    auto sorted = *list;
    std::sort(sorted.begin(), sorted.end(), core::less);
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
      m_findings.add(path, &*twice, "must not stand in the list twice");
  }

  /// Control characters, numbers that are none, bytes that are no text: at any depth.
  void characters(const Value& value, const Path& path, std::string_view allowed) {
    const auto inside = [&](std::string part) {
      Path out = path;
      out.push_back(std::move(part));
      return out;
    };
    if (const auto* text = value.if_string()) {
      if (!base::is_utf8(*text))
        m_findings.add(path, &value, "must be valid UTF-8");
      else if (has_control(*text, "\n\t"))
        m_findings.add(path, &value, "must not hold control characters");
      else if (has_control(*text, allowed))
        m_findings.add(path, &value, "must be one line, without tabs");
    } else if (const auto* number = value.if_double()) {
      if (!std::isfinite(*number)) m_findings.add(path, &value, "must be a finite number");
    } else if (const auto* list = value.if_list()) {
      for (std::size_t i = 0; i < list->size(); ++i)
        characters((*list)[i], inside(std::to_string(i)), allowed);
    } else if (const auto* map = value.if_map()) {
      for (const auto& [key, item] : *map) {
        if (key.empty() || !base::is_utf8(key) || has_control(key, ""))
          m_findings.add(inside(key), nullptr, "cannot be the name of an entry");
        characters(item, inside(key), allowed);
      }
    }
  }

  /// For schemas that were made without a document.
  void kind(const core::Field& field, const Value& value) {
    const char* type = "string";
    switch (field.shape) {
    case Shape::Integer:
      type = "integer";
      break;
    case Shape::Number:
      type = "number";
      break;
    case Shape::Boolean:
      type = "boolean";
      break;
    case Shape::Texts:
      type = "array";
      break;
    case Shape::Object:
      return;
    default:
      break;
    }
    Map schema;
    schema.set("type", type);
    if (!field.allowed.empty()) schema.set("enum", core::List(field.allowed.begin(), field.allowed.end()));
    const Value document(std::move(schema));
    explain(value, &document, Path{field.name}, false, m_findings);
  }

  void required() {
    for (const auto& field : m_schema.fields)
      if (field.required && m_record.get(field.name).is_null())
        m_findings.add(Path{field.name}, nullptr, "is missing");
  }

  void against_document() {
    Map instance;
    std::set<std::string> skipped;
    const auto* needed = keyword(&m_schema.document, "required");
    const auto named = [&](const char* name) {
      const Value value(name);
      const auto* list = needed != nullptr ? needed->if_list() : nullptr;
      return subschema_of_entry(&m_schema.document, name) != nullptr ||
             (list != nullptr && std::find(list->begin(), list->end(), value) != list->end());
    };
    if (named("id")) instance.set("id", m_record.id.str());
    for (const auto& [name, value] : m_record.fields)
      if (!value.is_null()) instance.set(name, value);
    if (named("crm")) instance.set("crm", m_record.crm);
    Value value(std::move(instance));
    // std::regex recurses for each character: what is too long for its pattern never gets there.
    for (const auto& name : too_long(value, &m_schema.document, {}))
      if (skipped.insert(name).second) value.if_map()->erase(name);
    auto errors = check_against(m_schema.document, value);
    std::erase_if(errors, [&](const SchemaError& e) { return skipped_is_missing(e, skipped); });
    explain_all(value, errors, skipped);
  }

  static bool skipped_is_missing(const SchemaError& error, const std::set<std::string>& skipped) {
    return error.path.empty() && std::any_of(skipped.begin(), skipped.end(), [&](const std::string& name) {
             return error.text.find('\'' + name + '\'') != std::string::npos;
           });
  }

  /// The fields that hold text that is too long for the pattern that it has to match; each is reported.
  std::vector<std::string> too_long(const Value& value, const Value* schema, const Path& path) {
    std::vector<std::string> out;
    const auto take = [&](std::vector<std::string> more) { out.insert(out.end(), more.begin(), more.end()); };
    const auto* text = value.if_string();
    if (text != nullptr && !keyword_text(schema, "pattern").empty() && !path.empty()) {
      const auto* bound = keyword(schema, "maxLength");
      const double most =
          std::min(bound != nullptr ? bound->number_or(0) : longest_for_pattern, double{longest_for_pattern});
      if (static_cast<double>(base::characters(*text)) > most) {
        m_findings.add(path, &value,
                       "must have at most " + std::to_string(static_cast<int>(most)) + " characters");
        out.push_back(path.front());
      }
    }
    const auto inside = [&](std::string part) {
      Path next = path;
      next.push_back(std::move(part));
      return next;
    };
    if (const auto* map = value.if_map())
      for (const auto& [key, item] : *map)
        if (const auto* sub = subschema_of_entry(schema, key)) take(too_long(item, sub, inside(key)));
    if (const auto* list = value.if_list())
      for (const auto* part : {"items", "contains"})
        if (const auto* sub = keyword(schema, part))
          for (std::size_t i = 0; i < list->size(); ++i)
            take(too_long((*list)[i], sub, inside(std::to_string(i))));
    for (const auto* part : {"not", "if", "then", "else"})
      if (const auto* sub = keyword(schema, part)) take(too_long(value, sub, path));
    for (const auto* part : {"allOf", "anyOf", "oneOf"})
      if (const auto* subs = keyword(schema, part); subs != nullptr && subs->if_list() != nullptr)
        for (const auto& sub : *subs->if_list())
          take(too_long(value, &sub, path));
    return out;
  }

  void explain_all(const Value& value, const std::vector<SchemaError>& errors,
                   const std::set<std::string>& skipped) {
    for (const auto& error : errors) {
      const auto [part, schema] = at(value, error.path);
      if (part == nullptr) continue;
      const bool pattern = error.text.find("pattern") != std::string::npos;
      if (explained_without(skipped, *part, schema, error.path, pattern)) continue;
      // Of what holds something wrong valijson says that it holds something wrong.
      const bool innermost = std::none_of(errors.begin(), errors.end(), [&](const SchemaError& other) {
        return other.path.size() > error.path.size() &&
               std::equal(error.path.begin(), error.path.end(), other.path.begin());
      });
      if (innermost && !m_findings.has(error.path))
        m_findings.add(error.path, part, "must be as the schema says: " + error.text);
    }
  }

  bool explained_without(const std::set<std::string>& skipped, const Value& part, const Value* schema,
                         const Path& path, bool pattern) {
    if (!path.empty() || skipped.empty()) return explain(part, schema, path, pattern, m_findings);
    Value whole = part; // nothing that was left out is missing
    for (const auto& name : skipped)
      whole.if_map()->set(name, Value());
    return explain(whole, schema, path, pattern, m_findings);
  }

  std::pair<const Value*, const Value*> at(const Value& root, const Path& path) const {
    const Value *value = &root, *schema = &m_schema.document;
    for (const auto& step : path) {
      if (const auto* map = value->if_map()) {
        value = map->find(step);
        schema = subschema_of_entry(schema, step);
      } else if (const auto* list = value->if_list()) {
        std::size_t index = list->size();
        std::from_chars(step.data(), step.data() + step.size(), index);
        value = index < list->size() ? &(*list)[index] : nullptr;
        schema = subschema_of_items(schema);
      } else {
        value = nullptr;
      }
      if (value == nullptr) return {nullptr, nullptr};
    }
    return {value, schema};
  }

  void references(const core::Field& field) {
    const auto& value = m_record.get(field.name);
    if (!field.ref || value.is_null()) return;
    const auto one = [&](const Value& text, const Path& path) {
      if (text.if_string() == nullptr || m_findings.has(path)) return;
      const bool by_id = field.ref->by == core::Reference::By::Id;
      const auto type =
          field.ref->types.empty() ? std::string("record") : base::join(field.ref->types, " or ");
      const auto& word = *text.if_string();
      const bool good =
          by_id ? base::Id::parse(word).has_value()
                : !word.empty() && word.size() <= longest_field_name && word.find(' ') == word.npos;
      if (!good)
        m_findings.add(path, &text,
                       by_id ? "must be the id of a " + type + ": 16 characters"
                             : "must be the key of a " + type + ", without spaces");
    };
    one(value, Path{field.name});
    if (const auto* list = value.if_list())
      for (std::size_t i = 0; i < list->size(); ++i)
        one((*list)[i], Path{field.name, std::to_string(i)});
  }

  const Record& m_record;
  const Schema& m_schema;
  const Demands m_demands;
  const std::size_t m_bytes;
  Findings m_findings;
};

} // namespace

std::vector<Problem> validate_record(const Record& record, const Schema& schema, const std::string& file,
                                     const Node* root, Demands demands, std::size_t bytes) {
  return Validation(record, schema, file, root, demands, bytes).run();
}

} // namespace crm::codec
