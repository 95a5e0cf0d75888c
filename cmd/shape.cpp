#include "cmd/shape.hpp"

#include "app/availability.hpp"
#include "app/project.hpp"
#include "app/resolve.hpp"
#include "base/text.hpp"
#include "core/attachment.hpp"
#include "core/merge.hpp"
#include "core/occurrence.hpp"
#include "core/provenance.hpp"
#include "store/paths.hpp"

#include <cmath>
#include <fmt/format.h>

namespace crm::cmd {

core::Value or_null(const std::string& text) {
  return text.empty() ? core::Value{} : core::Value{text};
}

namespace {

core::Map stamp_json(const core::Stamp& stamp) {
  core::Map out;
  out.set("time", core::to_text(stamp.time));
  out.set("member", stamp.member);
  out.set("device", stamp.device);
  return out;
}

std::string clock(core::LocalTime time) {
  const auto minutes =
      std::chrono::floor<std::chrono::minutes>(time - std::chrono::floor<std::chrono::days>(time)).count();
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

/// The zone of the record's own clock, where that is not the one of whoever looks.
std::string other_zone(app::Workspace& workspace, const core::Record& record) {
  const std::string& own = record.text("zone");
  return own.empty() || own == workspace.settings().zone || !core::is_zone(own) ? "" : own;
}

std::string time_cell(app::Workspace& workspace, const core::Record& record, const std::string& text,
                      Clock by) {
  const auto wall = core::parse_wall_time(text);
  if (!wall) return short_time(workspace, text);
  const std::string &here = workspace.settings().zone, zone = other_zone(workspace, record);
  const auto shown = [&](const core::WallTime& time, const std::string& where) {
    std::string out = short_time(workspace, core::to_text(time));
    if (time.offset) out += " " + core::abbreviation_at(core::to_instant(time, where), where); // which of two
    return out;
  };
  if (zone.empty()) return shown(*wall, here);
  if (by == Clock::Own) return shown(*wall, zone);
  if (by == Clock::Named) return shown(*wall, zone) + " (" + zone + ")";
  return shown(core::to_wall(core::to_instant(*wall, zone), here), here);
}

} // namespace

core::Map record_json(const core::Record& record, const core::Schema& schema) {
  core::Map out;
  out.set("id", record.id.str());
  out.set("type", record.type);
  const std::string display = core::display_name(record, schema);
  for (const auto& field : schema.fields) {
    const core::Value& value = record.get(field.name);
    out.set(field.name,
            value.is_null() && field.shape == core::Shape::Texts ? core::Value{core::List{}} : value);
  }
  for (const auto& [name, value] : record.fields)
    if (!out.contains(name)) out.set(name, value);
  if (!out.contains("name"))
    out.set("name", display == record.id.str() ? core::Value{} : core::Value{display});
  out.set("deleted", core::is_deleted(record, schema));
  out.set("created", stamp_json(core::created(record)));
  core::Map changed;
  const auto first = core::created(record);
  std::vector<std::string> units;
  for (const auto& [name, value] : record.fields) {
    const std::string unit = schema.unit(name);
    if (const auto stamp = core::changed(record, unit); !(stamp == first) && !changed.contains(unit))
      changed.set(unit, stamp_json(stamp));
  }
  out.set("changed", std::move(changed));
  core::List undecided;
  for (const auto& conflict : core::conflicts(record, schema))
    undecided.emplace_back(conflict.unit);
  if (!out.contains("conflicts")) out.set("conflicts", std::move(undecided)); // a type may have such a field
  return out;
}

core::List records_json(app::Workspace& workspace, const std::vector<core::Record>& records) {
  core::List out;
  for (const auto& record : records)
    out.emplace_back(record_json(record, workspace.schemas().get(record.type)));
  return out;
}

namespace {

/// One without a name of its own is called as in lists.
std::string name_in_batch(app::Workspace& workspace, const app::Written& written) {
  if (written.name != written.record.id.str()) return written.name;
  const std::string name = label(workspace, written.record, workspace.schemas().get(written.record.type));
  return name.empty() ? written.name : name;
}

} // namespace

core::Map batch_json(app::Workspace& workspace, const app::Committed& committed,
                     const std::vector<std::string>& warnings) {
  core::Map out;
  const bool written = !committed.commit.empty();
  out.set("schema", "crm.batch/1");
  out.set("batch", written ? core::Value{committed.batch} : core::Value{});
  out.set("commit", written ? core::Value{committed.commit} : core::Value{});
  out.set("summary", committed.summary);
  out.set("dry_run", committed.mode == app::Mode::DryRun);
  core::List records, files, notes;
  for (const auto& each : committed.records) {
    core::Map entry;
    entry.set("id", each.record.id.str());
    entry.set("type", each.record.type);
    entry.set("name", name_in_batch(workspace, each));
    entry.set("action", std::string(app::to_text(each.action)));
    core::List fields;
    for (const auto& unit : each.units)
      fields.emplace_back(unit);
    entry.set("fields", std::move(fields));
    entry.set("record", record_json(each.record, workspace.schemas().get(each.record.type)));
    records.emplace_back(std::move(entry));
  }
  for (const auto& file : committed.files)
    files.emplace_back(file);
  for (const auto& warning : warnings)
    notes.emplace_back(warning);
  out.set("records", std::move(records));
  out.set("files", std::move(files));
  out.set("warnings", std::move(notes));
  out.set("undoes", core::Value{}); // what one command alone has to say, it sets
  for (const char* name : {"rolled_back", "kept", "problems", "foreign"})
    out.set(name, core::List{});
  return out;
}

std::string clock_range(const core::Interval& time, const std::string& zone) {
  const auto to = core::to_local(time.to, zone);
  const bool within_a_day = time.to - time.from < std::chrono::hours{24};
  const std::string date = core::to_words(std::chrono::floor<std::chrono::days>(to));
  return app::clock_words(time.from, zone) + "–" +
         (within_a_day ? "" : date.substr(0, date.rfind(' ')) + " ") + app::clock_words(time.to, zone);
}

std::string short_time(app::Workspace& workspace, const std::string& text) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto wall = core::parse_wall_time(text);
  const auto date_only = core::parse_date(text);
  if (!wall && !date_only) return text;
  const core::LocalDate day = wall ? std::chrono::floor<std::chrono::days>(wall->time) : *date_only;
  const std::chrono::year_month_day date{day};
  const std::chrono::year_month_day today{
      std::chrono::floor<std::chrono::days>(core::to_local(workspace.now(), workspace.settings().zone))};
  std::string out =
      fmt::format("{} {:2} {}", days[std::chrono::weekday{day}.c_encoding()],
                  static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1]);
  if (date.year() != today.year()) out += fmt::format(" {}", static_cast<int>(date.year()));
  if (wall) out += " " + clock(wall->time);
  return out;
}

