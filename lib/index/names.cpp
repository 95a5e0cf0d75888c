// Live records by their names: exactly, by a part, and nearly.
#include "index/compound.hpp"
#include "index/impl.hpp"
#include "index/layout.hpp"
#include "index/trigrams.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

namespace crm::index {
namespace {

constexpr std::size_t sorted_at_most =
    1000; ///< names with a part that are put in order, where not all are wanted
constexpr std::size_t trigrams_at_most = 64; ///< of a long text; what they find is compared with all of it

/// The row numbers of a type, or of all.
struct Rows {
  std::int64_t first = 0, last = std::numeric_limits<std::int64_t>::max();
};

std::optional<Rows> rows_of(Database& database, std::string_view type) {
  if (type.empty()) return Rows{};
  const auto number = find_type(database, type);
  if (!number) return std::nullopt;
  return Rows{layout::first_row(*number), layout::last_row(*number)};
}

/// At most `count` of them, from everywhere.
std::vector<std::string> thinned(const std::vector<std::string>& all, std::size_t count) {
  if (all.size() <= count) return all;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(all[i * all.size() / count]);
  return out;
}

/// Names in [first, end) of the folded ones' order.
std::vector<Row> names_between(Database& database, std::string_view first, std::string_view end,
                               std::string_view type, std::size_t limit) {
  Compound names;
  const std::string from = names.add(first), to = names.add(end);
  const std::string range = " AND deleted = 0 AND folded >= " + from + " AND folded < " + to;
  const auto types = types_meant(database, type);
  if (types.size() > most_parts) {
    names.part("SELECT row, folded, id FROM record WHERE deleted = 0" + range);
  } else {
    for (const auto number : types)
      names.part("SELECT row, folded, id FROM record INDEXED BY record_name WHERE type = " +
                 names.add(number) + range);
  }
  if (names.empty()) return {};
  auto statement = names.ordered(database, Compound::By::Place, limit);
  return load_rows(database, statement);
}

/// Those with a part of three characters or more anywhere.
std::vector<Row> names_with(Database& database, std::string_view part, const Rows& rows, std::size_t limit) {
  auto statement = database.prepare("SELECT row FROM (SELECT record.row AS row, record.folded AS folded, "
                                    "record.id AS id FROM part CROSS JOIN record ON "
                                    "record.row = part.rowid WHERE part MATCH ?1 AND part.rowid BETWEEN ?2 "
                                    "AND ?3 AND deleted = 0 AND instr(record.folded, ?4) > 0 "
                                    "LIMIT ?5) ORDER BY folded, id LIMIT ?6");
  statement.bind(1, having_all(thinned(trigrams(doubled(part)), trigrams_at_most)))
      .bind(2, rows.first)
      .bind(3, rows.last);
  statement.bind(4, part).bind(5, most(limit == 0 ? 0 : sorted_at_most)).bind(6, most(limit));
  return load_rows(database, statement);
}

/// Those that do not begin with a short part, but have a word that does.
std::vector<Row> words_beginning(Database& database, std::string_view part, const Rows& rows,
                                 std::size_t limit) {
  auto statement = database.prepare(
      "SELECT row FROM (SELECT record.row AS row, record.folded AS folded, record.id AS id FROM part CROSS "
      "JOIN record ON "
      "record.row = part.rowid WHERE part MATCH ?1 AND part.rowid BETWEEN ?2 AND ?3 AND deleted = 0 AND "
      "instr(record.folded, ' ' || ?4) > 0 "
      "AND NOT (record.folded >= ?4 AND record.folded < ?5) LIMIT ?6) ORDER BY folded, id LIMIT ?7");
  statement.bind(1, having_all(trigrams(spaced(part))))
      .bind(2, rows.first)
      .bind(3, rows.last)
      .bind(4, part)
      .bind(5, after(part));
  statement.bind(6, most(limit == 0 ? 0 : sorted_at_most)).bind(7, most(limit));
  return load_rows(database, statement);
}

/// Names that share many trigrams with one, found without looking at all that share a few: a slip of the
/// finger leaves a run of them whole, so runs are asked for, the longest first.
class Nearest {
 public:
  Nearest(Database& database, std::string_view folded, const Rows& rows)
      : m_database(database), m_wanted(thinned(trigrams(spaced(folded)), trigrams_at_most)),
        m_set(m_wanted.begin(), m_wanted.end()), m_rows(rows) {}

