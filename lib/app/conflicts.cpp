#include "app/conflicts.hpp"

#include "app/booking.hpp"
#include "app/input.hpp"
#include "app/project.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/provenance.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::app {
namespace {

/// `appointment "Ada Lovelace"`: one without a name is called after its contact, or by its id.
std::string called(Workspace& workspace, const core::Record& record, const core::Schema& schema) {
  std::string name = core::display_name(record, schema);
  const std::string id = record.id.str();
  if (name == id) name = whose(workspace, id);
  if (name == id) name = short_id(workspace, id);
  return fmt::format("{} \"{}\"", schema.type, base::printable(name));
}

const core::Conflict& chosen(const std::vector<core::Conflict>& conflicts, const std::string& called,
                             const core::Schema& schema, const std::string& field) {
  if (conflicts.empty())
    throw base::Error(base::Kind::NotFound, called + " has no conflict",
                      "`crm conflicts` lists those there are");
  std::vector<std::string> units;
  for (const auto& conflict : conflicts) {
    units.push_back(conflict.unit);
    if (conflict.unit == field || (!field.empty() && conflict.unit == schema.unit(field))) return conflict;
  }
  if (field.empty() && conflicts.size() == 1) return conflicts.front();
  if (field.empty())
    throw base::Error(base::Kind::Ambiguous,
                      fmt::format("{} has several conflicts: {}", called, base::join(units, ", ")),
                      "name one with --field");
  throw base::Error(base::Kind::NotFound,
                    fmt::format("no conflict about \"{}\" in {}", base::printable(field), called),
                    "it has: " + base::join(units, ", "));
}

const core::Conflict::Candidate& candidate(const core::Conflict& conflict, const Choice& choice,
                                           const std::string& device) {
  const auto& values = conflict.values;
  const auto mine = std::find_if(values.begin(), values.end(),
                                 [&](const auto& each) { return each.stamp.device == device; });
  switch (choice.side) {
  case Choice::Side::Pick:
    if (choice.pick == 0 || choice.pick > values.size())
      throw base::Error(base::Kind::Usage,
                        fmt::format("there is no value {}: they are 1 to {}", choice.pick, values.size()),
                        "`crm conflicts` shows them");
    return values[choice.pick - 1];
  case Choice::Side::Theirs: {
    const auto other = std::find_if(values.begin(), values.end(),
                                    [&](const auto& each) { return each.stamp.device != device; });
    if (other == values.end())
      throw base::Error(base::Kind::Usage, "all values are this device's own", "choose one with --pick N");
    return *other;
  }
  default:
    if (mine == values.end())
      throw base::Error(base::Kind::Usage, "this device wrote none of the values",
                        "choose one with --pick N");
    return *mine;
  }
}

/// Of the conflict's unit alone: a field that the schema does not know is a unit of its own, even where the
/// whole record merges as one.
std::vector<core::Edit> edits_to(const core::Map& values, const core::Conflict& conflict,
                                 const core::Schema& schema) {
  std::vector<core::Edit> out;
  for (const auto& field : core::fields_of(conflict.unit, schema)) {
    const core::Value* value = values.find(field);
    out.push_back({field, value == nullptr ? core::Value{} : *value});
  }
  return out;
}

/// Whether each line of `part` stands in `whole`, one below the other.
bool holds_lines(const std::string& whole, const std::string& part) {
  return ("\n" + whole + "\n").find("\n" + part + "\n") != std::string::npos;
}

/// Whole texts in the order in which they were written, one below the other; without one that another holds.
core::Map all_texts(const core::Conflict& conflict, const core::Schema& schema) {
  const core::Field* field = schema.find(conflict.unit);
  if (field == nullptr || field->shape != core::Shape::Prose)
    throw base::Error(base::Kind::Usage, "\"" + conflict.unit + "\" cannot hold both",
                      "--both is for long texts: choose one with --pick N, or give another with --value");
  std::vector<std::string> texts;
  for (auto each = conflict.values.rbegin(); each != conflict.values.rend(); ++each) {
    const core::Value* value = each->values.find(conflict.unit);
    std::string text = value == nullptr ? std::string() : value->string_or_empty();
    while (text.ends_with('\n'))
      text.pop_back();
    const auto held = [&](const auto& other) { return holds_lines(other, text); };
    if (text.empty() || std::any_of(texts.begin(), texts.end(), held)) continue;
    std::erase_if(texts, [&](const auto& other) { return holds_lines(text, other); });
    texts.push_back(std::move(text));
  }
  core::Map out;
  out.set(conflict.unit, base::join(texts, "\n"));
  return out;
}

/// The same values of the same people: a number means what it meant.
bool is_same(const core::Conflict& a, const core::Conflict& b) {
  return a.unit == b.unit && std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                                        [](const auto& x, const auto& y) {
                                          return x.stamp == y.stamp && x.values == y.values &&
                                                 x.deletes == y.deletes;
                                        });
}

