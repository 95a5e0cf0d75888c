#include "codec/schema.hpp"

#include "base/text.hpp"
#include "codec/schema_reader.hpp"

#include <algorithm>

namespace crm::codec {
namespace {

using core::Shape;

/// Schemas are larger than records, and written with more care: all of a store's types fit many times.
constexpr Limits limits{256 * 1024, 32, 20000};

/// Folders of a store that hold something else than records.
const std::vector<std::string> reserved_folders{"schemas", "policy", "reads", "attachments"};

class SchemaReader {
 public:
  SchemaReader(const Node& root, Complaints& complaints)
      : m_root(root), m_complaints(complaints),
        m_crm(root.find("x-crm"), "x-crm",
              {"type", "folder", "version", "title", "name", "key", "time", "duration", "busy", "columns",
               "states", "merge", "log_reads"},
              complaints) {}

  core::Schema read() {
    frame();
    identity();
    m_schema.fields = read_fields(m_root, m_schema.strictness, m_complaints);
    m_schema.states = read_states(m_root, m_schema.fields, m_complaints);
    name_and_key();
    time();
    columns();
    only_one_states_field();
    document();
    return std::move(m_schema);
  }

 private:
  void frame() {
    const std::string* type = text_of(m_root.find("type"));
    if (m_root.find("type") == nullptr || (type != nullptr && *type != "object")) {
      const Node* node = m_root.find("type");
      node == nullptr ? m_complaints.missing(m_root, "type", "must be object")
                      : m_complaints.add(*node, "type", "must be object");
    }
    if (const Node* more = m_root.find("additionalProperties");
        more != nullptr && more->value != core::Value(true))
      m_complaints.add(*more, "additionalProperties",
                       "must be true or left out: fields that this schema does not know survive");
    if (m_root.find("x-crm") == nullptr)
      m_complaints.missing(m_root, "x-crm", "is not there; at least {type: NAME} is needed");
    else if (m_crm.find("type") == nullptr)
      m_crm.complain("type", "is not there; it names the record type, like vehicle");
  }

  void identity() {
    m_schema.type = m_crm.text("type");
    if (!m_schema.type.empty() && (!is_word(m_schema.type, "-", 32) || m_schema.type == "any"))
      m_crm.complain(
          "type",
          "must be lower-case letters, digits and -, at most 32, and begin with a letter; not \"any\"");
    m_schema.folder = m_crm.text("folder");
    if (m_schema.folder.empty()) m_schema.folder = m_schema.type + "s";
    if (m_crm.find("folder") != nullptr && !is_word(m_schema.folder, "-", 40))
      m_crm.complain("folder", "must be lower-case letters, digits and -, at most 40, and begin with a "
                               "letter: one folder at the store's root");
    if (contains(reserved_folders, m_schema.folder))
      m_crm.complain("folder", "the folder \"" + m_schema.folder + "\" is taken by the store itself");
    if (const Node* reads = m_crm.find("log_reads"); reads != nullptr && reads->value.if_bool() == nullptr)
      m_crm.complain("log_reads", "must be true or false");
    const Node* version = m_crm.find("version");
    const auto* number = version == nullptr ? nullptr : version->value.if_int();
    if (version != nullptr && (number == nullptr || *number < 1 || *number > 1'000'000)) {
      m_crm.complain("version", "must be a whole number, 1 or more");
    } else if (number != nullptr) {
      m_schema.version = static_cast<int>(*number);
    }
    const std::string* title = text_of(m_root.find("title"));
    m_schema.title = m_crm.text("title");
    if (m_schema.title.empty() && title != nullptr) m_schema.title = *title;
    if (m_schema.title.empty()) m_schema.title = m_schema.type;
    if (const std::string* description = text_of(m_root.find("description")))
      m_schema.description = *description;
    const std::string merge = m_crm.text("merge");
    if (merge == "record") m_schema.strictness = core::Strictness::Record;
    if (!merge.empty() && merge != "record" && merge != "field")
      m_crm.complain("merge",
                     "must be field (each field by its own rule) or record (the whole record as one)");
  }

  /// The field that the annotation names, when it has one of these shapes.
  const core::Field* named(std::string_view key, std::initializer_list<Shape> shapes, const char* what) {
    const std::string name = m_crm.text(key);
    if (name.empty()) return nullptr;
    const core::Field* field = m_schema.find(name);
    if (field == nullptr) {
      m_crm.complain(key, "must name a field of this schema");
    } else if (std::find(shapes.begin(), shapes.end(), field->shape) == shapes.end()) {
      m_crm.complain(key, std::string("must be a field with ") + what);
      return nullptr;
    }
    return field;
  }

