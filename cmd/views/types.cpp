#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/render/table.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

std::string_view shape_name(core::Shape shape) {
  switch (shape) {
  case core::Shape::Text:
    return "text";
  case core::Shape::Prose:
    return "prose";
  case core::Shape::Integer:
    return "integer";
  case core::Shape::Number:
    return "number";
  case core::Shape::Boolean:
    return "yes/no";
  case core::Shape::Date:
    return "day";
  case core::Shape::Time:
    return "time";
  case core::Shape::DateTime:
    return "day or time";
  case core::Shape::Zone:
    return "zone";
  case core::Shape::Period:
    return "duration";
  case core::Shape::Texts:
    return "list";
  case core::Shape::Object:
    return "object";
  }
  return "";
}

std::string_view rule_name(core::Rule rule) {
  constexpr std::string_view names[] = {"latest", "review", "set", "text", "states", "max", "min"};
  return names[static_cast<std::size_t>(rule)];
}

std::string holds(const core::Field& field) {
  std::string out(shape_name(field.shape));
  if (field.ref)
    out = (field.shape == core::Shape::Texts ? "list of " : "") +
          (field.ref->types.empty() ? "any record" : base::join(field.ref->types, " or "));
  if (!field.allowed.empty()) out = base::join(field.allowed, ", ");
  return out;
}

core::Map type_json(const core::Schema& schema) {
  core::Map type;
  core::List fields;
  for (const auto& field : schema.fields) {
    core::Map each;
    core::List allowed, references;
    for (const auto& value : field.allowed)
      allowed.emplace_back(value);
    if (field.ref)
      for (const auto& target : field.ref->types)
        references.emplace_back(target);
    each.set("name", field.name);
    each.set("title", field.title);
    each.set("description", field.description.empty() ? core::Value{} : core::Value{field.description});
    each.set("holds", std::string(shape_name(field.shape)));
    each.set("required", field.required);
    each.set("allowed", std::move(allowed));
    each.set("refers_to", field.ref ? core::Value{std::move(references)} : core::Value{});
    each.set("merge", std::string(rule_name(field.rule)));
    each.set("group", field.group.empty() ? core::Value{} : core::Value{field.group});
    fields.emplace_back(std::move(each));
  }
  type.set("type", schema.type);
  type.set("folder", schema.folder);
  type.set("title", schema.title);
  type.set("version", schema.version);
  type.set("fields", std::move(fields));
  return type;
}

void run_types(Context& context, const std::vector<std::string>& named) {
  const auto types = named.empty() ? context.types() : named;
  if (!context.for_people()) {
    core::Map document;
    core::List list;
    for (const auto& type : types)
      list.emplace_back(type_json(context.schema(type)));
    document.set("schema", "crm.types/1");
    document.set("types", std::move(list));
    return context.print_json(document);
  }
  Table table;
  if (named.empty()) {
    for (const char* heading : {"Type", "What it is", "Fields"})
      table.column({.heading = heading});
    for (const auto& type : types) {
      const auto& schema = context.schema(type);
      table.row({{type, Role::Name},
                 {schema.description.empty() ? schema.title : schema.description, Role::Plain},
                 {std::to_string(schema.fields.size()), Role::Dim}});
    }
    return context.print(table.render(context.terminal(), context.style()));
  }
  for (const char* heading : {"Field", "Holds", "Merge", ""})
    table.column({.heading = heading});
  for (const auto& type : types) {
    const auto& schema = context.schema(type);
    for (const auto& field : schema.fields)
      table.row(
          {{field.name, Role::Name},
           {holds(field), Role::Plain},
           {field.group.empty() ? std::string(rule_name(field.rule)) : "with " + field.group, Role::Dim},
           {field.required ? "required" : "", Role::Warn}});
  }
  context.print(table.render(context.terminal(), context.style()));
}

} // namespace

void add_types(CLI::App& root, Context& context) {
  auto named = std::make_shared<std::vector<std::string>>();
  auto* command = add_command(root, "types", "the record types of this store, and their fields",
                              "  crm types\n  crm types contact");
  complete(context, command->add_option("type", *named, "one type: its fields")->type_name("TYPE"),
           Completes::Type);
  command->callback([&context, named] { run_types(context, *named); });
}

} // namespace crm::cmd
