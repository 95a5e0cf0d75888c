#include "core/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace crm::core {

const Value* Map::find(std::string_view key) const {
  const auto it =
      std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& e) { return e.first == key; });
  return it == m_entries.end() ? nullptr : &it->second;
}

std::string Map::text(std::string_view key) const {
  const auto* value = find(key);
  return value == nullptr ? std::string() : value->string_or_empty();
}

Value* Map::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

void Map::set(std::string_view key, Value value) {
  if (Value* present = find(key)) {
    *present = std::move(value);
  } else {
    m_entries.emplace_back(std::string(key), std::move(value));
  }
}

void Map::append(std::string key, Value value) {
  m_entries.emplace_back(std::move(key), std::move(value));
}

void Map::reserve(std::size_t entries) {
  m_entries.reserve(entries);
}

bool Map::erase(std::string_view key) {
  return std::erase_if(m_entries, [&](const Entry& e) { return e.first == key; }) > 0;
}

const std::string& Value::string_or_empty() const {
  static const std::string empty;
  const auto* text = if_string();
  return text != nullptr ? *text : empty;
}

double Value::number_or(double otherwise) const {
  if (const auto* i = if_int()) return static_cast<double>(*i);
  if (const auto* d = if_double()) return *d;
  return otherwise;
}

bool less(const Value& a, const Value& b) {
  if (a.data().index() != b.data().index()) return a.data().index() < b.data().index();
  if (const auto* x = a.if_bool()) return *x < *b.if_bool();
  if (const auto* x = a.if_int()) return *x < *b.if_int();
  if (const auto* x = a.if_double()) return *x < *b.if_double();
  if (const auto* x = a.if_string()) return *x < *b.if_string();
  if (const auto* x = a.if_list())
    return std::lexicographical_compare(x->begin(), x->end(), b.if_list()->begin(), b.if_list()->end(), less);
  if (const auto* x = a.if_map())
    return std::lexicographical_compare(x->begin(), x->end(), b.if_map()->begin(), b.if_map()->end(),
                                        [](const Map::Entry& l, const Map::Entry& r) {
                                          return l.first != r.first ? l.first < r.first
                                                                    : less(l.second, r.second);
                                        });
  return false;
}

std::string to_text(const Value& value) {
  if (const auto* b = value.if_bool()) return *b ? "true" : "false";
  if (const auto* i = value.if_int()) return std::to_string(*i);
  if (const auto* d = value.if_double()) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), *d).ptr;
    return std::string(buffer.data(), end);
  }
  if (const auto* s = value.if_string()) return *s;
  std::string out;
  if (const auto* list = value.if_list()) {
    for (const auto& item : *list) {
      if (!out.empty()) out += ", ";
      out += to_text(item);
    }
  } else if (const auto* map = value.if_map()) {
    for (const auto& [key, item] : *map) {
      if (!out.empty()) out += ", ";
      out += key + ": " + to_text(item);
    }
  }
  return out;
}

} // namespace crm::core
