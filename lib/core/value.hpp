// The data model of records and schemas: YAML's core schema without anchors, tags or non-string keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace crm::core {

class Value;
using List = std::vector<Value>;

/// A mapping that keeps the order of its entries. Keys are unique.
class Map {
 public:
  using Entry = std::pair<std::string, Value>;

  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// "" where it is no text, or not there.
  std::string text(std::string_view key) const;
  /// Replaces in place, or appends.
  void set(std::string_view key, Value value);
  /// For a key that is known not to be there.
  void append(std::string key, Value value);
  void reserve(std::size_t entries);
  bool erase(std::string_view key);
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  bool empty() const;
  std::size_t size() const;
  std::vector<Entry>::const_iterator begin() const;
  std::vector<Entry>::const_iterator end() const;
  std::vector<Entry>::iterator begin();
  std::vector<Entry>::iterator end();
  friend bool operator==(const Map&, const Map&);

 private:
  std::vector<Entry> m_entries;
};

class Value {
 public:
  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map>;

  Value() = default;
  Value(bool b) : m_data(b) {}
  Value(std::int64_t i) : m_data(i) {}
  Value(int i) : m_data(static_cast<std::int64_t>(i)) {}
  /// -0.0 becomes 0.0: they are equal, and equal values must have the same bytes on every device.
  Value(double d) : m_data(d == 0 ? 0.0 : d) {}
  Value(std::string s) : m_data(std::move(s)) {}
  Value(std::string_view s) : m_data(std::string(s)) {}
  Value(const char* s) : m_data(std::string(s)) {}
  Value(List l) : m_data(std::move(l)) {}
  Value(Map m) : m_data(std::move(m)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(m_data); }
  const bool* if_bool() const { return std::get_if<bool>(&m_data); }
  const std::int64_t* if_int() const { return std::get_if<std::int64_t>(&m_data); }
  const double* if_double() const { return std::get_if<double>(&m_data); }
  const std::string* if_string() const { return std::get_if<std::string>(&m_data); }
  const List* if_list() const { return std::get_if<List>(&m_data); }
  const Map* if_map() const { return std::get_if<Map>(&m_data); }
  List* if_list() { return std::get_if<List>(&m_data); }
  Map* if_map() { return std::get_if<Map>(&m_data); }
  const Data& data() const { return m_data; }

  /// The string, or "" when it is anything else.
  const std::string& string_or_empty() const;
  /// A number as double (int or double), or `otherwise`.
  double number_or(double otherwise) const;

  friend bool operator==(const Value&, const Value&) = default;

 private:
  Data m_data;
};

inline bool Map::empty() const {
  return m_entries.empty();
}
inline std::size_t Map::size() const {
  return m_entries.size();
}
inline std::vector<Map::Entry>::const_iterator Map::begin() const {
  return m_entries.begin();
}
inline std::vector<Map::Entry>::const_iterator Map::end() const {
  return m_entries.end();
}
inline std::vector<Map::Entry>::iterator Map::begin() {
  return m_entries.begin();
}
inline std::vector<Map::Entry>::iterator Map::end() {
  return m_entries.end();
}
inline bool operator==(const Map& a, const Map& b) {
  return a.m_entries == b.m_entries;
}

/// Total order over values for canonical output: by kind, then content. Used for sorting set elements.
bool less(const Value& a, const Value& b);

/// One line for messages and tables: strings as they are, lists joined by ", ", maps as "k: v, …", null as
/// "".
std::string to_text(const Value& value);

} // namespace crm::core
