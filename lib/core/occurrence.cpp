#include "core/occurrence.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstdint>

namespace crm::core {
namespace {

constexpr std::string_view id_alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t day_characters = 4;
constexpr unsigned day_bits = 20;
constexpr std::uint32_t day_mask = (1U << day_bits) - 1;

/// FNV-1a. Nothing here has to withstand an attacker: who may write records may also choose their ids.
std::uint64_t mix(std::string_view text, std::uint64_t seed) {
  std::uint64_t out = 14695981039346656037ULL ^ seed;
  for (const char c : text)
    out = (out ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return out ^ (out >> 29);
}

/// The bits of a day that change most often come first: folders are the first two characters of an id.
std::uint32_t reversed(std::uint32_t number) {
  std::uint32_t out = 0;
  for (unsigned i = 0; i < day_bits; ++i)
    if ((number >> i) & 1U) out |= 1U << (day_bits - 1 - i);
  return out;
}

std::uint32_t number_of_root(const base::Id& root) {
  return static_cast<std::uint32_t>(mix(root.str(), 0)) & day_mask;
}

std::string characters(std::uint64_t number, std::size_t count) {
  std::string out(count, '0');
  for (std::size_t i = count; i-- > 0; number >>= 5)
    out[i] = id_alphabet[number & 31];
  return out;
}

} // namespace

bool may_recur(const Schema& schema) {
  return !schema.time_field.empty() && !schema.duration_field.empty() && schema.find("rrule") != nullptr &&
         schema.find("except") != nullptr && schema.find("series") != nullptr &&
         schema.find("original") != nullptr;
}

bool is_series(const Record& record) {
  return !record.text("rrule").empty();
}

bool is_override(const Record& record) {
  return !record.text("original").empty() && !record.text("series").empty();
}

base::Id root_of(const Record& series) {
  return base::Id::parse(series.text("series")).value_or(series.id);
}

base::Id occurrence_id(const base::Id& root, LocalDate day) {
  const auto number = static_cast<std::uint32_t>(day.time_since_epoch().count()) & day_mask;
  return *base::Id::parse(characters(reversed(number) ^ number_of_root(root), day_characters) +
                          root.str().substr(day_characters));
}

std::optional<LocalDate> day_of_occurrence(std::string_view id, const base::Id& root) {
  if (!base::Id::parse(id) || id == root.str() ||
      id.substr(day_characters) != std::string_view(root.str()).substr(day_characters))
    return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : id.substr(0, day_characters))
    number = number * 32 + static_cast<std::uint32_t>(id_alphabet.find(c));
  return LocalDate{std::chrono::days{reversed(number ^ number_of_root(root))}};
}

base::Id continuation_id(const base::Id& series, LocalDate day, std::string_view why) {
  const std::string said = series.str() + "@" + to_text(day) + " " + std::string(why);
  return *base::Id::parse(characters(mix(said, 1), 8) + characters(mix(said, 2), 8));
}

std::vector<LocalDate> Series::days(LocalDate from, LocalDate to, std::size_t most) const {
  auto out = recurring_days(rule, first, from, to, most + except.size());
  std::erase_if(out,
                [&](LocalDate day) { return std::find(except.begin(), except.end(), day) != except.end(); });
  if (out.size() > most) out.resize(most);
  return out;
}

bool Series::holds(LocalDate day) const {
  return !days(day, day, 1).empty();
}

std::optional<Series> read_series(const Record& record, const Schema& schema) {
  if (!is_series(record) || !may_recur(schema)) return std::nullopt;
  const auto start = parse_wall_time(record.text(schema.time_field));
  if (!start) return std::nullopt;
  auto rule = parse_rrule(record.text("rrule"), *start, record.text("zone"));
  if (!std::holds_alternative<Recurrence>(rule)) return std::nullopt;
  Series out{
      std::get<Recurrence>(std::move(rule)), *start, std::chrono::floor<std::chrono::days>(start->time), {}};
  if (const auto* list = record.get("except").if_list())
    for (const auto& each : *list)
      if (const auto day = parse_date(each.string_or_empty())) out.except.push_back(*day);
  return out;
}

WallTime on_day(const WallTime& start, LocalDate day, const std::string& zone) {
  const auto clock = start.time - std::chrono::floor<std::chrono::days>(start.time);
  WallTime wall{LocalTime{day} + clock, {}};
  if (!is_zone(zone)) return wall;
  const auto resolved = resolve(wall, zone);
  if (const auto* gap = std::get_if<Gap>(&resolved)) wall.time = gap->after;
  if (const auto* twice = std::get_if<Overlap>(&resolved)) wall.offset = twice->first;
  return wall;
}

Record continued(const Record& record, base::Id id) {
  Record out{std::move(id), record.type, record.fields, record.crm};
  out.crm.erase("deleted");
  out.crm.erase("also");
  return out;
}

Record occurrence(const Record& series, const Schema& schema, LocalDate day) {
  const base::Id root = root_of(series);
  Record out = continued(series, occurrence_id(root, day));
  for (const char* own : {"rrule", "except"})
    out.fields.erase(own);
  const auto start = parse_wall_time(series.text(schema.time_field));
  if (start) out.fields.set(schema.time_field, to_text(on_day(*start, day, series.text("zone"))));
  out.fields.set("series", root.str());
  out.fields.set("original", to_text(day));
  // Stamps of fields that are the series' own.
  for (const char* part : {"changed", "seen", "added"}) {
    Value* stamps = out.crm.find(part);
    Map* by_unit = stamps == nullptr ? nullptr : stamps->if_map();
    if (by_unit == nullptr) continue;
    for (const char* own : {"rrule", "except", "series", "original"})
      by_unit->erase(own);
    if (by_unit->empty()) out.crm.erase(part);
  }
  canonicalize(out, schema);
  return out;
}

} // namespace crm::core
