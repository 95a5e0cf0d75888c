// Which words of JSON Schema a schema document may use. A keyword that nobody enforces would be a promise
// that nobody keeps, so unknown ones are refused: `maxLenght` is a mistake, not an extension.
#include "base/text.hpp"
#include "codec/pattern.hpp"
#include "codec/schema_reader.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace crm::codec {
namespace {

enum class Kind {
  Any,
  Text,
  Flag,
  Count,
  Number,
  Type,
  Schema,
  SchemaOrFlag,
  Schemas,
  SchemaMap,
  Names,
  Values
};

struct Keyword {
  std::string_view name;
  Kind kind;
};

constexpr std::array keywords{
    Keyword{"title", Kind::Text},
    Keyword{"description", Kind::Text},
    Keyword{"type", Kind::Type},
    Keyword{"enum", Kind::Values},
    Keyword{"const", Kind::Any},
    Keyword{"default", Kind::Any},
    Keyword{"examples", Kind::Values},
    Keyword{"deprecated", Kind::Flag},
    Keyword{"format", Kind::Text},
    Keyword{"pattern", Kind::Text},
    Keyword{"minLength", Kind::Count},
    Keyword{"maxLength", Kind::Count},
    Keyword{"minimum", Kind::Number},
    Keyword{"maximum", Kind::Number},
    Keyword{"exclusiveMinimum", Kind::Number},
    Keyword{"exclusiveMaximum", Kind::Number},
    Keyword{"multipleOf", Kind::Number},
    Keyword{"items", Kind::Schema},
    Keyword{"contains", Kind::Schema},
    Keyword{"minItems", Kind::Count},
    Keyword{"maxItems", Kind::Count},
    Keyword{"uniqueItems", Kind::Flag},
    Keyword{"properties", Kind::SchemaMap},
    Keyword{"required", Kind::Names},
    Keyword{"additionalProperties", Kind::SchemaOrFlag},
    Keyword{"minProperties", Kind::Count},
    Keyword{"maxProperties", Kind::Count},
    Keyword{"allOf", Kind::Schemas},
    Keyword{"anyOf", Kind::Schemas},
    Keyword{"oneOf", Kind::Schemas},
    Keyword{"not", Kind::Schema},
    Keyword{"if", Kind::Schema},
    Keyword{"then", Kind::Schema},
    Keyword{"else", Kind::Schema},
    Keyword{"$schema", Kind::Text},
    Keyword{"$comment", Kind::Text},
};

const std::vector<std::string> types{"string", "integer", "number", "boolean", "array", "object"};

enum class Level { Document, Field, Within };

class Vocabulary {
 public:
  explicit Vocabulary(Complaints& complaints) : m_complaints(complaints) {}

  void schema(const Node& node, const std::string& path, Level level) {
    if (!is_map(node)) return m_complaints.add(node, path, "must be a schema: a map with a type");
    for (const auto& [key, entry] : node.entries) {
      const std::string at = path.empty() ? key : path + "." + key;
      if (key == "x-crm" && level == Level::Within)
        m_complaints.missing(entry, at,
                             "only the document and its fields are annotated; put it at the field");
      if (key.starts_with("x-")) continue;
      const auto known = std::find_if(keywords.begin(), keywords.end(),
                                      [&, &wanted = key](const Keyword& k) { return k.name == wanted; });
      if (known == keywords.end()) {
        unknown(entry, key, at);
      } else {
        value(*known, entry, at, level);
      }
    }
    if (node.find("pattern") != nullptr) pattern(node, path);
    if (node.find("format") != nullptr && level != Level::Field)
      m_complaints.add(*node.find("format"), path + ".format", "only a field itself can have a format");
  }

 private:
  void unknown(const Node& entry, const std::string& key, const std::string& at) {
    std::vector<std::string> names;
    for (const auto& keyword : keywords)
      names.emplace_back(keyword.name);
    const auto close = base::suggestions(key, names, 1);
    m_complaints.missing(entry, at,
                         "is not a keyword that crm enforces; " +
                             (close.empty() ? "must be one of " + base::join(names, ", ")
                                            : "did you mean " + close.front() + "?"));
  }

  void value(const Keyword& keyword, const Node& node, const std::string& at, Level level) {
    const auto want = [&](bool met, const char* what) {
      if (!met) m_complaints.add(node, at, std::string("must be ") + what);
      return met;
    };
    const bool number = node.value.if_int() != nullptr || node.value.if_double() != nullptr;
    switch (keyword.kind) {
    case Kind::Any:
      break;
    case Kind::Text:
      want(text_of(&node) != nullptr, "text (put it in quotes)");
      break;
    case Kind::Flag:
      want(node.value.if_bool() != nullptr, "true or false");
      break;
    case Kind::Count:
      want(node.value.if_int() != nullptr && *node.value.if_int() >= 0, "a whole number, 0 or more");
      break;
    case Kind::Number:
      if (want(number, "a number") && keyword.name == "multipleOf")
        want(node.value.number_or(0) > 0, "more than 0");
      break;
    case Kind::Type:
      if (text_of(&node) == nullptr || !contains(types, *text_of(&node)))
        m_complaints.add(node, at,
                         "must be one of " + base::join(types, ", ") +
                             "; a field that is not required may be absent, so null needs no type");
      break;
    case Kind::Values:
      want(is_list(node) && !node.items.empty(), "a list with at least one value");
      break;
    case Kind::Names:
      want(is_list(node) && std::all_of(node.items.begin(), node.items.end(),
                                        [](const Node& item) { return text_of(&item) != nullptr; }),
           "a list of field names");
      break;
    case Kind::SchemaOrFlag:
      if (node.value.if_bool() != nullptr) break;
      [[fallthrough]];
    case Kind::Schema:
      schema(node, at, Level::Within);
      break;
    case Kind::Schemas:
      if (want(is_list(node) && !node.items.empty(), "a list of schemas"))
        for (const auto& item : node.items)
          schema(item, at, Level::Within);
      break;
    case Kind::SchemaMap:
      if (want(is_map(node), "a map of field names and their schemas"))
        for (const auto& [name, entry] : node.entries)
          schema(entry, at + "." + name, level == Level::Document ? Level::Field : Level::Within);
      break;
    }
  }

