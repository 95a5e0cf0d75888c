// Tables: our own, other programs' contacts, and any other by the names of its columns.
#include "app/exchange/contact_columns.hpp"
#include "app/exchange/reading.hpp"
#include "app/input.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/charset.hpp"
#include "codec/csv.hpp"
#include "codec/json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>

namespace crm::app {
namespace {

constexpr const char* problem_column = "import problem";

struct Target {
  /// Named: "id" in a table that may be another program's, or one of ours that lost a column on its way.
  enum class Kind { Field, Part, Extra, Id, Named, Others, Skip } kind = Kind::Extra;
  std::string name, group;
};

core::List split_list(std::string_view text, std::string_view separators) {
  EachOnce items;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find_first_of(separators, begin), text.size());
    items.add(std::string(base::trim(text.substr(begin, end - begin))));
    begin = end + 1;
  }
  return {items.items().begin(), items.items().end()};
}

class CsvReading final : public Reading {
 public:
  CsvReading(Workspace& workspace, ReadOptions options, Intake intake)
      : m_workspace(workspace), m_options(std::move(options)), m_intake(std::move(intake)),
        m_schema(workspace.schemas().get(m_options.type)),
        m_rows([this](codec::CsvRow row) { take(std::move(row)); }) {}

  void feed(std::string_view piece) override { m_rows.feed(m_decoder.feed(piece)); }
  void finish() override {
    m_rows.feed(m_decoder.feed({}));
    m_rows.finish();
    if (m_targets.empty())
      throw base::Error(base::Kind::InvalidData, "there is no table in this file",
                        "its first line names the columns");
  }
  std::string recognised() const override { return m_recognised; }
  std::string rejects_head() const override {
    return std::string(problem_column) + m_rows.separator() + m_header + "\n";
  }
  /// In front, where short rows do not shift it.
  std::string rejects_row(const Rejected& row) const override {
    return codec::csv_cell(codec::armed(to_one_line(row.reason)), m_rows.separator()) + m_rows.separator() +
           row.raw + "\n";
  }

 private:
  void take(codec::CsvRow row) {
    for (auto& cell : row.cells)
      cell = codec::to_utf8(cell);
    row.raw = codec::to_utf8(row.raw);
    if (m_targets.empty()) return header(row);
    // Spreadsheets write lines of nothing but separators.
    if (row.problem.empty() && std::all_of(row.cells.begin(), row.cells.end(),
                                           [](const std::string& cell) { return base::trim(cell).empty(); }))
      return;
    Rejected bad{row.line, "", "", m_schema.type, row.raw};
    if (!row.problem.empty()) return bad.reason = row.problem, m_intake.reject(std::move(bad));
    for (std::size_t i = m_targets.size(); i < row.cells.size(); ++i)
      if (!base::trim(row.cells[i]).empty()) {
        bad.reason = fmt::format("has {} cells, where the header names {} columns", row.cells.size(),
                                 m_targets.size());
        bad.hint = "a cell that holds the separator must be in quotes";
        return m_intake.reject(std::move(bad));
      }
    try {
      m_intake.take(incoming(row));
    } catch (const base::Error& error) {
      bad.reason = error.message;
      bad.hint = error.hint;
      m_intake.reject(std::move(bad));
    }
  }

  void header(const codec::CsvRow& row) {
    std::vector<std::string> names;
    for (const auto& cell : row.cells)
      names.emplace_back(to_one_line(cell));
    m_header = row.raw;
    m_own = std::find(names.begin(), names.end(), "id") != names.end() &&
            std::find(names.begin(), names.end(), "other_fields") != names.end();
    const bool contacts = m_schema.type == "contact" && !m_own;
    if (contacts) m_table = recognise_table(names);
    m_recognised = m_own      ? "a table that crm has written"
                   : contacts ? m_table.title
                              : "a table of " + m_schema.folder;
    for (const auto& name : names)
      m_targets.push_back(target(name, contacts));
    for (const auto& [column, field] : m_options.columns)
      map_column(names, column, field);
  }

  Target target(const std::string& name, bool contacts) const {
    using Kind = Target::Kind;
    const std::string folded = base::fold(name);
    if (folded.empty() || folded == problem_column) return {Kind::Skip, name, ""};
    if (folded == "id") return {m_own ? Kind::Id : Kind::Named, name, ""};
    if (m_own && name == "other_fields") return {Kind::Others, name, ""};
    if (contacts)
      if (const auto column = contact_column(name)) return {Kind::Part, column->part, column->group};
    for (const auto& field : m_schema.fields)
      if (folded == field.name || folded == base::fold(field.title)) return {Kind::Field, field.name, ""};
    if (folded == "external" || folded == "external id") return {Kind::Part, "external", ""};
    return {Kind::Extra, name, ""};
  }

