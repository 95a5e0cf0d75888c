// A real store with hundreds of random records of all built-in types, made and changed without commands.
#pragma once

#include "app/init.hpp"
#include "app/workspace.hpp"
#include "catch.hpp"
#include "codec/record.hpp"
#include "core/merge.hpp"
#include "core/provenance.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

namespace crm::app {

class StillEnvironment final : public base::Environment {
 public:
  base::Millis now() const override { return base::Millis(std::chrono::seconds(1'795'424'400)); }
  void random(std::span<std::byte> out) override {
    for (auto& byte : out)
      byte = static_cast<std::byte>(m_random() & 0xff);
  }
  std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }
  std::string zone() const override { return "Europe/London"; }
  std::string user() const override { return "alice"; }
  std::string host() const override { return "desk"; }

 private:
  std::mt19937 m_random{7};
};

class RandomStore {
 public:
  explicit RandomStore(unsigned seed) : m_random(seed) {
    const bool memory = ::access("/dev/shm", W_OK) == 0;
    std::string pattern =
        (memory ? "/dev/shm" : std::filesystem::temp_directory_path().string()) + "/crm-app-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    m_folder = pattern;
    init(environment, {root(), "Random", "Europe/London", "GB", "GBP", "alice", "desk"});
  }
  RandomStore(const RandomStore&) = delete;
  ~RandomStore() { std::filesystem::remove_all(m_folder); }

  std::string root() const { return m_folder + "/store"; }
  std::string index_file() const { return root() + "/.git/crm/index.sqlite"; }
  Workspace open() { return Workspace::open(environment, root()); }
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(m_random);
  }
  template <typename T>
  const T& any(const std::vector<T>& all) {
    return all[below(all.size())];
  }
  void git(const std::string& arguments) {
    REQUIRE(std::system(("git -C " + root() + " " + arguments + " >/dev/null 2>&1").c_str()) == 0);
  }

  /// One commit: new records, changed ones, deleted ones, and some with two values at once. Returns its id.
  std::string write(std::size_t count) {
    auto workspace = open();
    std::map<std::string, std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      if (m_records.size() < 20 || below(3) != 0) {
        const auto& schema = workspace.schemas().get(any(kinds));
        put(workspace, schema, core::create(fresh_id(), schema, fields(schema), stamp()), texts);
      } else {
        change(workspace, texts);
      }
    }
    std::vector<store::Change> changes;
    for (auto& [path, text] : texts)
      changes.push_back({path, std::move(text)});
    return workspace.repository()
        .begin(std::chrono::seconds(2))
        .commit(changes, {"Random", "", {}}, {"Alice", "a@desk", environment.now()});
  }

  /// A word that some record may have, or none.
  std::string word() { return any(vocabulary); }

  StillEnvironment environment;
  const std::vector<std::string> kinds{"contact", "appointment", "note",     "note",    "task",
                                       "deal",    "case",        "resource", "service", "member"};
  const std::vector<std::string> vocabulary{"proposal",
                                            "Revised",
                                            "call",
                                            "ann",
                                            "annual",
                                            "Zoë",
                                            "ZOE",
                                            "Straße",
                                            "o'brien",
                                            "東京都",
                                            "京都",
                                            "都",
                                            "Привет",
                                            "мир",
                                            "garden",
                                            "back",
                                            "room-2",
                                            "a",
                                            "42",
                                            "العربية",
                                            "한국말",
                                            "国",
                                            "😀",
                                            "ขอใบ",
                                            "12:30",
                                            "x@example.org",
                                            "e\u0301te\u0301",
                                            "\u00e9t\u00e9"};

