#include "app/exchange/outgoing.hpp"

#include "app/input.hpp"
#include "app/project.hpp"
#include "app/query.hpp"
#include "app/reads.hpp"
#include "app/redirects.hpp"
#include "app/resolve.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "core/occurrence.hpp"
#include "core/policy.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <algorithm>
#include <variant>

namespace crm::app {
namespace {

constexpr std::size_t most_noted_at_once = 1000;

bool carries(const ExportRequest& request, const std::string& type) {
  return request.only.empty() ||
         std::find(request.only.begin(), request.only.end(), type) != request.only.end();
}

/// References to merged records lead to those that count. False for a record that does not count itself.
bool lead_on(Workspace& workspace, core::Record& record, const core::Schema& schema) {
  return workspace.with_index([&](index::Index& index) {
    const auto there = [&](const std::string& id) { return landing(index, workspace.schemas(), id).id; };
    const std::string id = record.id.str();
    if (core::redirect_of(record) && core::may_merge(schema) && there(id) != id) return false;
    for (const auto& field : schema.fields) {
      core::Value* value = record.fields.find(field.name);
      if (value == nullptr || !field.ref || field.ref->by != core::Reference::By::Id ||
          field.name == core::redirect_field)
        continue;
      if (const auto* target = value->if_string()) *value = there(*target);
      if (auto* list = value->if_list())
        for (auto& item : *list)
          item = there(item.string_or_empty());
    }
    return true;
  });
}

/// The leading words that are types; `words` keeps the others.
std::vector<std::string> take_types(const Workspace& workspace, const ExportRequest& request,
                                    std::vector<std::string>& words) {
  std::vector<std::string> out;
  while (!words.empty()) {
    const auto type = workspace.schemas().type_named(words.front());
    if (type.empty()) break;
    if (!carries(request, type))
      throw base::Error(base::Kind::Usage, "this format cannot carry " + with_article(type),
                        "it carries: " + base::join(request.only, ", ") + "; json carries everything");
    if (std::find(out.begin(), out.end(), type) == out.end()) out.push_back(type);
    words.erase(words.begin());
  }
  return out;
}

/// What the index holds of the file: it stands at the same commit, and has only what is valid.
std::optional<core::Record> indexed(Workspace& workspace, const std::string& path) {
  const auto parts = store::parse_record_path(path);
  if (!parts) return std::nullopt;
  const auto row = workspace.with_index([&](index::Index& index) { return index.by_id(parts->id); });
  if (!row || row->path != path) return std::nullopt;
  return to_stored_record(*row);
}

bool names_members(const core::Field& field) {
  return field.ref && field.ref->by == core::Reference::By::Key &&
         std::find(field.ref->types.begin(), field.ref->types.end(), core::member_type) !=
             field.ref->types.end();
}

/// What else a type needs for the request, as the word of a query; "" when it needs nothing.
std::optional<core::NotAQuery> lacks(const ExportRequest& request, const core::Schema& schema) {
  if (!request.between.empty() && schema.time_field.empty())
    return core::NotAQuery{"--between", with_article(schema.type) + " has no time",
                           "name other types, or none"};
  if (!request.with.empty() && std::none_of(schema.fields.begin(), schema.fields.end(), names_members))
    return core::NotAQuery{"--with", with_article(schema.type) + " has no field for a member",
                           "name other types, or none"};
  return std::nullopt;
}

bool is_with(const core::Record& record, const core::Schema& schema, const std::string& key) {
  return std::any_of(schema.fields.begin(), schema.fields.end(), [&](const core::Field& field) {
    if (!names_members(field)) return false;
    const auto& value = record.get(field.name);
    const auto* list = value.if_list();
    return list == nullptr ? value.string_or_empty() == key
                           : std::find(list->begin(), list->end(), core::Value{key}) != list->end();
  });
}

bool is_by(const core::Record& record, const std::string& member) {
  return core::created(record).member == member || core::newest(record).member == member;
}

/// A series is in each stretch of time that one of its occurrences is in.
bool has_occurrence(const core::Query& filters, const core::Record& record, const core::Schema& schema,
                    const std::string& zone) {
  constexpr std::chrono::days longest_pause{3660}; // a rule without a day in ten years is none
  constexpr std::size_t most_looked_at = 400;
  const auto series = core::read_series(record, schema);
  if (!series) return false;
  index::Query window{};
  narrow(window, filters, schema);
  if (!window.from && !window.to) return false;
  constexpr std::chrono::days other_zones{1};
  const auto day_of = [](std::int64_t time) {
    return core::LocalDate{std::chrono::floor<std::chrono::days>(std::chrono::seconds{time})};
  };
  const auto from = std::max(series->first, window.from ? day_of(*window.from) - other_zones : series->first);
  const auto to = window.to ? day_of(*window.to) + other_zones : from + longest_pause;
  const auto days = series->days(from, to, most_looked_at);
  return std::any_of(days.begin(), days.end(), [&](core::LocalDate each) {
    return core::matches(filters, core::occurrence(record, schema, each), schema, zone);
  });
}

/// Of a record whose references lead on already.
bool fits(const Workspace& workspace, const ExportPart& part, const core::Record& record) {
  const std::string& zone = workspace.settings().zone;
  if (!part.with.empty() && !is_with(record, *part.schema, part.with)) return false;
  if (!part.by.empty() && !is_by(record, part.by)) return false;
  return core::matches(part.filters, record, *part.schema, zone) ||
         has_occurrence(part.filters, record, *part.schema, zone);
}

} // namespace

bool suits(Workspace& workspace, const ExportPart& part, core::Record record) {
  lead_on(workspace, record, *part.schema);
  return fits(workspace, part, record);
}

std::vector<ExportPart> export_parts(Workspace& workspace, const ExportRequest& request) {
  auto words = with_saved(workspace.settings(), request.words);
  auto types = take_types(workspace, request, words);
  const bool named = !types.empty();
  if (!named)
    for (const auto& type : workspace.schemas().types())
      if (carries(request, type)) types.push_back(type);
  std::sort(types.begin(), types.end());
  std::vector<ExportPart> out;
  std::optional<core::NotAQuery> unsuited;
  const std::string with =
      request.with.empty() ? "" : resolve(workspace, "member", request.with, Scope::All).key;
  const std::string by = request.by.empty() ? "" : resolve(workspace, "member", request.by, Scope::All).key;
  std::string period;
  if (!request.between.empty()) {
    const auto days = parse_days(workspace, request.between);
    period = ":" + core::to_text(days.first) + ".." + core::to_text(days.last);
  }
  for (const auto& type : types) {
    const auto& schema = workspace.schemas().get(type);
    auto all = words;
    if (!period.empty() && !schema.time_field.empty()) all.push_back(schema.time_field + period);
    std::variant<core::Query, core::NotAQuery> parsed;
    if (auto why = lacks(request, schema))
      parsed = std::move(*why);
    else
      parsed = try_query(workspace, schema, all);
    if (auto* query = std::get_if<core::Query>(&parsed))
      out.push_back({&schema, std::move(*query), request.deleted, request.from, with, by});
    else if (named || !unsuited)
      unsuited = std::get<core::NotAQuery>(std::move(parsed));
  }
  if (unsuited && (named || out.empty()))
    throw base::Error(base::Kind::Usage, "\"" + base::printable(unsuited->word) + "\": " + unsuited->message,
                      unsuited->hint);
  return out;
}

void each_exported(Workspace& workspace, const ExportPart& part, std::vector<std::string>& unreadable,
                   const std::function<void(const Exported&)>& visit) {
  const auto& repository = workspace.repository();
  const auto& schema = *part.schema;
  const std::size_t total = repository.count(workspace.tree(), 2);
  std::size_t done = 0;
  const bool any_merged =
      workspace.with_index([](index::Index& index) { return !index.referring(merged_mark, "", 1).empty(); });
  const bool noted = part.looking == ExportPart::Looking::IsNoted && core::logs_reads(schema);
  std::vector<core::Record> reads;
  const auto note = [&] {
    note_reads(workspace, "export", reads);
    reads.clear();
  };
  repository.each(workspace.tree(), schema.folder + "/", [&](std::string_view path, const store::Oid& blob) {
    if (!store::parse_record_path(path)) return;
    if (++done % 256 == 0) workspace.progress("Exporting " + schema.folder, done, total);
    const std::string file(path);
    std::string text;
    auto record = part.from == ExportRequest::From::Index ? indexed(workspace, file) : std::nullopt;
    if (!record) {
      text = repository.blob(blob);
      auto parsed = codec::parse_sound_record(text, file, schema);
      if (auto* read = std::get_if<core::Record>(&parsed))
        record = std::move(*read);
      else
        return unreadable.push_back(core::to_text(std::get<std::vector<core::Problem>>(parsed).front()));
    }
    if (part.deleted == ExportRequest::Deleted::Leave && core::is_deleted(*record, schema)) return;
    // With merged records in it, everything is exported as it is; without, as what counts. Filters mean the
    // latter.
    core::Record counting = *record;
    const bool counts = !any_merged || lead_on(workspace, counting, schema);
    if (part.deleted == ExportRequest::Deleted::Leave) {
      if (!counts) return;
      *record = counting;
    }
    if (!fits(workspace, part, counting)) return;
    visit({schema, *record, text});
    if (noted) reads.push_back({record->id, record->type, {}, {}});
    if (reads.size() >= most_noted_at_once) note();
  });
  note();
  workspace.progress("", 0, 0);
}

} // namespace crm::app
