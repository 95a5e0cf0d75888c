// From `properties` to fields: what they hold, and what x-crm says of each.
#include "base/text.hpp"
#include "codec/schema_reader.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace crm::codec {
namespace {

using core::Rule;
using core::Shape;

constexpr std::size_t most_fields = 200, longest_title = 60, longest_description = 500;

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

constexpr std::array formats{
    Named<Shape>{"date", Shape::Date},
    Named<Shape>{"wall-time", Shape::Time},
    Named<Shape>{"date-or-wall-time", Shape::DateTime},
    Named<Shape>{"zone", Shape::Zone},
    Named<Shape>{"duration", Shape::Period},
};

constexpr std::array rules{
    Named<Rule>{"latest", Rule::Latest}, Named<Rule>{"review", Rule::Review}, Named<Rule>{"set", Rule::Set},
    Named<Rule>{"text", Rule::Text},     Named<Rule>{"states", Rule::States}, Named<Rule>{"max", Rule::Max},
    Named<Rule>{"min", Rule::Min},
};

/// Words of a record's own frame: in its file, in the units of its stamps, and in its JSON.
const std::vector<std::string> reserved_fields{"id",      "crm",     "type",   "deleted",
                                               "created", "changed", "written"};
const std::vector<std::string> reserved_groups{"id",      "crm",  "deleted", "record", "created",
                                               "changed", "seen", "also",    "added"};

template <typename T, std::size_t N>
const T* look_up(const std::array<Named<T>, N>& table, std::string_view name) {
  const auto it =
      std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.name == name; });
  return it == table.end() ? nullptr : &it->value;
}

template <typename T, std::size_t N>
std::string names(const std::array<Named<T>, N>& table) {
  std::vector<std::string> out;
  for (const auto& entry : table)
    out.emplace_back(entry.name);
  return base::join(out, ", ");
}

class FieldReader {
 public:
  FieldReader(const std::string& name, const Node& node, core::Strictness strictness, Complaints& complaints)
      : m_node(node), m_path("properties." + name), m_strictness(strictness), m_complaints(complaints),
        m_crm(node.find("x-crm"), m_path + ".x-crm",
              {"merge", "group", "ref", "prose", "search", "encrypt", "columns"}, complaints) {
    m_field.name = name;
  }

  core::Field read() {
    m_field.title = one_line("title", longest_title, m_field.name);
    m_field.description = one_line("description", longest_description, "");
    shape();
    allowed();
    reference();
    m_field.search = m_crm.flag("search");
    m_field.encrypt = m_crm.flag("encrypt");
    m_crm.flag("columns");
    merging();
    initial();
    return std::move(m_field);
  }

 private:
  std::string one_line(std::string_view key, std::size_t most, std::string otherwise) {
    const Node* node = m_node.find(key);
    const std::string* text = text_of(node);
    if (text == nullptr) return otherwise;
    if (base::width(*text) > most || text->find('\n') != std::string::npos)
      m_complaints.add(*node, m_path + "." + std::string(key),
                       "must be one line of at most " + std::to_string(most) + " characters");
    return text->empty() ? otherwise : *text;
  }

  void shape() {
    const std::string* type = text_of(m_node.find("type"));
    const Node* format = m_node.find("format");
    const bool prose = m_crm.flag("prose");
    if (m_node.find("type") == nullptr) {
      m_complaints.missing(m_node, m_path + ".type",
                           "says nothing; must be one of string, integer, number, boolean, array, object");
    } else if (type == nullptr) {
      return; // the vocabulary has complained
    } else if (*type == "integer") {
      m_field.shape = Shape::Integer;
    } else if (*type == "number") {
      m_field.shape = Shape::Number;
    } else if (*type == "boolean") {
      m_field.shape = Shape::Boolean;
    } else if (*type == "array") {
      const Node* items = m_node.find("items");
      const std::string* of = items == nullptr ? nullptr : text_of(items->find("type"));
      if (of == nullptr)
        m_complaints.missing(m_node, m_path + ".items",
                             "must say what the list is of, like {type: string, maxLength: 60}");
      m_field.shape = of != nullptr && *of == "string" ? Shape::Texts : Shape::Object;
    } else if (*type == "object") {
      m_field.shape = Shape::Object;
    }
    const bool string = type != nullptr && *type == "string";
    if (prose) m_field.shape = Shape::Prose;
    if (prose && (!string || format != nullptr || m_node.find("enum") != nullptr))
      m_crm.complain("prose", "goes only with type: string without format and enum");
    if (format == nullptr) return;
    const Shape* known = text_of(format) == nullptr ? nullptr : look_up(formats, *text_of(format));
    if (known == nullptr) {
      m_complaints.add(*format, m_path + ".format",
                       "must be one of " + names(formats) + "; for anything else use pattern");
    } else if (!string) {
      m_complaints.add(*format, m_path + ".format", "goes only with type: string");
    } else if (!prose) {
      m_field.shape = *known;
    }
  }

