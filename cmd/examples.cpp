#include "cmd/examples.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace crm::cmd {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>; ///< field and value

/// What a record of a type is like. Each field is only shown where the store's schema has it.
struct Sample {
  std::string type, name;
  Values values;
};

const std::vector<Sample>& samples() {
  static const std::vector<Sample> all{
      {"contact", "Ada Lovelace", {{"phones", "020 7946 0018"}, {"org", "Bletchley"}}},
      {"appointment", "Check-up", {{"notes", "rings twice"}}},
      {"note", "", {{"text", "wants a price"}, {"outcome", "sent it"}}},
      {"task", "send the proposal", {{"priority", "high"}}},
      {"deal", "Kitchen refit", {{"value", "12000"}}},
      {"case", "Broken crown", {{"contact", "ada"}, {"severity", "high"}}},
      {"member", "Bob Ross", {{"key", "bob"}, {"role", "staff"}}},
      {"resource", "Room 2", {{"key", "room-2"}, {"kind", "room"}}},
      {"service", "First visit", {{"key", "first-visit"}, {"duration", "45m"}}},
      {"hours", "", {{"member", "bob"}, {"weekly", "mon-fri 09:00-12:30"}}},
      {"absence", "holiday", {{"member", "bob"}, {"start", "2026-12-21"}, {"end", "2026-12-31"}}},
  };
  return all;
}

/// For a field that a store's own type wants.
std::string value_like(const core::Field& field) {
  using core::Shape;
  if (!field.allowed.empty()) return field.allowed.front();
  if (field.ref) return field.ref->by == core::Reference::By::Key ? "bob" : "7f3k";
  switch (field.shape) {
  case Shape::Integer:
  case Shape::Number:
    return "10";
  case Shape::Boolean:
    return "true";
  case Shape::Date:
    return "2026-12-21";
  case Shape::Time:
  case Shape::DateTime:
    return "2026-12-21T14:00";
  case Shape::Zone:
    return "Europe/London";
  case Shape::Period:
    return "45m";
  default:
    return "AB12";
  }
}

Sample sample_of(const core::Schema& schema) {
  Sample out{schema.type, "A name", {}};
  for (const auto& each : samples())
    if (each.type == schema.type) out = each;
  std::erase_if(out.values, [&](const auto& each) { return schema.find(each.first) == nullptr; });
  for (const auto& field : schema.fields) {
    const bool said = std::any_of(out.values.begin(), out.values.end(),
                                  [&](const auto& each) { return each.first == field.name; });
    const bool of_itself = field.name == schema.name_field || !field.initial.is_null() ||
                           (schema.states && field.name == schema.states->field);
    if (field.required && !said && !of_itself) out.values.emplace_back(field.name, value_like(field));
  }
  if (schema.name_field.empty()) out.name.clear();
  return out;
}

std::string quoted(const std::string& text) {
  return text.find(' ') == std::string::npos ? text : "\"" + text + "\"";
}

std::string assignment(const std::pair<std::string, std::string>& value) {
  return value.first + "=" + quoted(value.second);
}

/// What somebody may change: no key and nobody else, and rather one value than a list.
std::string changed(const Sample& sample, const core::Schema& schema) {
  std::string list;
  for (const auto& each : sample.values) {
    const auto* field = schema.find(each.first);
    if (field->ref || field->name == schema.key_field) continue;
    if (field->shape != core::Shape::Texts) return assignment(each);
    list = assignment(each);
  }
  if (!list.empty()) return list;
  for (const auto& field : schema.fields)
    if (field.shape == core::Shape::Prose) return field.name + "=\"rings twice\"";
  return schema.name_field.empty() ? schema.fields.front().name + "=…"
                                   : schema.name_field + "=\"Another name\"";
}

/// A field that need not be there; "" where all must.
std::string emptied(const Sample& sample, const core::Schema& schema) {
  for (const auto& field : schema.fields) {
    const bool said = std::any_of(sample.values.begin(), sample.values.end(),
                                  [&](const auto& each) { return each.first == field.name; });
    if (!field.required && !said && field.group.empty() && field.name != schema.name_field &&
        field.allowed.empty() && field.initial.is_null() && field.shape != core::Shape::Object &&
        field.shape != core::Shape::Texts)
      return field.name;
  }
  return {};
}

} // namespace

std::string examples_of_new(const std::string& noun, const core::Schema& schema) {
  const Sample sample = sample_of(schema);
  std::string begin = fmt::format("  crm {} new", noun), options, fields;
  if (!sample.name.empty()) begin += " " + quoted(sample.name);
  for (const auto& each : sample.values) {
    std::string name = each.first;
    std::replace(name.begin(), name.end(), '_', '-');
    options += " --" + name + " " + quoted(each.second);
    fields += " " + assignment(each);
  }
  return begin + options + "\n" + begin + fields + " --dry-run";
}

std::string examples_of_list(const std::string& noun, const core::Schema& schema) {
  std::string out = fmt::format("  crm {} list", noun);
  if (schema.states)
    out += fmt::format("\n  crm {} list {}:{}", noun, schema.states->field, schema.states->initial);
  if (schema.find("tags") != nullptr) out += fmt::format("\n  crm {} list tag:vip --count", noun);
  return out + fmt::format("\n  crm {} list --format csv -o {}.csv", noun, schema.folder);
}

std::string examples_of_set(const std::string& noun, const core::Schema& schema) {
  const Sample sample = sample_of(schema);
  std::string out = fmt::format("  crm {} set 7f3k {}", noun, changed(sample, schema));
  if (schema.find("tags") != nullptr)
    out += fmt::format("\n  crm {0} set 7f3k tags+=vip  # one more\n  crm {0} set 7f3k tags-=vip", noun);
  if (const auto field = emptied(sample, schema); !field.empty())
    out += fmt::format("\n  crm {} set 7f3k {}=  # empty it", noun, field);
  return out;
}

std::string examples_of_edit(const std::string& noun, const core::Schema& schema) {
  return fmt::format("  crm {0} edit 7f3k  # all of it, in $VISUAL or $EDITOR\n  crm {0} edit 7f3k {1}", noun,
                     changed(sample_of(schema), schema));
}

} // namespace crm::cmd
