#include "core/when_parser.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace crm::core::phrase {

using namespace std::chrono;

const char* const examples =
    "for example: 14:00, tomorrow 2pm, next tue 9:00, fri, +3d, in 2 weeks, 24 nov 14:00, "
    "2026-11-24 14:00, tomorrow 9:00 Europe/Paris";

namespace {

constexpr std::size_t longest_phrase = 200;

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/// At most five digits, so that no arithmetic on it can overflow.
std::optional<int> small_number(std::string_view text) {
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), base::is_digit))
    return std::nullopt;
  int value = 0;
  for (const char c : text)
    value = value * 10 + (c - '0');
  return value;
}

/// "3d" as its number and its letters.
std::pair<std::string_view, std::string_view> halves(std::string_view word) {
  const auto end = std::find_if_not(word.begin(), word.end(), base::is_digit);
  const auto count = static_cast<std::size_t>(end - word.begin());
  return {word.substr(0, count), word.substr(count)};
}

} // namespace

Parser::Parser(std::string_view phrase, const WhenContext& context) : m_context(context) {
  if (phrase.size() > longest_phrase) {
    refuse(fmt::format("a time has at most {} characters", longest_phrase));
    return;
  }
  split(phrase);
  if (m_words.empty())
    refuse("no time is given");
  else
    take_zone();
}

void Parser::split(std::string_view phrase) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ','; };
  for (std::size_t at = 0; at < phrase.size();) {
    std::size_t end = at;
    while (end < phrase.size() && !space(phrase[end]))
      ++end;
    std::string_view typed = phrase.substr(at, end - at);
    at = end + 1;
    if (typed.empty()) continue;
    // "2026-11-24T14:00" is a day and a time.
    if (typed.size() > 11 && (typed[10] == 'T' || typed[10] == 't') && parse_date(typed.substr(0, 10))) {
      m_typed.emplace_back(typed.substr(0, 10));
      typed.remove_prefix(11);
    }
    m_typed.emplace_back(typed);
  }
  for (const auto& typed : m_typed) {
    m_words.push_back(base::lower(typed));
    if (m_words.back() == "a.m." || m_words.back() == "p.m.") m_words.back() = {m_words.back()[0], 'm'};
  }
}

void Parser::take_zone() {
  std::string_view typed = m_typed.back();
  if (typed.size() > 2 && typed.front() == '(' && typed.back() == ')')
    typed = typed.substr(1, typed.size() - 2);
  if (!letter(typed.front()) || in_vocabulary(base::lower(typed))) return;
  const auto zone = find_zone(typed);
  if (!zone) {
    if (typed.find('/') == std::string_view::npos) return;
    const auto near = zone_suggestions(typed);
    const std::string message = fmt::format("no time zone \"{}\"", base::printable(typed));
    if (near.empty()) return refuse(message, "zones are named like Europe/London or America/New_York");
    return refuse(message, fmt::format("did you mean {}?", base::join(near, " or ")));
  }
  const auto drop_last = [&] {
    m_words.pop_back();
    m_typed.pop_back();
  };
  drop_last();
  if (!m_words.empty() && m_words.back() == "in") drop_last(); // "14:00 in Europe/Paris"
  m_zone_named = true;
  if (*zone == m_context.zone) return;
  const Instant now = to_instant({m_context.now, m_context.now_offset}, m_context.zone);
  m_context.zone = *zone;
  m_context.now = to_local(now, *zone);
  m_context.now_offset = offset_at(now, *zone);
}

const std::string& Parser::word(std::size_t ahead) const {
  static const std::string none;
  return m_at + ahead < m_words.size() ? m_words[m_at + ahead] : none;
}

std::string Parser::quoted(std::size_t ahead) const {
  const std::string text = m_at + ahead < m_typed.size() ? m_typed[m_at + ahead] : "";
  return "\"" + base::fit(base::printable(text), 40) + "\"";
}

void Parser::refuse(std::string message, std::string hint) {
  problem = NotATime{std::move(message), hint.empty() ? examples : std::move(hint)};
}

