// Live records by the words in them.
#include "index/compound.hpp"
#include "index/impl.hpp"
#include "index/layout.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

namespace crm::index {
namespace {

using core::Term;
using Terms = std::vector<Term>;

constexpr std::size_t names_at_most = 500; ///< of a term that may be somebody's name

std::string quoted(const Term& term) {
  std::string out = "\"";
  for (const auto& word : term.words) {
    if (out.size() > 1) out += ' ';
    out += word; // letters, digits and symbols: nothing that would end the quotes
  }
  return out + "\"";
}

/// As FTS5 is asked. The whole word counts beside its beginning, and so puts "ann" before "annual".
std::string phrase(const Term& term) {
  return "(" + quoted(term) + " OR " + quoted(term) + " *)";
}

std::string expression(const Terms& terms) {
  std::string wanted, unwanted;
  for (const auto& term : terms) {
    std::string& out = term.negated ? unwanted : wanted;
    if (!out.empty()) out += term.negated ? " OR " : " AND ";
    out += phrase(term);
  }
  return unwanted.empty() ? wanted : "(" + wanted + ") NOT (" + unwanted + ")";
}

struct Hit {
  std::int64_t row;
  double score;
  std::optional<std::int64_t> begins;
};

/// What a Query says of a type, beside its words.
struct Allowed {
  const Query* query;
  std::set<std::string, std::less<>> states;
};

class Searching {
 public:
  Searching(Database& database, const Search& search) : m_database(database), m_search(search) {
    for (const auto& query : search.within)
      if (const auto type = find_type(database, query.type))
        m_types.emplace(*type, Allowed{&query, {query.states.begin(), query.states.end()}});
  }

  std::vector<Hit> find() {
    if (m_types.empty()) return {};
    collect(m_search.terms, nullptr);
    for (const auto& [mask, targets] : named())
      collect(without(mask), &targets);
    std::sort(m_hits.begin(), m_hits.end(), [this](const Hit& a, const Hit& b) { return before(a, b); });
    return std::move(m_hits);
  }

  /// False as well for those of which neither comes first.
  bool before(const Hit& a, const Hit& b) const {
    const bool by_time = m_search.by != Search::By::Relevance;
    if (!by_time && a.score != b.score) return a.score > b.score;
    if (a.begins.has_value() != b.begins.has_value()) return a.begins.has_value();
    if (a.begins != b.begins)
      return m_search.by == Search::By::Oldest ? a.begins < b.begins : a.begins > b.begins;
    return by_time && a.score != b.score && a.score > b.score;
  }

 private:
  using Mask = std::uint64_t; ///< of terms
  static_assert(core::most_words <= 64);
  using Targets = std::set<std::string, std::less<>>;

  void collect(const Terms& terms, const Targets* targets) {
    auto statement = m_database.prepare(
        "SELECT word.rowid, bm25(word, 8.0, 1.0), record.state, record.begins, record.ends FROM word CROSS "
        "JOIN record ON record.row = word.rowid WHERE word MATCH ?1 AND word.rowid BETWEEN ?2 AND ?3");
    statement.bind(1, expression(terms))
        .bind(2, layout::first_row(m_types.begin()->first))
        .bind(3, layout::last_row(m_types.rbegin()->first));
    while (statement.step()) {
      const std::int64_t row = statement.number(0);
      const auto type = m_types.find(row >> layout::type_shift);
      if (type == m_types.end() || !fits(type->second, statement)) continue;
      if (!type->second.query->target.empty() && !refers(row, type->second.query->target)) continue;
      if (targets != nullptr && !refers(row, *targets)) continue;
      if (!m_found.insert(row).second) continue;
      m_hits.push_back({row, -statement.real(1), statement.optional(3)});
    }
  }

