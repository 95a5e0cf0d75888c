// Records by type, state, time and what they refer to.
#include "index/compound.hpp"
#include "index/impl.hpp"
#include "index/layout.hpp"

#include <algorithm>
#include <limits>

namespace crm::index {
namespace {

using By = Compound::By;

/// So far back a stretch that is not a long one can have begun.
std::int64_t look_back(std::int64_t from) {
  return from < std::numeric_limits<std::int64_t>::min() + layout::long_stretch
             ? std::numeric_limits<std::int64_t>::min()
             : from - layout::long_stretch;
}

/// A Query as parts of one question: one for each type and state, so that each has its index.
class Selection {
 public:
  Selection(Database& database, const Query& query, Order order)
      : m_database(database), m_query(query), m_order(order) {
    std::vector<std::string> states = query.states;
    std::sort(states.begin(), states.end());
    states.erase(std::unique(states.begin(), states.end()), states.end());
    const auto types = types_meant(database, query.type);
    for (const auto& state : states)
      m_states.push_back({state, m_compound.add(state)});
    if (query.from) {
      m_from = m_compound.add(*query.from);
      m_look_back = m_compound.add(look_back(*query.from));
    }
    if (query.to) m_to = m_compound.add(*query.to);
    if (!query.target.empty()) m_target = m_compound.add(query.target);
    if (types.empty()) return;
    if (types.size() * std::max<std::size_t>(1, states.size()) > most_parts / 2) {
      add_unmerged(types);
      return;
    }
    for (const auto type : types) {
      const std::string number = m_compound.add(type);
      if (m_states.empty()) add(number, nullptr);
      for (const auto& state : m_states)
        add(number, &state);
    }
  }

  bool empty() const { return m_compound.empty(); }
  std::int64_t count() { return empty() ? 0 : m_compound.count(m_database, m_query.limit); }
  Statement rows() {
    const By by = m_order == Order::Id               ? By::Id
                  : m_order == Order::TimeDescending ? By::PlaceDescending
                                                     : By::Place;
    return m_compound.ordered(m_database, by, m_query.limit);
  }

 private:
  struct State {
    std::string name, parameter;
  };

  bool by_time() const { return m_order == Order::Time || m_order == Order::TimeDescending; }

  std::string select() const {
    const char* place = by_time() ? "record.begins" : m_order == Order::Name ? "record.folded" : "NULL";
    return std::string("SELECT record.row AS row, ") + place + " AS place, record.id AS id FROM ";
  }

  std::string range(const char* begins) const {
    std::string out;
    if (!m_from.empty())
      out += std::string(" AND ") + begins + " >= " + m_look_back + " AND (record.begins >= " + m_from +
             " OR record.ends > " + m_from + ")";
    if (!m_to.empty()) out += std::string(" AND ") + begins + " < " + m_to;
    return out;
  }

  const char* index(const State* state) const {
    if (m_query.deleted) return "record_order";
    const bool ranged = !m_from.empty() || !m_to.empty();
    if (state != nullptr && !state->name.empty() && (by_time() || ranged || m_query.limit == 0))
      return "record_state";
    if (by_time() || ranged) return "record_time";
    return m_order == Order::Name ? "record_name" : "record_order";
  }

  void add(const std::string& type, const State* state) {
    const std::string live = m_query.deleted ? " AND record.deleted = 1" : " AND record.deleted = 0";
    std::string states;
    if (state != nullptr)
      states =
          " AND record.state = " + state->parameter + (state->name.empty() ? "" : " AND record.state <> ''");
    if (m_target.empty()) {
      m_compound.part(select() + "record INDEXED BY " + index(state) + " WHERE record.type = " + type + live +
                      states + range("record.begins"));
    } else {
      m_compound.part(
          select() +
          "link INDEXED BY link_target CROSS JOIN record ON record.row = link.row WHERE link.target = " +
          m_target + " AND link.type = " + type + live + states + range("link.begins"));
    }
    if (m_from.empty()) return;
    // Long ones that began earlier still.
    std::string longer = select() + "record";
    if (!m_query.deleted) longer += " INDEXED BY record_long";
    longer += " WHERE record.type = " + type + live +
              " AND record.ends - record.begins > 86400 AND record.ends > " + m_from +
              " AND record.begins < " + m_look_back + states;
    if (!m_to.empty()) longer += " AND record.begins < " + m_to;
    if (!m_target.empty())
      longer +=
          " AND EXISTS (SELECT 1 FROM link WHERE link.row = record.row AND link.target = " + m_target + ")";
    m_compound.part(longer);
  }

  /// So many types and states are a curiosity: they are answered, but not quickly.
  void add_unmerged(const std::vector<std::int64_t>& types) {
    std::string sql = select() + "record WHERE record.deleted = " + (m_query.deleted ? "1" : "0");
    if (!m_query.type.empty()) sql += " AND record.type = " + m_compound.add(types.front());
    if (!m_states.empty()) {
      sql += " AND record.state IN (";
      for (const auto& state : m_states)
        sql += (&state == &m_states.front() ? "" : ", ") + state.parameter;
      sql += ")";
    }
    if (!m_from.empty())
      sql += " AND (record.begins >= " + m_from + " OR record.ends > " + m_from +
             ") AND record.begins IS NOT NULL";
    if (!m_to.empty()) sql += " AND record.begins < " + m_to;
    if (!m_target.empty())
      sql +=
          " AND EXISTS (SELECT 1 FROM link WHERE link.row = record.row AND link.target = " + m_target + ")";
    m_compound.part(sql);
  }