std::optional<LocalDate> Parser::refuse_day(std::string message, std::string hint) {
  refuse(std::move(message), std::move(hint));
  return std::nullopt;
}

void Parser::unknown() {
  std::string message = quoted() + " is not understood as a time";
  if (in_vocabulary(word()))
    message = quoted() + " makes no sense there";
  else if (m_words.size() > 1 && m_at > 0)
    message = fmt::format("{} (after \"{}\") is not understood as a time", quoted(),
                          base::printable(m_typed[m_at - 1]));
  const auto near = in_vocabulary(word()) || word().size() < 3 ? std::vector<std::string>{}
                                                               : base::suggestions(word(), vocabulary(), 1);
  refuse(std::move(message),
         near.empty() ? "" : fmt::format("did you mean \"{}\"? {}", near.front(), examples));
}

std::optional<Parser::Clock> Parser::read_clock(After after) {
  const std::string& text = word();
  if (text == "noon" || text == "midday") return skip(), Clock{hours{12}, std::nullopt};
  if (text == "midnight") return skip(), Clock{hours{0}, std::nullopt};

  std::string_view rest = text;
  const auto take = [&](std::size_t most) {
    std::size_t count = 0;
    while (count < rest.size() && count < most && base::is_digit(rest[count]))
      ++count;
    const auto number = small_number(rest.substr(0, count));
    rest.remove_prefix(count);
    return std::pair{number, count};
  };
  const auto [hour, hour_digits] = take(4);
  if (!hour) return std::nullopt;
  const auto refuse_clock = [&](const char* hint) {
    refuse(quoted() + " is no time of day", hint);
    return std::nullopt;
  };
  constexpr auto bounds = "hours go from 0 to 23 and minutes from 00 to 59: 14:00 or 2pm";
  const bool colon = rest.starts_with(':');
  int minute = 0, second = 0;
  for (int* part : {&minute, &second}) {
    if (!rest.starts_with(':')) break;
    rest.remove_prefix(1);
    const auto [value, count] = take(2);
    if (!value || count != 2 || *value > 59) return refuse_clock(bounds);
    *part = *value;
  }
  bool am = rest.starts_with("am"), pm = rest.starts_with("pm");
  std::size_t used = 1;
  if (am || pm)
    rest.remove_prefix(2);
  else if (rest.empty() && (word(1) == "am" || word(1) == "pm")) {
    am = word(1) == "am";
    pm = !am;
    used = 2;
  }
  std::optional<seconds> offset;
  std::string_view zone = rest;
  if (rest.empty() && colon && word(used).size() == 6 && word(used).find(':') == 3) zone = word(used++);
  if (colon && zone == "z")
    offset = seconds{0};
  else if (colon && zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
    const auto h = small_number(zone.substr(1, 2)), m = small_number(zone.substr(4));
    if (!h || !m || *h > 15 || *m > 59) return refuse_clock("an offset is written like +01:00");
    offset = (zone[0] == '-' ? -1 : 1) * (hours{*h} + minutes{*m});
  } else if (!zone.empty()) {
    // "14:00ish" was meant as a time; "3d" and "24th" were not.
    return colon || am || pm ? refuse_clock(bounds) : std::nullopt;
  }
  if (!colon && !am && !pm) {
    if (hour_digits > 2)
      return refuse_clock("write 14:30 with a colon; a year goes with its day: 24 nov 2026");
    if (after == After::Nothing)
      return refuse_clock("write 9:00 or 9am; an hour by itself counts only behind a day: fri 9");
  }
  if (hour_digits > 2 || *hour > ((am || pm) ? 12 : 23) || ((am || pm) && *hour == 0))
    return refuse_clock(bounds);
  const int shift = am && *hour == 12 ? -12 : pm && *hour != 12 ? 12 : 0;
  skip(used);
  return Clock{hours{*hour + shift} + minutes{minute} + seconds{second}, offset};
}