  static bool fits(const Allowed& allowed, const Statement& at) {
    if (!allowed.states.empty() && !allowed.states.contains(at.view(2))) return false;
    const auto &from = allowed.query->from, &to = allowed.query->to;
    if (!from && !to) return true;
    const auto begins = at.optional(3), ends = at.optional(4);
    if (!begins || (to && *begins >= *to)) return false;
    return !from || *begins >= *from || (ends && *ends > *from);
  }

  bool refers(std::int64_t row, const std::string& target) {
    auto statement = m_database.prepare("SELECT 1 FROM link WHERE row = ?1 AND target = ?2");
    statement.bind(1, row).bind(2, target);
    return statement.step();
  }
  bool refers(std::int64_t row, const Targets& targets) {
    auto statement = m_database.prepare("SELECT target FROM link WHERE row = ?1");
    statement.bind(1, row);
    while (statement.step())
      if (targets.contains(statement.view(0))) return true;
    return false;
  }

  /// Whose names have some of the terms, but not all: what others refer to them by.
  std::map<Mask, Targets> named() {
    std::map<std::int64_t, Mask> names;
    Mask all = 0;
    for (std::size_t i = 0; i < m_search.terms.size(); ++i)
      if (!m_search.terms[i].negated) all |= Mask{1} << i;
    if ((all & (all - 1)) == 0) return {}; // a single one must be the record's own
    for (std::size_t i = 0; i < m_search.terms.size(); ++i) {
      if (m_search.terms[i].negated) continue;
      auto statement = m_database.prepare("SELECT rowid FROM word WHERE word MATCH ?1 LIMIT ?2");
      statement.bind(1, "name : " + quoted(m_search.terms[i]) + " *")
          .bind(2, static_cast<std::int64_t>(names_at_most) + 1);
      std::vector<std::int64_t> rows;
      while (statement.step())
        rows.push_back(statement.number(0));
      if (rows.size() > names_at_most) continue;
      for (const auto row : rows)
        names[row] |= Mask{1} << i;
    }
    std::map<Mask, Targets> out;
    for (const auto& [row, mask] : names) {
      if (mask == all) continue;
      auto statement = m_database.prepare("SELECT id, key FROM record WHERE row = ?1");
      statement.bind(1, row);
      if (!statement.step()) continue;
      auto& targets = out[mask];
      targets.insert(statement.text(0));
      if (!statement.view(1).empty()) targets.insert(statement.text(1));
    }
    return out;
  }

  Terms without(Mask mask) const {
    Terms out;
    for (std::size_t i = 0; i < m_search.terms.size(); ++i)
      if ((mask & (Mask{1} << i)) == 0) out.push_back(m_search.terms[i]);
    return out;
  }

  Database& m_database;
  const Search& m_search;
  std::map<std::int64_t, Allowed> m_types;
  std::unordered_set<std::int64_t> m_found;
  std::vector<Hit> m_hits;
};

std::string id_of(Database& database, std::int64_t row) {
  auto statement = database.prepare("SELECT id FROM record WHERE row = ?1");
  statement.bind(1, row);
  return statement.step() ? statement.text(0) : std::string();
}

} // namespace

void Index::search(const Search& search, const std::function<bool(const Row&, double)>& visit) const {
  if (std::all_of(search.terms.begin(), search.terms.end(), [](const Term& term) { return term.negated; }))
    return;
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  Searching searching(database, search);
  const auto hits = searching.find();
  RowLoader loader(database);
  // Equal ones by id: row numbers depend on the order in which the index was filled.
  for (auto first = hits.begin(); first != hits.end();) {
    const auto end =
        std::find_if(first, hits.end(), [&](const Hit& hit) { return searching.before(*first, hit); });
    std::vector<std::pair<std::string, std::int64_t>> equal;
    for (auto hit = first; hit != end; ++hit)
      equal.emplace_back(end - first > 1 ? id_of(database, hit->row) : std::string(), hit->row);
    std::sort(equal.begin(), equal.end());
    for (const auto& [id, number] : equal)
      if (const auto row = loader.load(number); row && !visit(*row, first->score)) return;
    first = end;
  }
}

} // namespace crm::index