 private:
  base::Id fresh_id() {
    std::string text;
    for (int i = 0; i < 16; ++i)
      text += "0123456789abcdefghjkmnpqrstvwxyz"[below(32)];
    return *base::Id::parse(text);
  }
  core::Stamp stamp(const std::string& device = "desk") {
    core::Stamp out;
    out.time = environment.now() + std::chrono::milliseconds(++m_clock);
    out.member = "alice";
    out.device = device;
    return out;
  }
  std::string prose(std::size_t most) {
    std::string out;
    for (std::size_t words = 1 + below(most); words > 0; --words)
      out += (out.empty() ? "" : below(6) == 0 ? ", " : " ") + word();
    return out;
  }
  std::string day() {
    const auto two = [](std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return "2026-" + two(1 + below(12)) + "-" + two(1 + below(28));
  }
  std::string key() { return "k-" + std::to_string(below(12)); }

  core::Map fields(const core::Schema& schema) {
    core::Map out;
    for (const auto& field : schema.fields)
      if (auto value = this->value(schema, field); !value.is_null()) out.set(field.name, std::move(value));
    return out;
  }

  core::Value value(const core::Schema& schema, const core::Field& field) {
    if (schema.states && field.name == schema.states->field) return any(schema.states->rank);
    if (!field.required && field.name != schema.name_field && field.name != schema.key_field && below(3) == 0)
      return {};
    if (!field.allowed.empty()) return any(field.allowed);
    if (field.name == schema.key_field && schema.type == "service") return key(); // shared now and then
    if (field.name == schema.key_field) return key() + "-" + std::to_string(++m_clock);
    if (field.ref) {
      if (field.shape == core::Shape::Texts) return core::List{key()};
      if (field.ref->by == core::Reference::By::Key) return key();
      return m_records.empty() ? core::Value{} : core::Value{any(m_records).id};
    }
    switch (field.shape) {
    case core::Shape::Prose:
      return prose(12);
    case core::Shape::Text:
      return field.name == schema.name_field || field.name == "outcome" || field.name == "next_step"
                 ? core::Value{prose(3)}
                 : core::Value{};
    case core::Shape::Number:
      return static_cast<double>(below(2000)) / 2;
    case core::Shape::Boolean:
      return below(2) == 0;
    case core::Shape::Date:
      return day();
    case core::Shape::Time:
      return day() + "T1" + std::to_string(below(10)) + ":30";
    case core::Shape::DateTime:
      return below(2) == 0 ? day() : day() + "T09:15";
    case core::Shape::Zone:
      return std::string(below(3) == 0 ? "America/New_York" : "Europe/London");
    case core::Shape::Period:
      return std::string(below(9) == 0 ? "P3D" : "PT45M");
    case core::Shape::Texts:
      return field.name == "tags" ? core::Value{core::List{word(), "vip"}} : core::Value{};
    default:
      return {};
    }
  }

  struct Known {
    std::string id, type, path;
  };

  void put(Workspace& workspace, const core::Schema& schema, core::Record record,
           std::map<std::string, std::string>& texts) {
    core::canonicalize(record, schema);
    const std::string path = workspace.record_path(schema.type, record.id.str());
    if (!codec::validate(record, schema, path).empty()) return; // chance has made nonsense
    texts[path] = codec::emit_record(record, schema);
    m_records.push_back({record.id.str(), schema.type, path});
  }

  void change(Workspace& workspace, std::map<std::string, std::string>& texts) {
    const Known known = any(m_records);
    const auto text = workspace.repository().read(workspace.tree(), known.path);
    if (!text || texts.contains(known.path)) return;
    const auto& schema = workspace.schemas().get(known.type);
    core::Record record = std::get<core::Record>(codec::parse_record(*text, known.path, schema));
    const core::Record before = record;
    const auto edit = [&](core::Record& into, const std::string& device) {
      const auto& field = any(schema.fields);
      const core::Edit written{field.name, value(schema, field)};
      if (field.name != schema.key_field && !(field.required && written.value.is_null()))
        core::write(into, schema, std::span(&written, 1), stamp(device));
    };
    switch (below(4)) {
    case 0:
      core::mark(record, schema, core::is_deleted(record, schema) ? core::Mark::Undelete : core::Mark::Delete,
                 stamp());
      break;
    case 1: { // two devices at once
      core::Record other = before;
      edit(record, "desk");
      edit(other, "tablet");
      record = core::join(record, other, schema).record;
      break;
    }
    default:
      edit(record, "desk");
    }
    core::canonicalize(record, schema);
    if (codec::validate(record, schema, known.path).empty())
      texts[known.path] = codec::emit_record(record, schema);
  }

  std::string m_folder;
  std::mt19937 m_random;
  std::vector<Known> m_records;
  int m_clock = 0;
};

} // namespace crm::app