  std::vector<Row> find(std::size_t limit) {
    const std::size_t all = m_wanted.size();
    if (all == 0) return {};
    std::set<std::size_t> lengths{all, (all + 1) / 2, (all + 2) / 3, 1};
    for (auto length = lengths.rbegin(); length != lengths.rend(); ++length) {
      const std::size_t stride = std::max({(*length + 1) / 2, std::size_t{1}, all / 16});
      for (std::size_t begin = 0; begin + *length <= all; begin += stride)
        collect(begin, *length);
      if (all > *length) collect(all - *length, *length);
    }
    std::sort(m_found.begin(), m_found.end());
    std::vector<Row> out;
    for (const auto& candidate : m_found) {
      if (limit != 0 && out.size() == limit) break;
      if (auto row = load_row(m_database, candidate.row)) out.push_back(std::move(*row));
    }
    return out;
  }

 private:
  static constexpr std::size_t of_one_run = 150, in_all = 600;

  struct Candidate {
    double unlike; ///< 0 for the same trigrams, 1 for none in common
    std::string id;
    std::int64_t row;
    bool operator<(const Candidate& other) const {
      return std::tie(unlike, id) < std::tie(other.unlike, other.id);
    }
  };

  void collect(std::size_t begin, std::size_t length) {
    if (m_found.size() >= in_all) return;
    const std::vector<std::string> run(m_wanted.begin() + static_cast<std::ptrdiff_t>(begin),
                                       m_wanted.begin() + static_cast<std::ptrdiff_t>(begin + length));
    auto statement = m_database.prepare(
        "SELECT record.row, record.id, record.folded FROM part CROSS JOIN record ON record.row = "
        "part.rowid WHERE part MATCH ?1 AND part.rowid BETWEEN ?2 AND ?3 AND deleted = 0 LIMIT ?4");
    statement.bind(1, having_all(run))
        .bind(2, m_rows.first)
        .bind(3, m_rows.last)
        .bind(4, static_cast<std::int64_t>(of_one_run));
    while (statement.step())
      if (m_seen.insert(statement.number(0)).second) consider(statement);
  }

  void consider(const Statement& statement) {
    const auto theirs = trigrams(spaced(statement.view(2)));
    const auto shared =
        std::count_if(theirs.begin(), theirs.end(), [&](const auto& each) { return m_set.contains(each); });
    const double alike =
        2.0 * static_cast<double>(shared) / static_cast<double>(theirs.size() + m_wanted.size());
    m_found.push_back({1 - alike, statement.text(1), statement.number(0)});
  }

  Database& m_database;
  std::vector<std::string> m_wanted;
  std::set<std::string> m_set;
  Rows m_rows;
  std::set<std::int64_t> m_seen;
  std::vector<Candidate> m_found;
};

} // namespace

std::vector<Row> Index::by_name(std::string_view folded, std::string_view type, std::size_t limit) const {
  if (folded.empty()) return {};
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  // No text lies between one and the same with a NUL behind it.
  return names_between(database, folded, std::string(folded) + '\0', type, limit);
}

std::vector<Row> Index::by_part(std::string_view folded, std::string_view type, std::size_t limit) const {
  if (folded.empty()) return {};
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  const auto rows = rows_of(database, type);
  if (!rows) return {};
  if (base::characters(folded) >= 3) return names_with(database, folded, *rows, limit);
  auto out = names_between(database, folded, after(folded), type, limit);
  if (limit != 0 && out.size() >= limit) return out;
  for (auto& row : words_beginning(database, folded, *rows, limit == 0 ? 0 : limit - out.size()))
    out.push_back(std::move(row));
  return out;
}

std::vector<Row> Index::near(std::string_view folded, std::string_view type, std::size_t limit) const {
  if (folded.empty()) return {};
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  const auto rows = rows_of(database, type);
  return rows ? Nearest(database, folded, *rows).find(limit) : std::vector<Row>{};
}

} // namespace crm::index