std::string short_moment(app::Workspace& workspace, core::StampTime time) {
  const auto local =
      core::to_local(std::chrono::floor<std::chrono::seconds>(time), workspace.settings().zone);
  return short_time(workspace,
                    core::to_text(core::WallTime{std::chrono::floor<std::chrono::minutes>(local), {}}));
}

std::string ago(core::Instant then, core::Instant now) {
  const auto away = then > now ? then - now : now - then;
  const auto days = std::chrono::floor<std::chrono::days>(away).count();
  const auto hours = std::chrono::floor<std::chrono::hours>(away).count();
  const auto minutes = std::chrono::floor<std::chrono::minutes>(away).count();
  const std::string span = days > 1    ? fmt::format("{} days", days)
                           : hours > 0 ? fmt::format("{} h", hours)
                                       : fmt::format("{} min", minutes);
  if (minutes == 0) return "just now";
  return then > now ? "in " + span : span + " ago";
}

std::string past(core::Instant then, core::Instant now) {
  const std::string out = ago(then, now);
  return out.starts_with("in ") ? "by its clock " + out : out;
}

std::string money(double amount, const std::string& currency) {
  const double cents = std::round(std::abs(amount) * 100);
  std::string whole = fmt::format("{:.0f}", std::floor(cents / 100));
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(whole.size()) - 3; at > 0; at -= 3)
    whole.insert(static_cast<std::size_t>(at), ",");
  if (const int rest = static_cast<int>(std::fmod(cents, 100)); rest != 0)
    whole += fmt::format(".{:02}", rest);
  return (amount < 0 ? "-" : "") + whole + (currency.empty() ? "" : " " + currency);
}

std::string and_more(std::size_t count, const std::string& command) {
  return fmt::format("and {} more: `{}`", count, command);
}

std::string size_in_words(std::uint64_t bytes) {
  constexpr std::uint64_t kibi = 1024;
  if (bytes < kibi) return fmt::format("{} B", bytes);
  if (bytes < kibi * kibi) return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / kibi);
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (kibi * kibi));
}

namespace {

/// Why something was booked although others stood there, and which.
std::string forced_words(app::Workspace& workspace, const core::Map& forced) {
  core::Map shown = forced;
  core::List names;
  if (const auto* over = forced.find("over"); over != nullptr && over->if_list() != nullptr)
    for (const auto& id : *over->if_list()) {
      const auto row =
          workspace.with_index([&](index::Index& index) { return index.by_id(id.string_or_empty()); });
      names.emplace_back(row ? app::titled(workspace, app::to_record(*row)) : id.string_or_empty());
    }
  if (!names.empty()) shown.set("over", std::move(names));
  return core::to_text(core::Value{std::move(shown)});
}

} // namespace