  void name_and_key() {
    if (const auto* field = named("name", {Shape::Text}, "one line of text"))
      m_schema.name_field = field->name;
    if (const auto* field = named("key", {Shape::Text}, "one line of text")) m_schema.key_field = field->name;
    if (!m_schema.key_field.empty()) {
      const Node& node = *m_root.find("properties")->find(m_schema.key_field);
      const Node* longest = node.find("maxLength");
      if (node.find("pattern") == nullptr || longest == nullptr || longest->value.number_or(0) > 40)
        m_crm.complain("key", "a key is typed on the command line: its field needs maxLength: 40 and a "
                              "pattern, like '^[a-z0-9][a-z0-9._-]{0,39}$'");
    }
    if (m_crm.find("name") == nullptr) {
      for (const char* usual : {"name", "title"})
        if (const auto* field = m_schema.find(usual);
            m_schema.name_field.empty() && field != nullptr && field->shape == Shape::Text)
          m_schema.name_field = usual;
    } else if (m_schema.find("name") != nullptr && !m_schema.name_field.empty() &&
               m_schema.name_field != "name") {
      // In JSON, `name` is what a person calls the record, whatever its type.
      m_crm.complain("name", "this schema has a field called name: people call its records by that one");
    }
  }

  void time() {
    if (const auto* field = named("time", {Shape::Date, Shape::Time, Shape::DateTime},
                                  "format date, wall-time or date-or-wall-time"))
      m_schema.time_field = field->name;
    if (const auto* field = named("duration", {Shape::Period}, "format duration"))
      m_schema.duration_field = field->name;
    if (!m_schema.duration_field.empty() && (m_schema.find(m_schema.time_field) == nullptr ||
                                             m_schema.find(m_schema.time_field)->shape != Shape::Time))
      m_crm.complain("duration", "needs a time that it begins at: a field with format wall-time");
    m_schema.busy = m_crm.texts("busy");
    for (std::size_t i = 0; i < m_schema.busy.size(); ++i) {
      const auto* field = m_schema.find(m_schema.busy[i]);
      if (field == nullptr || !field->ref || field->ref->by != core::Reference::By::Key)
        m_crm.complain("busy", i,
                       "must be a field that refers by key, like x-crm: {ref: {type: resource, by: key}}");
    }
    if (!m_schema.busy.empty() && m_schema.duration_field.empty())
      m_crm.complain("busy", "needs time and duration as well: from when, and for how long");
  }

  void columns() {
    const auto marked = marked_columns(m_root);
    m_schema.columns = m_crm.texts("columns");
    for (std::size_t i = 0; i < m_schema.columns.size(); ++i)
      if (m_schema.find(m_schema.columns[i]) == nullptr)
        m_crm.complain("columns", i, "is not a field of this schema");
    if (m_crm.find("columns") != nullptr) {
      if (!marked.empty())
        m_crm.complain("columns", "fields say columns: true as well: say it in one of the two places");
      return;
    }
    m_schema.columns = marked;
    if (!marked.empty()) return;
    const std::string state = m_schema.states ? m_schema.states->field : std::string();
    for (const auto& name : {m_schema.key_field, m_schema.name_field, m_schema.time_field, state})
      if (!name.empty() && !contains(m_schema.columns, name)) m_schema.columns.push_back(name);
    if (m_schema.columns.empty() && !m_schema.fields.empty())
      m_schema.columns.push_back(m_schema.fields.front().name);
  }

  void only_one_states_field() {
    if (!m_schema.states) return;
    for (const auto& field : m_schema.fields)
      if (field.rule == core::Rule::States && field.name != m_schema.states->field)
        m_complaints.missing(
            *m_root.find("properties")->find(field.name), "properties." + field.name + ".x-crm.merge",
            "the states are those of " + m_schema.states->field + "; a record has one state");
  }

  void document() {
    core::Map map = m_root.value.if_map() != nullptr ? *m_root.value.if_map() : core::Map();
    for (const char* elsewhere : {"$schema", "$defs", "definitions"})
      map.erase(elsewhere);
    m_schema.document = std::move(map);
  }

  const Node& m_root;
  Complaints& m_complaints;
  Annotations m_crm;
  core::Schema m_schema;
};

bool may_refer(std::string_view text) {
  for (const std::string_view word : {"$ref", "$defs", "definitions"})
    if (text.find(word) != std::string_view::npos) return true;
  return false;
}

Node to_node(const core::Value& value) {
  Node node;
  node.value = value;
  if (const auto* map = value.if_map())
    for (const auto& [key, item] : *map)
      node.entries.emplace_back(key, to_node(item));
  if (const auto* list = value.if_list())
    for (const auto& item : *list)
      node.items.push_back(to_node(item));
  return node;
}

} // namespace

std::optional<core::Schema> schema_of(const core::Value& document) {
  if (document.if_map() == nullptr) return std::nullopt;
  Complaints complaints("");
  const Node root = to_node(document);
  core::Schema schema = SchemaReader(root, complaints).read();
  if (!complaints.empty()) return std::nullopt;
  return schema;
}

std::variant<core::Schema, std::vector<core::Problem>> parse_schema(std::string_view text,
                                                                    const std::string& file) {
  auto parsed = parse_yaml(text, file, limits);
  if (auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) return std::move(*problems);
  Node root = std::move(std::get<Node>(parsed));
  Complaints complaints(file);
  if (!is_map(root)) {
    complaints.add(root, "", "must be a map: a JSON Schema written in YAML");
    return complaints.take();
  }
  if (may_refer(text)) {
    auto expanded = without_references(root, complaints);
    if (!expanded) return complaints.take();
    root = std::move(*expanded);
  }
  check_vocabulary(root, complaints);
  core::Schema schema = SchemaReader(root, complaints).read();
  if (!complaints.empty()) return complaints.take();
  return schema;
}

} // namespace crm::codec
