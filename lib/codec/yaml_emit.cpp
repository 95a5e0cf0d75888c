// Canonical YAML. The style is a function of the value alone, so that equal records are equal bytes on every
// device.
#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "codec/yaml_scalar.hpp"

#include <algorithm>

namespace crm::codec {
namespace {

using core::Value;

constexpr std::size_t widest_list = 100, widest_map = 140;
/// YAML allows 1,024 characters for a key that is told by its colon alone.
constexpr std::size_t longest_key = 1000;

enum class Maps { Block, Flow };

bool is_scalar(const Value& value) {
  return value.if_list() == nullptr && value.if_map() == nullptr;
}

bool is_empty(const Value& value) {
  return (value.if_list() != nullptr && value.if_list()->empty()) ||
         (value.if_map() != nullptr && value.if_map()->empty());
}

bool is_literal(const Value& value) {
  return value.if_string() != nullptr && suits_literal(*value.if_string());
}

/// On one line; gives up, with text that is too long, once it is longer than any line may be.
void put_flow(std::string& out, const Value& value) {
  if (out.size() > 4 * widest_map + longest_key) return;
  const char* separator = "";
  if (const auto* list = value.if_list()) {
    out += '[';
    for (const auto& item : *list) {
      out += separator;
      put_flow(out, item);
      separator = ", ";
    }
    out += ']';
  } else if (const auto* map = value.if_map()) {
    out += '{';
    for (const auto& [key, item] : *map) {
      out += separator + scalar_text(key, Place::Key) + ": ";
      put_flow(out, item);
      separator = ", ";
    }
    out += '}';
  } else {
    out += scalar_text(value, Place::Flow);
  }
}

bool has_prose(const Value& value) {
  if (const auto* text = value.if_string()) return text->find('\n') != text->npos;
  if (const auto* list = value.if_list()) return std::any_of(list->begin(), list->end(), has_prose);
  if (const auto* map = value.if_map())
    return std::any_of(map->begin(), map->end(), [](const auto& entry) { return has_prose(entry.second); });
  return false;
}

/// `before` and the value in one line, or "" when that is too wide or would squeeze prose.
std::string one_line(const std::string& before, const Value& value, std::size_t widest) {
  if (has_prose(value)) return {};
  std::string out = before;
  put_flow(out, value);
  return base::width(out) <= widest ? out + '\n' : std::string();
}

bool holds_map(const core::List& list) {
  return std::any_of(list.begin(), list.end(), [](const Value& item) {
    return item.if_map() != nullptr || (item.if_list() != nullptr && holds_map(*item.if_list()));
  });
}

void put_literal(std::string& out, std::string_view text, std::size_t indent) {
  const bool ends = text.back() == '\n', keeps = text.ends_with("\n\n");
  out += keeps ? "|+\n" : ends ? "|\n" : "|-\n";
  if (ends) text.remove_suffix(1);
  for (const auto line : base::split(text, '\n')) {
    if (!line.empty()) out.append(indent, ' ').append(line);
    out += '\n';
  }
}

void put_entry(std::string& out, std::string_view key, const Value& value, std::size_t indent, Maps maps);

void put_items(std::string& out, const core::List& list, std::size_t indent) {
  for (const auto& item : list) {
    const std::string before = std::string(indent, ' ') + "- ";
    if (is_literal(item)) {
      out += before;
      put_literal(out, *item.if_string(), indent + 2);
    } else if (is_scalar(item) || is_empty(item)) {
      out += before;
      if (is_scalar(item))
        out += scalar_text(item, Place::Block);
      else
        out += item.if_list() != nullptr ? "[]" : "{}";
      out += '\n';
    } else if (const auto line = one_line(before, item, item.if_map() != nullptr ? widest_map : widest_list);
               !line.empty()) {
      out += line;
    } else {
      // The first entry goes behind the dash.
      std::string nested;
      if (const auto* inner = item.if_list())
        put_items(nested, *inner, indent + 2);
      else
        for (const auto& [key, value] : *item.if_map())
          put_entry(nested, key, value, indent + 2, Maps::Block);
      out += before + nested.substr(indent + 2);
    }
  }
}

void put_entry(std::string& out, std::string_view key, const Value& value, std::size_t indent, Maps maps) {
  const std::string name = scalar_text(key, Place::Key);
  std::string before(indent, ' ');
  before += name.size() <= longest_key ? name + ':' : "? " + name + '\n' + before + ':';
  if (is_literal(value)) {
    out += before + ' ';
    put_literal(out, *value.if_string(), indent + 2);
    return;
  }
  if (is_scalar(value)) {
    out += before + ' ' + scalar_text(value, Place::Block) + '\n';
    return;
  }
  if (is_empty(value)) {
    out += before + (value.if_list() != nullptr ? " []\n" : " {}\n");
    return;
  }
  const auto* list = value.if_list();
  if (list != nullptr ? !holds_map(*list) : maps == Maps::Flow) {
    const auto line = one_line(before + ' ', value, list != nullptr ? widest_list : widest_map);
    if (!line.empty()) {
      out += line;
      return;
    }
  }
  out += before + '\n';
  if (list != nullptr) return put_items(out, *list, indent + 2);
  for (const auto& [inner_key, inner] : *value.if_map())
    put_entry(out, inner_key, inner, indent + 2, maps);
}

/// Provenance is small on purpose: what a person reads line by line is in lines, the rest in as few as
/// possible.
void put_provenance(std::string& out, const core::Map& crm) {
  out += "crm:\n";
  for (const auto& [key, value] : crm) {
    if (key == "seen" && value.if_map() != nullptr && !value.if_map()->empty()) {
      out += "  seen:\n";
      for (const auto& [unit, devices] : *value.if_map())
        put_entry(out, unit, devices, 4, Maps::Flow);
    } else {
      put_entry(out, key, value, 2, key == "changed" || key == "also" ? Maps::Block : Maps::Flow);
    }
  }
}

} // namespace

std::string emit_entry(std::string_view key, const Value& value, int indent) {
  std::string out;
  const auto* map = value.if_map();
  if (key == "crm" && indent == 0 && map != nullptr && !map->empty())
    put_provenance(out, *map);
  else
    put_entry(out, key, value, static_cast<std::size_t>(std::max(indent, 0)), Maps::Block);
  return out;
}

std::string emit_document(const core::Map& map) {
  if (map.empty()) return "{}\n";
  std::string out;
  for (const auto& [key, value] : map)
    out += emit_entry(key, value);
  return out;
}

} // namespace crm::codec