  /// Whether a scalar of the document is one that the field could hold.
  bool fits(const Node& value) const {
    switch (m_field.shape) {
    case Shape::Integer:
      return value.value.if_int() != nullptr;
    case Shape::Number:
      return value.value.if_int() != nullptr || value.value.if_double() != nullptr;
    case Shape::Boolean:
      return value.value.if_bool() != nullptr;
    case Shape::Texts:
      return is_list(value) && std::all_of(value.items.begin(), value.items.end(),
                                           [](const Node& item) { return text_of(&item) != nullptr; });
    case Shape::Object:
      return is_map(value) || is_list(value);
    default:
      return text_of(&value) != nullptr;
    }
  }

  void allowed() {
    const Node* items = m_field.shape == Shape::Texts ? m_node.find("items") : nullptr;
    const Node* choice = items != nullptr ? items->find("enum") : m_node.find("enum");
    if (choice == nullptr || !is_list(*choice)) return;
    const std::string path = m_path + (items != nullptr ? ".items.enum" : ".enum");
    for (const auto& item : choice->items) {
      const bool sound = items != nullptr ? text_of(&item) != nullptr : fits(item);
      std::string text = core::to_text(item.value);
      if (!sound) {
        m_complaints.add(item, path, "is not of the field's type; put quotes around what should be text");
      } else if (contains(m_field.allowed, text)) {
        m_complaints.add(item, path, "is there twice");
      } else {
        m_field.allowed.push_back(std::move(text));
      }
    }
  }

  void reference() {
    const Node* node = m_crm.find("ref");
    if (node == nullptr) return;
    const Annotations ref(node, m_path + ".x-crm.ref", {"type", "types", "by"}, m_complaints);
    if (!is_map(*node)) return;
    core::Reference out;
    out.types = ref.texts("types");
    if (const auto type = ref.text("type"); !type.empty() && type != "any") out.types.push_back(type);
    if ((ref.find("type") != nullptr) == (ref.find("types") != nullptr))
      m_crm.complain("ref", "needs either a type, like {type: contact}, or types, like {types: [contact, "
                            "deal]}; {type: any} is any");
    for (const auto& type : out.types)
      if (!is_word(type, "-", 32) || type == "any")
        ref.complain(ref.find("type") != nullptr ? "type" : "types", "must name record types, like contact");
    const std::string by = ref.text("by");
    if (!by.empty() && by != "id" && by != "key") ref.complain("by", "must be id or key");
    if (by == "key") out.by = core::Reference::By::Key;
    if (by == "key" && out.types.size() != 1)
      ref.complain("by", "a key is unique within one type only: name that one type, or refer by id");
    if (m_field.shape != Shape::Text && m_field.shape != Shape::Texts)
      m_crm.complain("ref", "goes only with a field of type string, or a list of them");
    m_field.ref = std::move(out);
  }

  /// The rule that suits what the field holds, where the schema names none.
  Rule usual_rule() const {
    if (m_field.shape == Shape::Texts) return Rule::Set;
    return m_field.shape == Shape::Prose ? Rule::Text : Rule::Latest;
  }

  /// What a rule needs of its field, "" when the field has it. States are looked at with the state machine.
  std::string mismatch(Rule rule) const {
    const auto shape = m_field.shape;
    if (rule == Rule::Set && shape != Shape::Texts) return "set goes only with a list of strings";
    if (rule == Rule::Text && shape != Shape::Prose)
      return "text goes only with prose (x-crm: {prose: true})";
    const bool ordered = shape == Shape::Integer || shape == Shape::Number || shape == Shape::Date;
    if ((rule == Rule::Max || rule == Rule::Min) && !ordered)
      return "max and min go only with dates (format: date), integers and numbers";
    return {};
  }