  void map_column(const std::vector<std::string>& names, const std::string& column,
                  const std::string& field) {
    const auto at = std::find_if(names.begin(), names.end(), [&](const std::string& each) {
      return base::fold(each) == base::fold(column);
    });
    if (at == names.end()) {
      const auto close = base::suggestions(column, names, 1);
      throw base::Error(base::Kind::Usage, "the table has no column \"" + base::printable(column) + "\"",
                        close.empty() ? "it has: " + base::join(names, ", ")
                                      : "did you mean " + close.front() + "?");
    }
    Target& target = m_targets[static_cast<std::size_t>(at - names.begin())];
    if (field == extra_field) {
      target = {Target::Kind::Extra, *at, ""};
    } else if (field == "external" || (m_schema.type == "contact" && !m_own && is_contact_part(field))) {
      target = {Target::Kind::Part, field, "1"};
    } else if (m_schema.find(field) != nullptr) {
      target = {Target::Kind::Field, field, ""};
    } else {
      std::vector<std::string> known;
      for (const auto& each : m_schema.fields)
        known.push_back(each.name);
      const auto close = base::suggestions(field, known, 1);
      throw base::Error(base::Kind::Usage,
                        with_article(m_schema.type) + " has no field \"" + base::printable(field) + "\"",
                        close.empty() ? "`crm types " + m_schema.type +
                                            "` lists them; `external` and `extra` are there, too"
                                      : "did you mean " + close.front() + "?");
    }
  }

  core::Value value_of(const core::Field& field, const std::string& text) {
    if (base::trim(text).empty()) return {};
    if (field.shape == core::Shape::Prose) return m_own ? text : to_prose(text);
    const bool json = text.front() == '[' || text.front() == '{';
    if (json && (field.shape == core::Shape::Texts || field.shape == core::Shape::Object))
      if (auto value = codec::from_json(text)) return *std::move(value);
    if (field.shape == core::Shape::Object)
      throw base::Error(base::Kind::InvalidData, field.name + ": is no JSON");
    if (field.shape == core::Shape::Texts) return split_list(text, m_own ? ";" : ";,");
    const std::string_view trimmed = base::trim(text);
    if (core::parse_wall_time(trimmed) &&
        (field.shape == core::Shape::Time || field.shape == core::Shape::DateTime))
      return trimmed;
    if (field.shape == core::Shape::Date || field.shape == core::Shape::DateTime)
      if (auto date = to_iso_date(trimmed, m_table.dates); !date.empty() && trimmed.size() <= 10) return date;
    const bool refers = field.ref && field.ref->by == core::Reference::By::Id && base::Id::parse(trimmed);
    if (refers || m_own) {
      // Our own tables hold what records hold: the schema has the say.
      if (field.shape != core::Shape::Integer && field.shape != core::Shape::Number &&
          field.shape != core::Shape::Boolean)
        return field.shape == core::Shape::Text ? core::Value{text} : core::Value{trimmed};
    }
    return field.ref ? referred(field, to_one_line(text))
                     : parse_field(m_workspace, m_schema, field, to_one_line(text));
  }

  /// Many rows name the same few; and nobody, which takes longest, is named as often.
  core::Value referred(const core::Field& field, const std::string& text) {
    constexpr std::size_t most_remembered = 10'000;
    const auto key = std::pair(field.name, text);
    if (const auto known = m_referred.find(key); known != m_referred.end()) {
      if (const auto* error = std::get_if<base::Error>(&known->second))
        throw base::Error(error->kind, error->message, error->hint);
      return std::get<core::Value>(known->second);
    }
    std::variant<core::Value, base::Error> found;
    try {
      found = parse_field(m_workspace, m_schema, field, text);
    } catch (const base::Error& error) {
      found = error;
    }
    if (m_referred.size() < most_remembered) m_referred.emplace(key, found);
    if (const auto* error = std::get_if<base::Error>(&found))
      throw base::Error(error->kind, error->message, error->hint);
    return std::get<core::Value>(std::move(found));
  }

  std::optional<base::Id> record_named(std::string_view text) const {
    const auto id = base::Id::parse(text);
    if (!id) return std::nullopt;
    const auto row = m_workspace.with_index([&](index::Index& index) { return index.by_id(id->str()); });
    return row && row->type == m_schema.type ? id : std::nullopt;
  }

