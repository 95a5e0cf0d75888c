#include "amount.hpp"
#include "app/records.hpp"
#include "app/undo.hpp"
#include "random_store.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace crm::app {
namespace {

constexpr std::array fields{"name", "org", "source", "address", "about"};
constexpr std::size_t people = 8;

/// What a person would say must be there: each field's writes, by batch, and what each rollback took.
class Model {
 public:
  struct Write {
    std::string batch, value;
  };
  using Field = std::vector<Write>; ///< oldest first

  void write(std::size_t person, std::size_t field, const std::string& batch, const std::string& value) {
    at(person, field).push_back({batch, value});
  }
  const std::string& value(std::size_t person, std::size_t field) const {
    static const std::string none;
    const auto& writes = m_writes[person][field];
    return writes.empty() ? none : writes.back().value;
  }
  /// The writes of these batches go, as far as nobody wrote after them; what is left of the field comes back,
  /// as a write of the rollback.
  void take_back(const std::set<std::string>& batches, const std::string& rollback) {
    for (std::size_t person = 0; person < people; ++person)
      for (std::size_t field = 0; field < fields.size(); ++field) {
        auto& writes = at(person, field);
        auto left = writes;
        while (!left.empty() && batches.contains(left.back().batch))
          left.pop_back();
        const std::string was = left.empty() ? "" : left.back().value;
        if (left.size() != writes.size() && was != writes.back().value) writes.push_back({rollback, was});
      }
  }

 private:
  Field& at(std::size_t person, std::size_t field) { return m_writes[person][field]; }
  std::array<std::array<Field, fields.size()>, people> m_writes;
};

class Play {
 public:
  explicit Play(unsigned seed) : m_store(seed), m_workspace(m_store.open()) {
    for (std::size_t person = 0; person < people; ++person) {
      const auto made = add(m_workspace, {"contact", "Person " + std::to_string(person), {}});
      m_ids.push_back(made.records.front().record.id.str());
      m_paths.push_back(made.records.front().path);
      m_model.write(person, 0, made.batch, "Person " + std::to_string(person));
    }
  }

  void edit() {
    std::set<std::size_t> whom{m_store.below(people)};
    if (m_store.below(3) == 0) whom.insert(m_store.below(people));
    std::vector<std::string> words, assignments;
    std::set<std::size_t> which{m_store.below(fields.size())};
    if (m_store.below(3) == 0) which.insert(m_store.below(fields.size()));
    const std::string value = "value " + std::to_string(++m_count);
    for (const auto person : whom)
      words.push_back(m_ids[person]);
    for (const auto field : which)
      assignments.push_back(std::string(fields[field]) + "=" + value);
    const auto done = set(m_workspace, {"contact", words, assignments, ""});
    for (const auto person : whom)
      for (const auto field : which)
        m_model.write(person, field, done.batch, value);
    m_batches.push_back(done.batch);
  }

  void roll_back() {
    RollbackRequest request;
    for (std::size_t n = 1 + m_store.below(4); n > 0; --n)
      request.batches.push_back(m_batches[m_store.below(m_batches.size())]);
    const auto before = texts();
    const auto done = rollback(m_workspace, request);
    m_model.take_back({request.batches.begin(), request.batches.end()}, done.committed.batch);
    if (!done.committed.commit.empty()) m_batches.push_back(done.committed.batch);
    check(before, done);
  }

 private:
  std::vector<std::string> texts() const {
    std::vector<std::string> out;
    for (const auto& path : m_paths)
      out.push_back(*m_workspace.repository().read(m_workspace.repository().head_tree(), path));
    return out;
  }

  static std::set<std::string> lines(const std::string& text) {
    std::set<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      out.insert(text.substr(at, end - at));
      at = end + 1;
    }
    return out;
  }

  void check(const std::vector<std::string>& before, const Undone& done) const {
    const auto after = texts();
    std::map<std::string, std::set<std::string>> written;
    for (const auto& each : done.committed.records)
      written[each.record.id.str()] = {each.units.begin(), each.units.end()};
    for (std::size_t person = 0; person < people; ++person) {
      const auto& units = written[m_ids[person]];
      const auto record = m_workspace.load("contact", m_paths[person]);
      for (std::size_t field = 0; field < fields.size(); ++field)
        REQUIRE(record.text(fields[field]) == m_model.value(person, field));
      if (units.empty()) REQUIRE(after[person] == before[person]);
      // Of a record that was written, every line but those of its fields and their stamps is as it was.
      const auto now = lines(after[person]);
      for (const auto& line : lines(before[person])) {
        const bool own = std::any_of(units.begin(), units.end(), [&](const std::string& unit) {
          return line.find(unit + ":") != std::string::npos;
        });
        if (!own) REQUIRE(now.contains(line));
      }
    }
  }

  RandomStore m_store;
  Workspace m_workspace;
  Model m_model;
  std::vector<std::string> m_ids, m_paths, m_batches;
  int m_count = 0;
};

} // namespace

TEST_CASE("a rollback takes back the batches' own values, and every other byte stays as it is",
          "[rollback]") {
  Play play(GENERATE(1u, 2u, 3u, 4u, 5u));
  const int most = test::amount(12, 100);
  for (int rollbacks = 0; rollbacks < most; ++rollbacks) {
    for (int edits = 0; edits < 3; ++edits)
      play.edit();
    play.roll_back();
  }
}

} // namespace crm::app