std::string cell(app::Workspace& workspace, const core::Record& record, const core::Schema& schema,
                 std::string_view name, Clock by) {
  const core::Value& value = record.get(name);
  const core::Field* field = schema.find(name);
  if (field == nullptr || value.is_null()) return core::to_text(value);
  if (name == "rrule")
    if (const auto series = core::read_series(record, schema)) return core::to_words(series->rule);
  if (name == core::attachments_field) {
    std::vector<std::string> files;
    for (const auto& each : core::attachments_of(record))
      files.push_back(fmt::format("{} ({}, {}, {})", each.name, each.type, size_in_words(each.bytes),
                                  each.sha256.substr(0, 12)));
    return base::join(files, "\n");
  }
  if (const auto* forced = name == "forced" ? value.if_map() : nullptr)
    return forced_words(workspace, *forced);
  if (field->ref) {
    if (const auto* text = value.if_string()) return app::shown_reference(workspace, *field, *text);
    std::vector<std::string> names;
    for (const auto& item : value.if_list() != nullptr ? *value.if_list() : core::List{})
      names.push_back(app::shown_reference(workspace, *field, item.string_or_empty()));
    return base::join(names, ", ");
  }
  switch (field->shape) {
  case core::Shape::Date:
  case core::Shape::Time:
  case core::Shape::DateTime:
    return time_cell(workspace, record, value.string_or_empty(), by);
  case core::Shape::Period:
    if (const auto duration = core::parse_duration(value.string_or_empty())) return core::to_words(*duration);
    return value.string_or_empty();
  case core::Shape::Boolean:
    return value.if_bool() != nullptr ? (*value.if_bool() ? "yes" : "no") : core::to_text(value);
  case core::Shape::Number:
    return money(value.number_or(0), record.text("currency"));
  default:
    return core::to_text(value);
  }
}

std::string label(app::Workspace& workspace, const core::Record& record, const core::Schema& schema) {
  if (!schema.name_field.empty() && !record.text(schema.name_field).empty())
    return record.text(schema.name_field);
  if (!record.text("contact").empty()) return app::name_of(workspace, "contact", record.text("contact"));
  for (const auto& field : schema.fields)
    if (field.shape == core::Shape::Prose && !record.text(field.name).empty())
      return record.text(field.name).substr(0, record.text(field.name).find('\n'));
  return core::display_name(record, schema) == record.id.str() ? "" : core::display_name(record, schema);
}

namespace {

std::string_view capital(std::string_view action) {
  if (action == "created") return "Added";
  if (action == "changed") return "Changed";
  return action == "deleted" ? "Deleted" : "Restored";
}

/// "Ada Lovelace, Tue 24 Nov 2026, 14:00 (Europe/London), 45 min, bob, room-2".
std::string sentence(app::Workspace& workspace, const app::Written& written) {
  const auto& record = written.record;
  const auto& schema = workspace.schemas().get(record.type);
  std::vector<std::string> parts;
  if (const std::string name = label(workspace, record, schema); !name.empty()) parts.push_back(name);
  const std::string& at = schema.time_field.empty() ? std::string() : record.text(schema.time_field);
  const std::string zone = record.text("zone").empty() ? workspace.settings().zone : record.text("zone");
  if (record.type != "note") {
    if (const auto wall = core::parse_wall_time(at)) {
      parts.push_back(core::to_words(*wall, zone));
    } else if (const auto date = core::parse_date(at)) {
      parts.push_back(core::to_words(*date));
    }
  }
  if (!schema.duration_field.empty()) parts.push_back(cell(workspace, record, schema, schema.duration_field));
  for (const auto& field : schema.busy)
    if (const auto text = cell(workspace, record, schema, field); !text.empty()) parts.push_back(text);
  if (const auto text = cell(workspace, record, schema, "rrule"); !text.empty()) parts.push_back(text);
  return base::join(parts, ", ");
}

/// An occurrence that has a record so that it does not take place.
bool is_left_out(const app::Workspace& workspace, const app::Written& written) {
  return written.action == app::Action::Created && core::is_override(written.record) &&
         app::frees_time(written.record, workspace.schemas().get(written.record.type));
}

/// As a record of the batch calls it; else its place.
std::string name_of_attachment(const app::Committed& committed, const std::string& path) {
  for (const auto& written : committed.records)
    for (const auto& each : core::attachments_of(written.record))
      if (store::attachment_path(each.sha256) == path) return each.name;
  return path;
}

} // namespace

void answer(Context& context, const app::Committed& committed, std::string_view verb) {
  auto& workspace = context.workspace();
  if (!context.for_people())
    return context.print_json(batch_json(workspace, committed, context.take_warnings()));
  if (committed.records.empty() && committed.files.empty()) return context.print("Nothing to change.\n");
  const Style style = context.style();
  if (committed.mode == app::Mode::DryRun)
    context.print(style.paint(Role::Dim, "Nothing was written: this is what would be.") + "\n");
  for (const auto& written : committed.records) {
    const std::string id = app::short_id(workspace, written.record.id.str());
    const bool first = &written == &committed.records.front();
    const std::string what =
        first && !verb.empty() ? std::string(verb)
        : is_left_out(workspace, written)
            ? "Left out"
            : std::string(capital(app::to_text(written.action))) + " " + written.record.type;
    const std::string said = base::printable(sentence(workspace, written));
    context.print(
        fmt::format("{} {}{}{}\n", what, style.paint(Role::Id, id), said.empty() ? "" : "  ", said));
  }
  for (const auto& file : committed.files)
    context.print(store::is_in_attachments(file)
                      ? fmt::format("Attached {}\n", base::printable(name_of_attachment(committed, file)))
                      : fmt::format("Changed {}\n", base::printable(file)));
}

} // namespace crm::cmd