  Database& m_database;
  const Query& m_query;
  Order m_order;
  Compound m_compound;
  std::vector<State> m_states;
  std::string m_from, m_look_back, m_to, m_target; ///< parameters, "" when not asked for
};

} // namespace

void Index::each(const Query& query, const std::function<bool(const Row&)>& visit) const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  Selection selection(database, query, query.order);
  if (selection.empty()) return;
  auto numbers = selection.rows();
  visit_rows(database, numbers, visit);
}

std::vector<Row> Index::list(const Query& query) const {
  std::vector<Row> out;
  each(query, [&](const Row& row) {
    out.push_back(row);
    return true;
  });
  return out;
}

std::int64_t Index::count(const Query& query) const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  return Selection(database, query, Order::Id).count();
}

std::vector<std::string> Index::states(std::string_view type) const {
  auto next = m_impl->database().prepare(
      "SELECT state FROM record INDEXED BY record_state WHERE type = (SELECT number FROM type WHERE name = "
      "?1) AND deleted = 0 AND state <> '' AND state > ?2 ORDER BY state LIMIT 1");
  std::vector<std::string> out;
  next.bind(1, type).bind(2, "");
  while (next.step()) {
    out.push_back(next.text(0));
    next.reset();
    next.bind(1, type).bind(2, out.back());
  }
  return out;
}

std::vector<Sum> Index::sums(std::string_view type, std::string_view number_field) const {
  // What is no JSON, or no number, counts nothing. A path cannot name a field with a quote in its name, which
  // is no field of a schema either.
  const bool askable = number_field.find_first_of(std::string_view("\"\\\0", 3)) == std::string_view::npos;
  const std::string path = "$.fields.\"" + (askable ? std::string(number_field) : std::string()) + "\"";
  auto statement =
      m_impl->database().prepare("SELECT state, CASE WHEN json_valid(data) THEN coalesce(json_extract(data, "
                                 "'$.fields.currency'), '') ELSE '' END, count(*), "
                                 "total(CASE WHEN json_valid(data) AND json_type(data, ?2) IN ('integer', "
                                 "'real') THEN json_extract(data, ?2) END) "
                                 "FROM record INDEXED BY record_order WHERE type = (SELECT number FROM type "
                                 "WHERE name = ?1) AND deleted = 0 "
                                 "GROUP BY 1, 2 ORDER BY 1, 2");
  statement.bind(1, type).bind(2, path);
  std::vector<Sum> out;
  while (statement.step())
    out.push_back({statement.text(0), statement.text(1), statement.number(2), statement.real(3)});
  return out;
}

std::vector<Taken> Index::taken(std::string_view kind, std::string_view key, core::Interval time) const {
  const std::int64_t from = time.from.time_since_epoch().count(), to = time.to.time_since_epoch().count();
  auto statement = m_impl->database().prepare(
      "SELECT (SELECT id FROM record WHERE record.row = busy.row), begins, ends FROM busy INDEXED BY "
      "busy_time "
      "WHERE kind = ?1 AND key = ?2 AND begins >= ?5 AND begins < ?4 AND ends > ?3 UNION ALL "
      "SELECT (SELECT id FROM record WHERE record.row = busy.row), begins, ends FROM busy INDEXED BY "
      "busy_long "
      "WHERE kind = ?1 AND key = ?2 AND ends - begins > 86400 AND ends > ?3 AND begins < ?5 AND begins < ?4 "
      "ORDER BY 2, 1");
  statement.bind(1, kind).bind(2, key).bind(3, from).bind(4, to).bind(5, look_back(from));
  const auto instant = [&](int column) {
    return core::Instant{std::chrono::seconds{statement.number(column)}};
  };
  std::vector<Taken> out;
  while (statement.step())
    out.push_back({statement.text(0), std::string(kind), std::string(key), {instant(1), instant(2)}});
  return out;
}

bool Index::is_referred_to(std::string_view target) const {
  auto statement =
      m_impl->database().prepare("SELECT 1 FROM link INDEXED BY link_target WHERE target = ?1 LIMIT 1");
  return statement.bind(1, target).step();
}

std::vector<Row> Index::referring(std::string_view target, std::string_view type, std::size_t limit) const {
  Database& database = m_impl->database();
  const Snapshot snapshot(database);
  Compound links;
  const std::string to = links.add(target);
  // Which ones are the first may not depend on the order in which they came into the index: by id where times
  // are equal.
  const std::string select =
      "SELECT link.row, link.begins, record.id FROM link INDEXED BY link_target CROSS JOIN "
      "record ON record.row = link.row WHERE target = " +
      to;
  const auto types = types_meant(database, type);
  if (types.size() > most_parts) {
    links.part(select);
  } else {
    for (const auto number : types)
      links.part(select + " AND link.type = " + links.add(number));
  }
  if (links.empty()) return {};
  auto statement = links.ordered(database, By::PlaceDescending, limit);
  return load_rows(database, statement);
}

} // namespace crm::index