std::optional<Amount> Parser::read_amount() {
  Amount sum;
  const std::size_t start = m_at;
  while (!done()) {
    const std::string& text = word();
    const auto [number, letters] = halves(text);
    const auto count = text == "a" || text == "an" || text == "one" ? 1 : small_number(number);
    if (text == "and" && m_at > start) {
      skip();
    } else if (text == "half" && (word(1) == "an" || word(1) == "a") && word(2) == "hour") {
      sum.add(30, {0, 0, 60});
      skip(3);
    } else if (const auto unit = unit_named(word(1)); count && unit && (letters.empty() || number.empty())) {
      sum.add(*count, *unit);
      skip(2);
    } else if (const auto glued = unit_named(letters); count && glued && !number.empty()) {
      sum.add(*count, *glued);
      skip();
    } else if (const auto exact = !number.empty() && std::any_of(text.begin(), text.end(), letter)
                                      ? parse_duration_phrase(text)
                                      : std::nullopt) {
      sum.add(exact->days.count(), {0, 1, 0});
      sum.add(exact->time.count(), {0, 0, 1});
      skip();
    } else
      break;
  }
  if (m_at == start) return std::nullopt;
  return sum;
}

Parser::Moment Parser::exactly(LocalTime wall, std::optional<seconds> offset) const {
  const auto date = floor<days>(wall);
  if (offset && !std::holds_alternative<Overlap>(resolve({wall, std::nullopt}, m_context.zone)))
    offset.reset();
  return {date, Clock{wall - date, offset}};
}

std::optional<Parser::Moment> Parser::counted(const Amount& amount, int sign) {
  const auto far = [&]() -> std::optional<Moment> {
    refuse(fmt::format("that is outside the years {} to {}", first_year, last_year));
    return std::nullopt;
  };
  auto date = amount.months == 0 ? std::optional(today()) : add_months(today(), sign * amount.months);
  if (!date) return far();
  *date += days{sign * amount.days};
  if (!in_range(*date)) return far();
  if (amount.seconds == 0) return Moment{*date, std::nullopt};
  // Exact time is counted on instants, so that it is right across a change of the clocks; the seconds of now
  // are noise.
  const LocalTime from = *date + (floor<minutes>(m_context.now) - today());
  const Instant instant =
      to_instant({from, *date == today() ? m_context.now_offset : std::nullopt}, m_context.zone) +
      seconds{sign * amount.seconds};
  const auto moment = exactly(to_local(instant, m_context.zone), offset_at(instant, m_context.zone));
  if (!in_range(moment.date)) return far();
  return moment;
}

std::optional<Parser::Moment> Parser::read_moment() {
  if (word() == "now") {
    skip();
    return exactly(floor<minutes>(m_context.now), m_context.now_offset);
  }
  const std::size_t start = m_at;
  const std::string first = word();
  const bool in = first == "in";
  const bool sign = first.size() > 1 && (first[0] == '+' || first[0] == '-') && base::is_digit(first[1]) &&
                    first.find(':') == std::string::npos;
  if (in) skip();
  if (sign) m_words[m_at].erase(0, 1);
  const auto amount = read_amount();
  if (sign) m_words[start] = first;
  if (!amount) {
    m_at = start;
    if (in || sign)
      refuse(in && word(1).empty() ? "nothing stands behind \"in\""
                                   : quoted(in ? 1 : 0) + " is no length of time",
             "write a number and a unit: in 45 minutes, in 2 weeks, +3d, +90m, -1w");
    return std::nullopt;
  }
  if (in || sign) return counted(*amount, first[0] == '-' ? -1 : 1);
  if (word() == "ago") return skip(), counted(*amount, -1);
  if (word() == "from" && word(1) == "now") return skip(2), counted(*amount, 1);
  m_at = start;
  refuse(quoted() + " is a length of time, not a time",
         "write \"in 3 days\", \"+3d\" or \"3 days ago\"; a time of day is written 14:00");
  return std::nullopt;
}

} // namespace crm::core::phrase
