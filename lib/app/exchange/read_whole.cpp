// json, ndjson and yaml: records as they are.
#include "app/exchange/reading.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/charset.hpp"
#include "codec/json.hpp"
#include "codec/json_pieces.hpp"
#include "codec/record.hpp"

#include <algorithm>
#include <array>

namespace crm::app {
namespace {

constexpr std::string_view problem_mark = "# import problem: ";

/// In one line, so that it stays a comment.
std::string as_comment(const Rejected& row) {
  std::string reason = row.reason + (row.hint.empty() ? "" : " (" + row.hint + ")");
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  return std::string(problem_mark) + base::printable(reason) + "\n";
}

/// Words of crm's own that `crm list --json` has beside the fields.
constexpr std::array<std::string_view, 6> own_words{"type", "id", "crm", "deleted", "created", "changed"};

std::optional<Incoming> incoming_of(const std::string& text, int line, std::string& why) {
  const auto value = codec::from_json(text);
  const core::Map* map = value ? value->if_map() : nullptr;
  if (map == nullptr) {
    why = "is no JSON object without repeated keys, at most 64 deep";
    return std::nullopt;
  }
  Incoming row;
  row.line = line;
  row.raw = text;
  if (const auto* type = map->find("type")) row.type = type->string_or_empty();
  if (row.type.empty()) {
    why = "has no \"type\", like \"contact\"";
    return std::nullopt;
  }
  if (const auto* id = map->find("id"); id != nullptr && !id->is_null()) {
    row.id = base::Id::parse(id->string_or_empty());
    if (!row.id) {
      why = "has an id that is none: 16 characters of 0-9 and a-z without i, l, o and u";
      return std::nullopt;
    }
  }
  if (const auto* crm = map->find("crm"); crm != nullptr && crm->if_map() != nullptr)
    row.crm = *crm->if_map();
  if (const auto* fields = map->find("fields"); fields != nullptr && fields->if_map() != nullptr) {
    row.fields = *fields->if_map();
    return row;
  }
  for (const auto& [name, each] : *map)
    if (std::find(own_words.begin(), own_words.end(), name) == own_words.end()) row.fields.set(name, each);
  return row;
}

class JsonReading : public Reading {
 public:
  explicit JsonReading(Intake intake)
      : m_intake(std::move(intake)), m_pieces([this](codec::JsonPiece piece) { take(std::move(piece)); }) {}
  void feed(std::string_view piece) override { m_pieces.feed(m_decoder.feed(piece)); }
  void finish() override {
    m_pieces.feed(m_decoder.feed({}));
    m_pieces.finish();
  }
  std::string rejects_row(const Rejected& row) const override { return as_comment(row) + row.raw + "\n"; }

 private:
  void take(codec::JsonPiece piece) {
    std::string why = piece.cut ? "is longer than 1 MiB" : "";
    auto row = piece.cut ? std::nullopt : incoming_of(piece.text, piece.line, why);
    if (row)
      m_intake.take(*std::move(row));
    else
      m_intake.reject({piece.line, why, "", "", std::move(piece.text)});
  }

  Intake m_intake;
  codec::Decoder m_decoder;
  codec::JsonPieces m_pieces;
};

/// Line by line, so that one that is broken spoils no other.
class Lines : public Reading {
 public:
  void feed(std::string_view piece) final {
    const std::string text = m_decoder.feed(piece);
    std::string_view left = text;
    while (!left.empty()) {
      const auto end = left.find('\n');
      if (m_line_text.size() <= longest) m_line_text += left.substr(0, end);
      if (end == left.npos) return;
      left.remove_prefix(end + 1);
      next();
    }
  }
  void finish() final {
    feed_rest();
    if (!m_line_text.empty()) next();
    close();
  }

 protected:
  static constexpr std::size_t longest = 1024 * 1024;
  virtual void line(std::string text, int number) = 0;
  virtual void close() {}

 private:
  void feed_rest() {
    if (const std::string rest = m_decoder.feed({}); !rest.empty()) m_line_text += rest;
  }
  void next() {
    if (m_line_text.ends_with('\r')) m_line_text.pop_back();
    line(std::exchange(m_line_text, {}), ++m_number);
  }
  codec::Decoder m_decoder;
  std::string m_line_text;
  int m_number = 0;
};

class NdjsonReading final : public Lines {
 public:
  explicit NdjsonReading(Intake intake) : m_intake(std::move(intake)) {}
  std::string rejects_row(const Rejected& row) const override { return as_comment(row) + row.raw + "\n"; }

 private:
  void line(std::string text, int number) override {
    if (base::trim(text).empty() || text.starts_with('#')) return;
    std::string why = text.size() > longest ? "is longer than 1 MiB" : "";
    auto row = why.empty() ? incoming_of(text, number, why) : std::nullopt;
    if (row)
      m_intake.take(*std::move(row));
    else
      m_intake.reject({number, why, "", "", std::move(text)});
  }
  Intake m_intake;
};

class YamlReading final : public Lines {
 public:
  YamlReading(const Workspace& workspace, Intake intake)
      : m_workspace(workspace), m_intake(std::move(intake)) {}
  std::string rejects_row(const Rejected& row) const override {
    return "--- # " + row.type + "\n" + as_comment(row) + row.raw;
  }

 private:
  void line(std::string text, int number) override {
    const bool starts = text.starts_with("---") && (text.size() == 3 || text[3] == ' ');
    if (starts && !(text.size() == 3 && m_open && m_text.empty())) {
      close();
      m_open = true;
      m_line_number = number;
      const auto mark = text.find('#');
      m_type = mark == text.npos ? "" : std::string(base::trim(std::string_view(text).substr(mark + 1)));
      return;
    }
    if (text.starts_with(problem_mark)) return;
    if (!m_open && base::trim(text).empty()) return;
    if (!m_open) m_line_number = number;
    m_open = true;
    if (m_text.size() <= longest) m_text += text + "\n";
  }

  void close() override {
    const std::string text = std::exchange(m_text, {});
    if (!std::exchange(m_open, false) || base::trim(text).empty()) return;
    Incoming row;
    row.type = m_type;
    row.line = m_line_number;
    row.raw = row.text = text;
    if (m_type.empty() || !m_workspace.schemas().has(m_type))
      return m_intake.reject({m_line_number,
                              m_type.empty() ? "does not say what it is"
                                             : "is of a type that this store does not have: " + m_type,
                              "a record begins with a line like `--- # contact`", m_type, text});
    auto parsed = codec::read_record(text, "", m_workspace.schemas().get(m_type));
    if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed)) {
      auto problem = problems->front();
      problem.line = 0;
      return m_intake.reject(
          {m_line_number + std::max(problems->front().line, 0), core::to_text(problem), "", m_type, text});
    }
    auto& record = std::get<core::Record>(parsed);
    row.id = record.id;
    row.fields = std::move(record.fields);
    row.crm = std::move(record.crm);
    m_intake.take(std::move(row));
  }

  const Workspace& m_workspace;
  Intake m_intake;
  std::string m_type, m_text;
  int m_line_number = 0;
  bool m_open = false;
};

} // namespace

std::unique_ptr<Reading> read_json(const Workspace&, Intake intake) {
  return std::make_unique<JsonReading>(std::move(intake));
}

std::unique_ptr<Reading> read_ndjson(const Workspace&, Intake intake) {
  return std::make_unique<NdjsonReading>(std::move(intake));
}

std::unique_ptr<Reading> read_yaml(const Workspace& workspace, Intake intake) {
  return std::make_unique<YamlReading>(workspace, std::move(intake));
}

} // namespace crm::app