  void pattern(const Node& node, const std::string& path) {
    const std::string* text = text_of(node.find("pattern"));
    if (text == nullptr) return;
    const Node* bound = node.find("maxLength");
    if (bound == nullptr)
      return m_complaints.add(*node.find("pattern"), path + ".pattern",
                              "needs a maxLength beside it, so that matching is bounded");
    const auto* longest = bound->value.if_int();
    if (longest == nullptr || *longest < 0) return;
    // Compiling one takes longer than reading all the rest of a field, and schemas share a few.
    thread_local std::set<std::pair<std::string, std::int64_t>> sound;
    const std::pair key{*text, *longest};
    if (sound.contains(key)) return;
    if (const auto fault = pattern_fault(*text, static_cast<std::size_t>(*longest))) {
      m_complaints.add(*node.find("pattern"), path + ".pattern", *fault);
    } else {
      if (sound.size() >= 256) sound.clear();
      sound.insert(key);
    }
  }

  Complaints& m_complaints;
};

constexpr std::size_t most_nodes = 20000,
                      most_bytes = 1 << 20; // of keys and scalars, however often they are named
constexpr int deepest = 32;

class References {
 public:
  References(const Node& root, Complaints& complaints) : m_root(root), m_complaints(complaints) {}

  bool failed() const { return m_failed; }

  Node expand(const Node& node, const std::string& path, int depth) {
    if (m_failed) return {};
    m_bytes += node.source.size();
    for (const auto& each : node.entries)
      m_bytes += each.first.size();
    if (++m_nodes > most_nodes || m_bytes > most_bytes || depth > deepest)
      return fail(node, path, "what the document's $ref entries stand for is too large or too deep");
    if (const Node* reference = is_map(node) ? node.find("$ref") : nullptr)
      return follow(node, *reference, path, depth);
    // What a map or a list holds is in its nodes: as a value too it would be there once for each level above.
    Node out{is_map(node)    ? core::Value(core::Map())
             : is_list(node) ? core::Value(core::List())
                             : node.value,
             node.line,
             node.plain,
             node.source,
             {},
             {}};
    for (const auto& [key, entry] : node.entries)
      if (depth > 0 || (key != "$defs" && key != "definitions"))
        out.entries.emplace_back(key, expand(entry, path.empty() ? key : path + "." + key, depth + 1));
    for (const auto& item : node.items)
      out.items.push_back(expand(item, path, depth + 1));
    return out;
  }

 private:
  Node fail(const Node& node, const std::string& path, std::string message) {
    m_complaints.add(node, path, std::move(message));
    m_failed = true;
    return {};
  }

  Node follow(const Node& node, const Node& reference, const std::string& path, int depth) {
    const std::string at = path.empty() ? "$ref" : path + ".$ref";
    const std::string* text = text_of(&reference);
    const Node* target = text == nullptr ? nullptr : named(*text);
    if (target == nullptr || depth == 0)
      return fail(
          reference, at,
          "must be #/$defs/NAME, with that NAME under $defs in this document; nothing outside it is read");
    if (std::find(m_open.begin(), m_open.end(), target) != m_open.end())
      return fail(reference, at, "goes round in a circle");
    m_open.push_back(target);
    Node out = expand(*target, path, depth + 1);
    m_open.pop_back();
    if (m_failed) return {};
    if (!is_map(out)) return fail(reference, at, "must name a schema");
    for (const auto& [key, entry] : node.entries) {
      if (key == "$ref") continue;
      const auto same = std::find_if(out.entries.begin(), out.entries.end(),
                                     [&, &wanted = key](const auto& e) { return e.first == wanted; });
      Node own = expand(entry, path + "." + key, depth + 1);
      if (same != out.entries.end()) {
        same->second = std::move(own);
      } else {
        out.entries.emplace_back(key, std::move(own));
      }
    }
    out.line = node.line;
    return out;
  }

  const Node* named(std::string_view text) const {
    for (const std::string_view home : {"$defs", "definitions"}) {
      const std::string prefix = "#/" + std::string(home) + "/";
      const Node* definitions = text.starts_with(prefix) ? m_root.find(home) : nullptr;
      if (definitions != nullptr && is_map(*definitions))
        return definitions->find(text.substr(prefix.size()));
    }
    return nullptr;
  }

  const Node& m_root;
  Complaints& m_complaints;
  std::vector<const Node*> m_open;
  std::size_t m_nodes = 0, m_bytes = 0;
  bool m_failed = false;
};

} // namespace

std::optional<Node> without_references(const Node& root, Complaints& complaints) {
  References references(root, complaints);
  Node out = references.expand(root, "", 0);
  if (references.failed()) return std::nullopt;
  out.value = to_value(out);
  return out;
}

void check_vocabulary(const Node& root, Complaints& complaints) {
  Vocabulary(complaints).schema(root, "", Level::Document);
}

} // namespace crm::codec