  void merging() {
    m_field.group = m_crm.text("group");
    m_field.rule = m_field.group.empty() ? usual_rule() : Rule::Review;
    const std::string word = m_crm.text("merge");
    if (m_strictness == core::Strictness::Record)
      for (const char* key : {"merge", "group"})
        if (m_crm.find(key) != nullptr)
          m_crm.complain(key, "the whole record merges as one here (merge: record of the document): take one "
                              "of the two away");
    if (word.empty()) return;
    const Rule* rule = look_up(rules, word);
    if (rule == nullptr) return m_crm.complain("merge", "must be one of " + names(rules));
    if (!m_field.group.empty() && *rule != Rule::Review)
      return m_crm.complain("merge", "a group merges as one, by review: take merge or group away");
    if (const auto why = mismatch(*rule); !why.empty()) return m_crm.complain("merge", why);
    m_field.rule = *rule;
  }

  void initial() {
    const Node* node = m_node.find("default");
    if (node == nullptr) return;
    const std::string path = m_path + ".default";
    if (!fits(*node)) return m_complaints.add(*node, path, "is not of the field's type");
    if (!m_field.allowed.empty() && m_field.shape != Shape::Texts &&
        !contains(m_field.allowed, core::to_text(node->value)))
      return m_complaints.add(*node, path, "must be one of " + base::join(m_field.allowed, ", "));
    m_field.initial = to_value(*node);
  }

  const Node& m_node;
  std::string m_path;
  core::Strictness m_strictness;
  Complaints& m_complaints;
  Annotations m_crm;
  core::Field m_field;
};

void check_groups(const Node& properties, const std::vector<core::Field>& fields, Complaints& complaints) {
  std::map<std::string, int> sizes;
  for (const auto& field : fields)
    ++sizes[field.group];
  for (const auto& field : fields) {
    if (field.group.empty() || sizes[field.group] == 0) continue;
    const Node& node = *properties.find(field.name)->find("x-crm")->find("group");
    const std::string path = "properties." + field.name + ".x-crm.group";
    const auto same = [&](const core::Field& other) { return other.name == field.group; };
    if (!is_word(field.group, "_", 40)) {
      complaints.add(node, path, "must be a lower-case word with digits and _");
    } else if (contains(reserved_groups, field.group)) {
      complaints.add(node, path, "is crm's own word; the others are " + base::join(reserved_groups, ", "));
    } else if (std::any_of(fields.begin(), fields.end(), same)) {
      complaints.add(node, path, "is the name of a field; a group needs a name of its own");
    } else if (sizes[field.group] == 1) {
      complaints.add(node, path, "has this one field only; a group is at least two that change together");
    }
    sizes[field.group] = 0; // said once for all of its fields
  }
}

} // namespace

std::vector<core::Field> read_fields(const Node& root, core::Strictness strictness, Complaints& complaints) {
  std::vector<core::Field> fields;
  const Node* properties = root.find("properties");
  if (properties == nullptr || (is_map(*properties) && properties->entries.empty()))
    complaints.missing(properties == nullptr ? root : *properties, "properties",
                       "must describe at least one field");
  if (properties == nullptr || !is_map(*properties)) return fields;
  if (properties->entries.size() > most_fields)
    complaints.missing(*properties, "properties", "are more than " + std::to_string(most_fields));
  for (const auto& [name, node] : properties->entries) {
    const std::string path = "properties." + name;
    if (!is_word(name, "_", 40)) {
      complaints.missing(
          node, path,
          "a field's name must be lower-case letters, digits and _, at most 40, and begin with a letter");
    } else if (contains(reserved_fields, name)) {
      complaints.missing(node, path,
                         "is crm's own word and cannot name a field; the others are " +
                             base::join(reserved_fields, ", "));
    }
    if (is_map(node)) fields.push_back(FieldReader(name, node, strictness, complaints).read());
  }
  check_groups(*properties, fields, complaints);
  if (const Node* required = root.find("required"))
    for (const auto& item : required->items) {
      const std::string* name = text_of(&item);
      const auto it = std::find_if(fields.begin(), fields.end(),
                                   [&](const core::Field& f) { return name != nullptr && f.name == *name; });
      if (it != fields.end()) {
        it->required = true;
      } else if (name != nullptr) {
        complaints.add(item, "required", "is not a field of this schema");
      }
    }
  return fields;
}

std::vector<std::string> marked_columns(const Node& root) {
  std::vector<std::string> out;
  const Node* properties = root.find("properties");
  if (properties == nullptr) return out;
  for (const auto& [name, node] : properties->entries) {
    const Node* crm = node.find("x-crm");
    const Node* flag = crm == nullptr ? nullptr : crm->find("columns");
    if (flag != nullptr && flag->value.if_bool() != nullptr && *flag->value.if_bool()) out.push_back(name);
  }
  return out;
}

} // namespace crm::codec