  Incoming incoming(const codec::CsvRow& row) {
    Incoming out;
    out.type = m_schema.type;
    out.line = row.line;
    out.raw = row.raw;
    ContactDraft draft;
    bool drafted = false;
    ExtraTexts extra; // two columns may have one heading
    std::string external;
    for (std::size_t i = 0; i < m_targets.size(); ++i) {
      const Target& target = m_targets[i];
      const std::string cell = codec::disarmed(i < row.cells.size() ? row.cells[i] : "");
      const bool empty = base::trim(cell).empty();
      switch (target.kind) {
      case Target::Kind::Skip:
        break;
      case Target::Kind::Id:
        if (empty) break;
        out.id = base::Id::parse(base::trim(cell));
        if (!out.id)
          throw base::Error(base::Kind::InvalidData, "id: \"" + base::printable(cell) + "\" is none",
                            "leave it empty for a new record");
        break;
      case Target::Kind::Named:
        out.id = record_named(base::trim(cell));
        if (!out.id) external = base::trim(cell);
        break;
      case Target::Kind::Others:
        if (!empty) others(cell, out.fields);
        break;
      case Target::Kind::Field:
        // What another program leaves empty it may not know; our own tables say all there is.
        if (!empty || m_own) out.fields.set(target.name, value_of(*m_schema.find(target.name), cell));
        break;
      case Target::Kind::Part:
        if (target.name == "external")
          external = base::trim(cell);
        else if (!empty)
          part(draft, target, cell), drafted = true;
        break;
      case Target::Kind::Extra:
        if (!empty) extra.add(base::fit(target.name, 100), to_prose(cell));
        break;
      }
    }
    if (drafted) {
      Incoming contact;
      draft.finish(contact);
      for (const auto& [name, value] : contact.fields)
        if (name == extra_field)
          for (const auto& [inner, each] : *value.if_map())
            extra.add(inner, each.string_or_empty());
        else
          out.fields.set(name, value);
      out.lost = std::move(contact.lost);
    }
    if (!extra.empty()) out.fields.set(extra_field, extra.to_map());
    if (!out.id && !m_own) out.external = m_table.slug + ":" + key_of(out, draft, external);
    return out;
  }

  static void others(const std::string& cell, core::Map& fields) {
    const auto value = codec::from_json(cell);
    if (!value || value->if_map() == nullptr)
      throw base::Error(base::Kind::InvalidData, "other_fields: is no JSON object");
    for (const auto& [name, each] : *value->if_map())
      fields.set(name, each);
  }

  void part(ContactDraft& draft, const Target& target, const std::string& cell) const {
    const std::string& name = target.name;
    if (name == "name" && draft.name.empty())
      draft.name = cell;
    else if (name == "nickname" && draft.nickname.empty())
      draft.nickname = cell;
    else if (name == "name" || name == "nickname")
      draft.extra(name, cell);
    else if (name == "org")
      draft.org(cell);
    else if (name == "email")
      draft.email(cell);
    else if (name == "phone")
      draft.phone(cell);
    else if (name == "tags")
      draft.tag(cell);
    else if (name == "about")
      draft.about(cell);
    else if (name == "birthday")
      draft.birthday(cell, m_table.dates);
    else if (name == "first" || name == "middle" || name == "last" || name == "prefix" || name == "suffix")
      draft.name_parts[name] += (draft.name_parts[name].empty() ? "" : " ") + cell;
    else
      draft.address(target.group, name, cell);
  }

  /// What tells the row again when the file comes once more: the id that it names, else the first e-mail
  /// address, else name and first phone number, else all of it. The second of a kind is another one.
  std::string key_of(const Incoming& row, const ContactDraft& draft, const std::string& external) {
    std::string key;
    if (!external.empty()) {
      key = to_one_line(external);
    } else if (!draft.emails().empty()) {
      key = base::fold(draft.emails().front());
    } else if (!draft.display_name().empty()) {
      key = base::fold(draft.display_name());
      if (!draft.phones().empty()) key += " " + draft.phones().front();
    } else {
      std::string time, name;
      if (const auto* value = row.fields.find(m_schema.time_field)) time = value->string_or_empty();
      if (const auto* value = row.fields.find(m_schema.name_field))
        name = base::fold(value->string_or_empty());
      key = name.empty() ? base::digest(row.raw) : name + (time.empty() ? "" : " " + time);
    }
    constexpr std::size_t longest = 200;
    if (key.size() > longest) key = base::digest(key);
    const int times = ++m_seen[key];
    return times > 1 ? fmt::format("{}#{}", key, times) : key;
  }

  Workspace& m_workspace;
  ReadOptions m_options;
  Intake m_intake;
  const core::Schema& m_schema;
  codec::Decoder m_decoder;
  codec::CsvReader m_rows;
  ContactTable m_table{"csv", "", DateOrder::Unknown};
  std::vector<Target> m_targets;
  std::string m_header, m_recognised;
  std::unordered_map<std::string, int> m_seen;
  std::map<std::pair<std::string, std::string>, std::variant<core::Value, base::Error>> m_referred;
  bool m_own = false;
};

} // namespace

std::unique_ptr<Reading> read_csv(Workspace& workspace, ReadOptions options, Intake intake) {
  return std::make_unique<CsvReading>(workspace, std::move(options), std::move(intake));
}

} // namespace crm::app
