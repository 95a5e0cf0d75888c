// `x-crm.states`: which field is the state, what may follow what, and the verbs that move it.
#include "base/text.hpp"
#include "codec/schema_reader.hpp"

#include <algorithm>

namespace crm::codec {
namespace {

/// What every type's command has anyway: a verb of that name could never be reached.
const std::vector<std::string> own_verbs{"new", "add", "list",    "show", "edit",
                                         "set", "rm",  "restore", "help"};

class StatesReader {
 public:
  StatesReader(const Node& node, Complaints& complaints)
      : m_complaints(complaints), m_node(node),
        m_crm(&node, path, {"field", "initial", "moves", "rank", "open", "frees", "verbs", "chance"},
              complaints) {}

  std::optional<core::States> read(std::vector<core::Field>& fields) {
    if (!is_map(m_node)) return std::nullopt;
    core::Field* field = state_field(fields);
    if (field == nullptr) return std::nullopt;
    m_known = field->allowed;
    for (const auto& state : m_known)
      if (!is_word(state, "-_", 40))
        m_complaints.missing(m_node, "properties." + field->name + ".enum",
                             "the state \"" + state +
                                 "\" must be lower-case letters, digits, - and _, as people type it");
    field->rule = core::Rule::States;
    core::States out;
    out.field = field->name;
    out.initial = initial(*field);
    field->initial = out.initial;
    moves(out);
    rank(out);
    out.open = known("open");
    if (!m_crm.find("open")) out.open = {out.initial};
    out.frees = known("frees");
    verbs(out);
    check_chances();
    return out;
  }

 private:
  static constexpr const char* path = "x-crm.states";

  std::string choices() const { return "must be one of the states " + base::join(m_known, ", "); }

  core::Field* state_field(std::vector<core::Field>& fields) {
    const std::string name = m_crm.text("field");
    const auto it =
        std::find_if(fields.begin(), fields.end(), [&](const core::Field& f) { return f.name == name; });
    if (it == fields.end()) {
      m_crm.complain("field", "must name the field that holds the state");
    } else if (it->shape != core::Shape::Text || it->allowed.size() < 2) {
      m_crm.complain("field", "must be a string with at least two states as its enum");
    } else if (!it->group.empty()) {
      m_crm.complain("field", "a state changes by itself and cannot be in a group");
    } else if (it->rule != core::Rule::States && it->rule != core::Rule::Latest) {
      m_crm.complain("field", "a state merges along its moves: merge must be states, or left out");
    } else {
      return &*it;
    }
    return nullptr;
  }

  std::string initial(const core::Field& field) {
    const std::string given = m_crm.text("initial");
    const std::string& by_default = field.initial.string_or_empty();
    if (!given.empty() && !contains(m_known, given)) m_crm.complain("initial", choices());
    if (!given.empty() && !by_default.empty() && given != by_default)
      m_crm.complain("initial", "is not the field's default, \"" + by_default + "\"");
    if (!given.empty()) return given;
    return by_default.empty() ? m_known.front() : by_default;
  }

  void moves(core::States& out) {
    const Node* node = m_crm.find("moves");
    if (node == nullptr || !is_map(*node) || node->entries.empty())
      return m_crm.complain("moves", "must say which states may follow which, like {open: [done], done: []}");
    std::vector<std::string_view> known_states(m_known.begin(), m_known.end());
    for (const auto& [from, entry] : node->entries) {
      const std::string at = m_crm.path("moves") + "." + from;
      if (!contains(m_known, from)) m_complaints.missing(entry, at, "is not a state; " + choices());
      if (!is_list(entry)) {
        m_complaints.add(entry, at, "must be a list of states, like [done]");
        continue;
      }
      core::States::Move move{from, {}};
      for (const auto& item : entry.items) {
        const std::string* to = text_of(&item);
        if (to == nullptr || !contains(m_known, *to)) {
          m_complaints.add(item, at, choices());
        } else if (*to == from || contains(move.to, *to)) {
          m_complaints.add(item, at, *to == from ? "a state need not move to itself" : "is there twice");
        } else {
          move.to.push_back(*to);
        }
      }
      out.moves.push_back(std::move(move));
    }
  }

  void rank(core::States& out) {
    out.rank = known("rank");
    if (m_crm.find("rank") == nullptr) out.rank = m_known;
    std::vector<std::string> left_out;
    for (const auto& state : m_known)
      if (!contains(out.rank, state)) left_out.push_back(state);
    if (!left_out.empty())
      m_crm.complain("rank", "must have every state once, from the first to the furthest; not there: " +
                                 base::join(left_out, ", "));
  }

  std::vector<std::string> known(std::string_view key) {
    auto states = m_crm.texts(key);
    for (std::size_t i = 0; i < states.size(); ++i)
      if (!contains(m_known, states[i])) m_crm.complain(key, i, choices());
    return states;
  }

  void verbs(core::States& out) {
    const Node* node = m_crm.find("verbs");
    if (node == nullptr) return;
    if (!is_map(*node))
      return m_crm.complain("verbs",
                            "must be a map of verbs and the states that they lead to, like {close: closed}");
    for (const auto& [verb, entry] : node->entries) {
      const std::string at = m_crm.path("verbs") + "." + verb;
      const std::string* to = text_of(&entry);
      if (!is_word(verb, "-", 40))
        m_complaints.missing(entry, at, "a verb must be lower-case letters, digits and -");
      if (contains(own_verbs, verb))
        m_complaints.missing(
            entry, at, "every type has that verb already; the others are " + base::join(own_verbs, ", "));
      if (to == nullptr || !contains(m_known, *to)) {
        m_complaints.add(entry, at, choices());
      } else {
        out.verbs.emplace_back(verb, *to);
      }
    }
  }

  /// For forecasts, which read them from the document: percent by state.
  void check_chances() {
    const Node* node = m_crm.find("chance");
    if (node == nullptr) return;
    if (!is_map(*node))
      return m_crm.complain(
          "chance", "must be a map of states and how likely they end well, in percent, like {lead: 10}");
    for (const auto& [state, entry] : node->entries) {
      const std::string at = m_crm.path("chance") + "." + state;
      if (!contains(m_known, state)) m_complaints.missing(entry, at, "is not a state; " + choices());
      const double percent = entry.value.number_or(-1);
      if (percent < 0 || percent > 100)
        m_complaints.add(entry, at, "must be a number from 0 to 100, in percent");
    }
  }

  Complaints& m_complaints;
  const Node& m_node;
  Annotations m_crm;
  std::vector<std::string> m_known;
};

} // namespace

std::optional<core::States> read_states(const Node& root, std::vector<core::Field>& fields,
                                        Complaints& complaints) {
  const Node* crm = root.find("x-crm");
  const Node* node = crm == nullptr ? nullptr : crm->find("states");
  std::optional<core::States> out;
  if (node != nullptr) out = StatesReader(*node, complaints).read(fields);
  const Node* properties = root.find("properties");
  for (const auto& field : fields) {
    if (field.rule != core::Rule::States || node != nullptr) continue;
    const Node* merge = properties->find(field.name)->find("x-crm")->find("merge");
    complaints.add(*merge, "properties." + field.name + ".x-crm.merge",
                   "needs the moves between its states, in x-crm.states of the document");
  }
  return out;
}

} // namespace crm::codec
