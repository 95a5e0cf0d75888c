#include "app/settings.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "core/stamp.hpp"
#include "core/time.hpp"

#include <cstdio>
#include <fmt/format.h>

namespace crm::app {
namespace {

constexpr std::array<const char*, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

[[noreturn]] void refuse(int line, const std::string& field, const std::string& found,
                         const std::string& allowed) {
  throw base::Error(base::Kind::InvalidData,
                    core::to_text(core::Problem{"crm.yaml", line, field, found, allowed}),
                    "mend crm.yaml with an editor; `git log -p crm.yaml` shows what it said before");
}

std::optional<std::size_t> day_number(std::string_view name) {
  for (std::size_t i = 0; i < day_names.size(); ++i)
    if (name == day_names[i]) return i;
  return std::nullopt;
}

core::Opening parse_opening(const codec::Node& node, const std::string& field) {
  const std::string text = core::to_text(node.value);
  unsigned from_hour = 0, from_minute = 0, to_hour = 0, to_minute = 0;
  int end = 0;
  const bool read = std::sscanf(text.c_str(), "%2u:%2u-%2u:%2u%n", &from_hour, &from_minute, &to_hour,
                                &to_minute, &end) == 4;
  const std::chrono::minutes from{from_hour * 60 + from_minute}, to{to_hour * 60 + to_minute};
  if (!read || static_cast<std::size_t>(end) != text.size() || from_minute > 59 || to_minute > 59 ||
      from >= to || to > std::chrono::hours{24})
    refuse(node.line, field, text, "must be opening hours like 08:30-18:00");
  return {from, to};
}

core::Hours parse_hours(const codec::Node& node) {
  core::Hours hours;
  if (node.value.if_map() == nullptr)
    refuse(node.line, "hours", core::to_text(node.value), "must map weekdays to hours");
  for (const auto& [name, entry] : node.entries) {
    const auto day = day_number(name);
    const std::string field = "hours." + name;
    if (!day) refuse(entry.line, field, name, "must be one of sun, mon, tue, wed, thu, fri, sat");
    if (entry.value.if_list() == nullptr) {
      hours[*day].push_back(parse_opening(entry, field));
    } else {
      for (const auto& item : entry.items)
        hours[*day].push_back(parse_opening(item, field));
    }
  }
  return hours;
}

std::string emit_opening(const core::Opening& o) {
  return fmt::format("{:02}:{:02}-{:02}:{:02}", o.from.count() / 60, o.from.count() % 60, o.to.count() / 60,
                     o.to.count() % 60);
}

} // namespace

Settings parse_settings(const std::string& text) {
  const auto parsed = codec::parse_yaml(text, "crm.yaml");
  if (const auto* problems = std::get_if<std::vector<core::Problem>>(&parsed))
    throw base::Error(base::Kind::InvalidData, core::to_text(problems->front()),
                      "mend crm.yaml with an editor");
  const auto& root = std::get<codec::Node>(parsed);
  Settings out;
  const auto text_of = [&](const char* name, std::string& into) {
    const codec::Node* node = root.find(name);
    if (node == nullptr) return;
    into = node->plain ? node->source : node->value.string_or_empty();
    if (into.size() > 200)
      refuse(node->line, name, into.substr(0, 20) + "…", "must be at most 200 characters");
  };
  if (const auto* node = root.find("format")) {
    const auto* number = node->value.if_int();
    if (number == nullptr || *number != 1)
      refuse(node->line, "format", core::to_text(node->value),
             "must be 1: a newer crm made this store, update yours");
  }
  text_of("store", out.store);
  text_of("name", out.name);
  text_of("zone", out.zone);
  text_of("country", out.country);
  text_of("currency", out.currency);
  if (!core::is_zone(out.zone))
    refuse(root.find("zone")->line, "zone", out.zone, "must be an IANA zone like Europe/London");
  std::string week_start;
  text_of("week_start", week_start);
  if (!week_start.empty()) {
    const auto day = day_number(week_start);
    if (!day)
      refuse(root.find("week_start")->line, "week_start", week_start,
             "must be one of sun, mon, tue, wed, thu, fri, sat");
    out.week_start = std::chrono::weekday{static_cast<unsigned>(*day)};
  }
  if (const auto* hours = root.find("hours")) out.hours = parse_hours(*hours);
  if (const auto* filters = root.find("filters")) {
    if (filters->value.if_map() == nullptr)
      refuse(filters->line, "filters", core::to_text(filters->value), "must map names to queries");
    for (const auto& [name, entry] : filters->entries) {
      const std::string query = entry.plain ? entry.source : entry.value.string_or_empty();
      if (!core::is_name(name) || query.empty() || query.size() > 500)
        refuse(entry.line, "filters." + base::printable(name), base::fit(query, 40),
               "must be a name of lower-case letters and a query of at most 500 characters");
      out.filters.emplace_back(name, query);
    }
  }
  return out;
}

std::vector<core::Problem> settings_problems(const store::Repository& repository, const store::Oid& commit) {
  try {
    parse_settings(repository.read(commit, "crm.yaml").value_or(""));
    return {};
  } catch (const base::Error& error) {
    return {{"crm.yaml", 0, "", "", error.message}};
  }
}

std::string emit_settings(const Settings& settings) {
  core::Map map;
  map.set("format", settings.format);
  map.set("store", settings.store);
  map.set("name", settings.name);
  map.set("zone", settings.zone);
  map.set("week_start", day_names[settings.week_start.c_encoding()]);
  if (!settings.country.empty()) map.set("country", settings.country);
  if (!settings.currency.empty()) map.set("currency", settings.currency);
  core::Map hours;
  for (unsigned i = 0; i < 7; ++i) {
    const unsigned day = (settings.week_start.c_encoding() + i) % 7;
    const auto& openings = settings.hours[day];
    if (openings.size() == 1) hours.set(day_names[day], emit_opening(openings.front()));
    if (openings.size() < 2) continue;
    core::List list;
    for (const auto& opening : openings)
      list.emplace_back(emit_opening(opening));
    hours.set(day_names[day], std::move(list));
  }
  map.set("hours", std::move(hours));
  core::Map filters;
  for (const auto& [name, query] : settings.filters)
    filters.set(name, query);
  if (!filters.empty()) map.set("filters", std::move(filters));
  return "# What this store says of itself. People may edit it; `crm commit` takes the edit in.\n" +
         codec::emit_document(map);
}

} // namespace crm::app
