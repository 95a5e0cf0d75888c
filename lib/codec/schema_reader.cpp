#include "codec/schema_reader.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace crm::codec {
namespace {

constexpr std::size_t most_problems = 100;
constexpr std::size_t shown = 60;

std::string found_text(const Node& node) {
  if (is_map(node) || is_list(node)) return {};
  return base::fit(
      base::printable(node.plain && !node.source.empty() ? node.source : core::to_text(node.value)), shown);
}

} // namespace

bool is_map(const Node& node) {
  return node.value.if_map() != nullptr;
}
bool is_list(const Node& node) {
  return node.value.if_list() != nullptr;
}
const std::string* text_of(const Node* node) {
  return node == nullptr ? nullptr : node->value.if_string();
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_word(std::string_view text, std::string_view punctuation, std::size_t most) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= most && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || punctuation.find(c) != std::string_view::npos;
         });
}

core::Value to_value(const Node& node) {
  if (is_map(node)) {
    core::Map map;
    for (const auto& [key, entry] : node.entries)
      map.set(key, to_value(entry));
    return map;
  }
  if (is_list(node)) {
    core::List list;
    for (const auto& item : node.items)
      list.push_back(to_value(item));
    return list;
  }
  return node.value;
}

void Complaints::add(const Node& node, std::string_view path, std::string message) {
  if (m_problems.size() < most_problems)
    m_problems.push_back({m_file, node.line, base::printable(path), found_text(node), std::move(message)});
}

void Complaints::missing(const Node& in, std::string_view path, std::string message) {
  if (m_problems.size() < most_problems)
    m_problems.push_back({m_file, in.line, base::printable(path), {}, std::move(message)});
}

std::vector<core::Problem> Complaints::take() {
  std::stable_sort(m_problems.begin(), m_problems.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  return std::move(m_problems);
}

Annotations::Annotations(const Node* node, std::string path, std::initializer_list<std::string_view> known,
                         Complaints& complaints)
    : m_node(node), m_path(std::move(path)), m_complaints(complaints) {
  if (m_node == nullptr) return;
  const std::vector<std::string> names(known.begin(), known.end());
  if (!is_map(*m_node)) {
    complaints.add(*m_node, m_path, "must be a map with any of " + base::join(names, ", "));
    m_node = nullptr;
    return;
  }
  for (const auto& [key, entry] : m_node->entries)
    if (!contains(names, key))
      complaints.missing(entry, this->path(key),
                         "is not known here; must be one of " + base::join(names, ", "));
}

void Annotations::complain(std::string_view key, std::string message) const {
  if (const Node* entry = find(key)) {
    m_complaints.add(*entry, path(key), std::move(message));
  } else if (m_node != nullptr) {
    m_complaints.missing(*m_node, path(key), std::move(message));
  }
}

void Annotations::complain(std::string_view key, std::size_t element, std::string message) const {
  const Node* list = find(key);
  if (list != nullptr && element < list->items.size())
    m_complaints.add(list->items[element], path(key), std::move(message));
}

std::string Annotations::text(std::string_view key) const {
  const Node* entry = find(key);
  if (entry == nullptr) return {};
  const std::string* text = text_of(entry);
  if (text == nullptr || text->empty()) complain(key, "must be a word");
  return text == nullptr ? std::string() : *text;
}

bool Annotations::flag(std::string_view key) const {
  const Node* entry = find(key);
  if (entry == nullptr) return false;
  const bool* flag = entry->value.if_bool();
  if (flag == nullptr) complain(key, "must be true or false");
  return flag != nullptr && *flag;
}

std::vector<std::string> Annotations::texts(std::string_view key) const {
  const Node* entry = find(key);
  std::vector<std::string> out;
  if (entry == nullptr) return out;
  const auto wrong = [](const Node& item) { return text_of(&item) == nullptr; };
  if (!is_list(*entry) || std::any_of(entry->items.begin(), entry->items.end(), wrong)) {
    complain(key, "must be a list of words, like [one, two]");
    return out;
  }
  for (std::size_t i = 0; i < entry->items.size(); ++i) {
    const std::string& word = *text_of(&entry->items[i]);
    if (contains(out, word)) {
      complain(key, i, "is there twice");
      return {};
    }
    out.push_back(word);
  }
  return out;
}

} // namespace crm::codec
