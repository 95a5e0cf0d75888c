#include "core/schema.hpp"

#include <algorithm>

namespace crm::core {

std::string_view to_text(Rule rule) {
  switch (rule) {
  case Rule::Latest:
    return "latest";
  case Rule::Review:
    return "review";
  case Rule::Set:
    return "set";
  case Rule::Text:
    return "text";
  case Rule::States:
    return "states";
  case Rule::Max:
    return "max";
  case Rule::Min:
    return "min";
  }
  return "";
}

const std::vector<std::string>* States::next(std::string_view from) const {
  const auto it = std::find_if(moves.begin(), moves.end(), [&](const Move& m) { return m.from == from; });
  return it == moves.end() ? nullptr : &it->to;
}

bool States::allows(std::string_view from, std::string_view to) const {
  const auto* following = next(from);
  if (following == nullptr) return next(to) != nullptr;
  return std::find(following->begin(), following->end(), to) != following->end();
}

bool States::reaches(std::string_view from, std::string_view to) const {
  std::vector<std::string_view> todo{from}, done;
  while (!todo.empty()) {
    const auto state = todo.back();
    todo.pop_back();
    if (std::find(done.begin(), done.end(), state) != done.end()) continue;
    done.push_back(state);
    const auto* following = next(state);
    if (following == nullptr) continue;
    if (std::find(following->begin(), following->end(), to) != following->end()) return true;
    todo.insert(todo.end(), following->begin(), following->end());
  }
  return false;
}

const Field* Schema::find(std::string_view field) const {
  const auto it = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == field; });
  return it == fields.end() ? nullptr : &*it;
}

std::string Schema::unit(std::string_view field) const {
  const Field* known = find(field);
  if (known == nullptr) return std::string(field);
  if (strictness == Strictness::Record) return "record";
  return known->group.empty() ? known->name : known->group;
}

std::vector<std::string> Schema::members(std::string_view unit_name) const {
  std::vector<std::string> out;
  for (const auto& field : fields)
    if (unit(field.name) == unit_name) out.push_back(field.name);
  return out;
}

Rule Schema::rule(std::string_view unit_name) const {
  for (const auto& field : fields) {
    if (unit(field.name) != unit_name) continue;
    if (strictness == Strictness::Record || !field.group.empty()) return Rule::Review;
    return field.rule;
  }
  return Rule::Latest;
}

bool Schema::is_open(std::string_view state) const {
  if (!states || state.empty()) return false;
  return states->next(state) == nullptr ||
         std::find(states->open.begin(), states->open.end(), state) != states->open.end();
}

} // namespace crm::core
