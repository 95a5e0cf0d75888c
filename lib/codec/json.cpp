#include "codec/json.hpp"

#include <nlohmann/json.hpp>

namespace crm::codec {
namespace {

using Json = nlohmann::ordered_json;
using core::Value;

constexpr std::size_t deepest = 64;

Json to_document(const Value& value) {
  if (const auto* boolean = value.if_bool()) return *boolean;
  if (const auto* integer = value.if_int()) return *integer;
  if (const auto* number = value.if_double()) return *number;
  if (const auto* text = value.if_string()) return *text;
  if (const auto* list = value.if_list()) {
    Json out = Json::array();
    for (const auto& item : *list)
      out.push_back(to_document(item));
    return out;
  }
  if (const auto* map = value.if_map()) {
    // Keys are unique already: ordered_json's own insertion would look for each of them.
    Json::object_t out;
    out.reserve(map->size());
    for (const auto& [key, item] : *map)
      out.emplace_back(key, to_document(item));
    return out;
  }
  return nullptr;
}

/// Builds while it reads, so that neither depth nor a repeated key gets past it. False stops the parser.
class Reader final : public nlohmann::json_sax<Json> {
 public:
  Value take() { return std::move(m_root); }

  bool null() override { return add({}); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) return add(static_cast<double>(value));
    return add(static_cast<std::int64_t>(value));
  }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Json::binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    constexpr std::size_t usual = 8; // fields of a record
    core::Map map;
    map.reserve(usual);
    return open(std::move(map));
  }
  bool key(std::string& name) override {
    if (m_open.back().value.if_map()->contains(name)) return false;
    m_open.back().key = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(core::List{}); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  struct Open {
    Value value;
    std::string key;
  };

  bool open(Value value) {
    if (m_open.size() >= deepest) return false;
    m_open.push_back({std::move(value), {}});
    return true;
  }
  bool close() {
    Value value = std::move(m_open.back().value);
    m_open.pop_back();
    return add(std::move(value));
  }
  bool add(Value value) {
    if (m_open.empty()) {
      m_root = std::move(value);
    } else if (auto* list = m_open.back().value.if_list()) {
      list->push_back(std::move(value));
    } else {
      m_open.back().value.if_map()->append(std::move(m_open.back().key), std::move(value));
    }
    return true;
  }

  std::vector<Open> m_open;
  Value m_root;
};

} // namespace

std::string to_json(const Value& value, Layout layout) {
  return to_document(value).dump(layout == Layout::Indented ? 2 : -1, ' ', false,
                                 Json::error_handler_t::replace);
}

std::optional<Value> from_json(std::string_view text) {
  Reader reader;
  if (!Json::sax_parse(text.begin(), text.end(), &reader)) return std::nullopt;
  return reader.take();
}

} // namespace crm::codec
