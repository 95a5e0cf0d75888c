#include "intake.hpp"

#include "app/init.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/record.hpp"
#include "fuzz.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace crm::fuzz {
namespace {

/// The same store in every run, and the same moment.
class Still final : public base::Environment {
 public:
  base::Millis now() const override {
    constexpr std::chrono::sys_days day{std::chrono::year{2026} / 11 / 23};
    return day;
  }
  void random(std::span<std::byte> out) override {
    for (auto& byte : out)
      byte = std::byte(m_next++);
  }
  std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }
  std::string zone() const override { return "Europe/London"; }
  std::string user() const override { return "alice"; }
  std::string host() const override { return "desk"; }

 private:
  unsigned m_next = 0;
};

class Store {
 public:
  Store() : m_folder(fresh_folder()) {
    app::init(m_env, {m_folder, "Fuzz", "Europe/London", "", "", "alice", "desk"});
    m_workspace.emplace(app::Workspace::open(m_env, m_folder));
  }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() {
    m_workspace.reset();
    std::error_code ignored;
    std::filesystem::remove_all(m_folder, ignored);
  }
  app::Workspace& workspace() { return *m_workspace; }

 private:
  static std::string fresh_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "crm-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder for the store");
    return name;
  }
  Still m_env;
  std::string m_folder;
  std::optional<app::Workspace> m_workspace;
};

void require_text(const core::Value& value) {
  require(base::is_utf8(core::to_text(value)));
}

struct Came {
  std::vector<std::string> rows, rejected, lost;
  std::string refused; ///< the whole file, and why
  std::string rejects; ///< the file of those that were set aside
  friend bool operator==(const Came&, const Came&) = default;
};

std::string described(const app::Incoming& row) {
  std::string out =
      std::to_string(row.line) + " " + row.type + " " + row.external + " " + (row.id ? row.id->str() : "");
  for (const auto& [name, value] : row.fields)
    out += " " + name + "=" + core::to_text(value);
  return out;
}

void require_sound(const app::Incoming& row, const app::Workspace& workspace) {
  require(row.line > 0 && !row.type.empty() && workspace.schemas().has(row.type));
  require(base::is_utf8(row.external) && base::is_utf8(row.raw));
  for (const auto& [name, value] : row.fields) {
    require(base::is_utf8(name));
    require_text(value);
  }
  for (const auto& sentence : row.lost)
    require(base::is_utf8(sentence) && !sentence.empty());
}

/// What the store's schema says of such a record is all one; it must be able to say it, and what it admits to
/// be written and read.
void require_judged(const app::Incoming& row, const app::Workspace& workspace) {
  const auto& schema = workspace.schemas().get(row.type);
  core::Record record{*base::Id::parse("0123456789abcdef"), row.type, row.fields, {}};
  record.crm.set("created", "2026-11-23T09:00:00.000Z alice@desk");
  core::canonicalize(record, schema);
  if (!codec::validate(record, schema, "").empty()) return;
  const auto read = codec::read_record(codec::emit_record(record, schema), "", schema);
  const auto* same = std::get_if<core::Record>(&read);
  require(same != nullptr && same->fields == record.fields);
}

/// The schema is asked about the first rows alone, and by a fuzzer only of some inputs: it takes a hundred
/// times as long as all the rest.
enum class Judge { FirstRows, None };

Judge judge_of([[maybe_unused]] std::string_view bytes) {
#ifdef CRM_LIBFUZZER
  constexpr std::size_t one_in = 128;
  if (bytes.size() % one_in != one_in / 2) return Judge::None;
#endif
  return Judge::FirstRows;
}

Came came_of(std::string_view bytes, std::size_t piece, Judge judge, const MakeReading& make) {
  constexpr std::size_t most_judged = 2;
  app::Workspace& workspace = store();
  Came out;
  std::vector<app::Rejected> rejected;
  const auto reading = make(workspace, {[&](app::Incoming row) {
                                          require_sound(row, workspace);
                                          if (judge == Judge::FirstRows && out.rows.size() < most_judged)
                                            require_judged(row, workspace);
                                          out.rows.push_back(described(row));
                                        },
                                        [&](app::Rejected row) {
                                          require(row.line > 0 && !row.reason.empty());
                                          require(base::is_utf8(row.reason) && base::is_utf8(row.raw));
                                          out.rejected.push_back(std::to_string(row.line) + " " + row.reason);
                                          rejected.push_back(std::move(row));
                                        },
                                        [&](const std::string& what) {
                                          require(base::is_utf8(what) && !what.empty());
                                          out.lost.push_back(what);
                                        }});
  try {
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      reading->feed(bytes.substr(at, piece));
    reading->finish();
  } catch (const base::Error& error) {
    require(!error.message.empty());
    out.refused = error.message;
  }
  require(base::is_utf8(reading->recognised()));
  if (rejected.empty()) return out;
  out.rejects = reading->rejects_head();
  for (const auto& row : rejected)
    out.rejects += reading->rejects_row(row);
  out.rejects += reading->rejects_foot();
  return out;
}

} // namespace

app::Workspace& store() {
  static Store only;
  return only.workspace();
}

void try_reading(std::string_view bytes, const MakeReading& make) {
  const Came whole = came_of(bytes, bytes.size() + 1, judge_of(bytes), make);
  constexpr std::size_t few = 7;
  require(whole == came_of(bytes, few, Judge::None, make));
  require(base::is_utf8(whole.rejects));
  if (!whole.rejects.empty()) came_of(whole.rejects, whole.rejects.size(), Judge::None, make);
}

} // namespace crm::fuzz