void decide_deletion(Batch& batch, core::Record& record, const core::Conflict& conflict,
                     const Choice& choice) {
  if (choice.side == Choice::Side::Value || choice.side == Choice::Side::Both)
    throw base::Error(base::Kind::Usage, "somebody deleted this record while another changed it",
                      "keep it with `crm restore`, delete it with `crm rm`, or choose with --pick N");
  const bool keep =
      choice.side == Choice::Side::Base || !candidate(conflict, choice, batch.workspace().device()).deletes;
  keep ? batch.restore(record) : batch.remove(record);
}

} // namespace

std::vector<Disputed> disputed(Workspace& workspace, std::string_view type) {
  const auto rows =
      workspace.with_index([&](index::Index& index) { return index.referring(conflict_mark, type, 0); });
  std::vector<Disputed> out;
  for (const auto& row : rows) {
    Found found = workspace.found(row);
    auto conflicts = core::conflicts(found.record, workspace.schemas().get(row.type));
    if (!conflicts.empty()) out.push_back({std::move(found), row.name, std::move(conflicts), {}});
  }
  std::sort(out.begin(), out.end(), [](const Disputed& a, const Disputed& b) {
    return std::tie(a.found.record.type, a.name, a.found.path) <
           std::tie(b.found.record.type, b.name, b.found.path);
  });
  return out;
}

std::set<std::string> disputed_ids(Workspace& workspace, std::string_view type) {
  std::set<std::string> out;
  for (auto& row :
       workspace.with_index([&](index::Index& index) { return index.referring(conflict_mark, type, 0); }))
    out.insert(std::move(row.id));
  return out;
}

std::size_t count_disputed(Workspace& workspace) {
  return disputed_ids(workspace).size();
}

std::string command_to_set(Workspace& workspace, const core::Record& record, const core::Conflict& conflict) {
  const auto& schema = workspace.schemas().get(record.type);
  const auto fields = schema.members(conflict.unit);
  if (conflict.unit == core::Conflict::deletion || fields.size() < 2) return "";
  const std::string id = short_id(workspace, record.id.str());
  if (takes_time(schema) && conflict.unit == schema.unit(schema.time_field))
    return "crm book move " + id + " TIME";
  return fmt::format("crm set {} {}=V", id, fields.front());
}

std::optional<Committed> resolve_conflict(Workspace& workspace, const ResolveRequest& request) {
  Batch batch(workspace, "resolve", request.mode);
  core::Record record = batch.load(request.found);
  const auto& schema = workspace.schemas().get(record.type);
  const auto conflicts = core::conflicts(record, schema);
  if (request.shown && std::none_of(conflicts.begin(), conflicts.end(), [&](const core::Conflict& each) {
        return is_same(each, *request.shown);
      }))
    return std::nullopt;
  const core::Conflict& conflict =
      chosen(conflicts, called(workspace, record, schema), schema, request.field);
  const std::string unit = conflict.unit;
  if (unit == core::Conflict::deletion) {
    decide_deletion(batch, record, conflict, request.choice);
    return batch.commit("Resolve a deletion of " + record.type);
  }
  core::Map values;
  if (request.choice.side == Choice::Side::Value) {
    const auto fields = schema.members(unit);
    if (const auto command = command_to_set(workspace, record, conflict); !command.empty())
      throw base::Error(base::Kind::Usage,
                        fmt::format("\"{}\" is several fields: {}", unit, base::join(fields, ", ")),
                        "`" + command + "` decides the conflict as well");
    const std::string field = fields.empty() ? unit : fields.front();
    const core::Field* known = schema.find(field);
    values.set(field, known == nullptr ? core::Value(request.choice.value)
                                       : parse_field(workspace, schema, *known, request.choice.value));
  } else if (request.choice.side == Choice::Side::Both) {
    values = all_texts(conflict, schema);
  } else if (request.choice.side == Choice::Side::Base) {
    std::vector<Disputed> one{{request.found, {}, {conflict}, {}}};
    find_bases(workspace, one);
    auto& base = one.front().bases.front();
    if (!base)
      throw base::Error(base::Kind::NotFound, "history does not tell what \"" + unit + "\" was before",
                        "choose one with --pick N");
    values = std::move(*base);
  } else {
    values = candidate(conflict, request.choice, workspace.device()).values;
  }
  batch.change_back(record, edits_to(values, conflict, schema));
  return batch.commit(fmt::format("Resolve {} of {}", unit, record.type));
}

} // namespace crm::app
