#include "index/compound.hpp"

#include "index/impl.hpp"

namespace crm::index {

std::string Compound::add(std::int64_t number) {
  m_values.emplace_back(number);
  return "?" + std::to_string(m_values.size());
}

std::string Compound::add(std::string_view text) {
  m_values.emplace_back(std::string(text));
  return "?" + std::to_string(m_values.size());
}

std::string Compound::joined() const {
  std::string sql;
  for (const auto& part : m_parts)
    sql += (sql.empty() ? "" : " UNION ALL ") + part;
  return sql;
}

Statement Compound::prepare(Database& database, const std::string& sql) {
  auto statement = database.prepare(sql);
  for (std::size_t i = 0; i < m_values.size(); ++i)
    std::visit(
        [&](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
            statement.bind(static_cast<int>(i) + 1, std::string_view(value));
          } else {
            statement.bind(static_cast<int>(i) + 1, value);
          }
        },
        m_values[i]);
  return statement;
}

Statement Compound::ordered(Database& database, By by, std::size_t limit) {
  std::string sql = joined();
  switch (by) {
  case By::Id:
    sql += " ORDER BY 3";
    break;
  case By::Place:
    sql += " ORDER BY 2 NULLS LAST, 3";
    break;
  case By::PlaceDescending:
    sql += " ORDER BY 2 DESC, 3 DESC";
    break;
  }
  return prepare(database, sql + " LIMIT " + add(most(limit)));
}

std::int64_t Compound::count(Database& database, std::size_t limit) {
  const std::string sql =
      "SELECT count(*) FROM (" + joined() + (limit == 0 ? "" : " LIMIT " + add(most(limit))) + ")";
  auto statement = prepare(database, sql);
  return statement.step() ? statement.number(0) : 0;
}

std::vector<std::int64_t> types_meant(Database& database, std::string_view type) {
  std::vector<std::int64_t> out;
  if (!type.empty()) {
    if (const auto number = find_type(database, type)) out.push_back(*number);
    return out;
  }
  auto statement = database.prepare("SELECT number FROM type");
  while (statement.step())
    out.push_back(statement.number(0));
  return out;
}

void visit_rows(Database& database, Statement& numbers, const std::function<bool(const Row&)>& visit) {
  RowLoader loader(database);
  while (numbers.step())
    if (const auto row = loader.load(numbers.number(0)); row && !visit(*row)) return;
}

std::vector<Row> load_rows(Database& database, Statement& numbers) {
  std::vector<Row> out;
  RowLoader loader(database);
  while (numbers.step())
    if (auto row = loader.load(numbers.number(0))) out.push_back(std::move(*row));
  return out;
}

} // namespace crm::index
