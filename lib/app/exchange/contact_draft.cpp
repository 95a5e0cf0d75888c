#include "app/exchange/contact_draft.hpp"

#include "base/text.hpp"
#include "core/time.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace crm::app {
namespace {

std::vector<std::string> pieces(std::string_view text, std::string_view separators) {
  constexpr std::string_view of_google = " ::: "; // between several values in one cell
  std::string one_kind;
  for (auto at = text.find(of_google); at != text.npos; at = text.find(of_google)) {
    one_kind.append(text.substr(0, at)).append("\n");
    text.remove_prefix(at + of_google.size());
  }
  one_kind += text;
  std::vector<std::string> out;
  std::size_t begin = 0;
  const std::string all = std::string(separators) + "\n";
  while (begin <= one_kind.size()) {
    const auto end = std::min(one_kind.find_first_of(all, begin), one_kind.size());
    if (auto item = to_one_line(std::string_view(one_kind).substr(begin, end - begin)); !item.empty())
      out.push_back(std::move(item));
    begin = end + 1;
  }
  return out;
}

core::List to_list(const std::vector<std::string>& items) {
  core::List out;
  for (const auto& item : items)
    out.emplace_back(item);
  return out;
}

} // namespace

void ExtraTexts::add(const std::string& name, const std::string& text) {
  const auto [place, fresh] = m_places.try_emplace(name, m_texts.size());
  if (fresh)
    m_texts.emplace_back(name, text);
  else if (auto& there = m_texts[place->second].second; there != text)
    there.append("\n").append(text);
}

core::Map ExtraTexts::to_map() const {
  core::Map out;
  for (const auto& [name, text] : m_texts)
    out.set(name, text);
  return out;
}

void EachOnce::add(std::string item) {
  if (!item.empty() && m_known.insert(item).second) m_items.push_back(std::move(item));
}

std::string to_one_line(std::string_view text) {
  std::string out;
  for (const char c : base::trim(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      while (!out.empty() && (out.back() == ' ' || out.back() == ','))
        out.pop_back();
      out += ", ";
    } else if (c == '\t') {
      out += ' ';
    } else if (byte >= 0x20 && byte != 0x7f) {
      out += c;
    }
  }
  return std::string(base::trim(out));
}

std::string to_prose(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '\r')
      out += i + 1 < text.size() && text[i + 1] == '\n' ? "" : "\n";
    else if (text[i] == '\n' || text[i] == '\t' || (byte >= 0x20 && byte != 0x7f))
      out += text[i];
  }
  return std::string(base::trim(out));
}

std::string to_iso_date(std::string_view text, DateOrder order) {
  text = base::trim(text);
  if (const auto cut = text.find_first_of("T "); cut != text.npos && cut >= 8) text = text.substr(0, cut);
  if (core::parse_date(text)) return std::string(text);
  std::vector<int> numbers;
  std::size_t first_width = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!base::is_digit(text[at])) {
      if (std::string_view("./- ").find(text[at]) == std::string_view::npos) return {};
      ++at;
      continue;
    }
    int value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
    if (error != std::errc()) return {};
    const auto width = static_cast<std::size_t>(end - text.data()) - at;
    if (numbers.empty()) first_width = width;
    numbers.push_back(value);
    at += width;
  }
  const auto date = [](int year, int month, int day) -> std::string {
    const auto text_of = fmt::format("{:04}-{:02}-{:02}", year, month, day);
    return year >= 1000 && core::parse_date(text_of) ? text_of : std::string();
  };
  if (numbers.size() == 1 && first_width == 8)
    return date(numbers[0] / 10000, numbers[0] / 100 % 100, numbers[0] % 100);
  if (numbers.size() != 3) return {};
  if (first_width == 4) return date(numbers[0], numbers[1], numbers[2]);
  if (text.find('.') != text.npos) return date(numbers[2], numbers[1], numbers[0]);
  const auto day_first = date(numbers[2], numbers[1], numbers[0]),
             month_first = date(numbers[2], numbers[0], numbers[1]);
  if (order == DateOrder::DayFirst) return day_first;
  if (order == DateOrder::MonthFirst) return month_first;
  if (day_first.empty() || month_first.empty() || day_first == month_first)
    return day_first.empty() ? month_first : day_first;
  return {};
}

void ContactDraft::org(std::string_view text) {
  m_orgs.add(to_one_line(text));
}

void ContactDraft::email(std::string_view text) {
  for (auto& item : pieces(text, ",;"))
    m_emails.add(item.starts_with("mailto:") ? item.substr(7) : item);
}

void ContactDraft::phone(std::string_view text) {
  for (auto& item : pieces(text, ";"))
    m_phones.add(item.starts_with("tel:") ? item.substr(4) : item);
}

void ContactDraft::tag(std::string_view text) {
  constexpr std::size_t longest = 60;
  for (auto& item : pieces(text, ",;"))
    if (base::characters(item) > longest)
      extra("tags", item), lose("a tag of more than 60 characters is kept in extra");
    else if (!item.starts_with("* ")) // Google's own groups: "* myContacts"
      m_tags.add(item);
}

void ContactDraft::address(const std::string& group, const std::string& part, std::string_view text) {
  const std::string clean = to_prose(text);
  if (clean.empty()) return;
  if (std::find(m_groups.begin(), m_groups.end(), group) == m_groups.end()) m_groups.push_back(group);
  m_addresses[group][part] = clean;
}

void ContactDraft::about(std::string_view text) {
  m_about.add(to_prose(text));
}

void ContactDraft::birthday(std::string_view text, DateOrder order) {
  const auto given = base::trim(text);
  // As Outlook writes that there is none.
  if (given.empty() || given == "0/0/00" || given == "0.0.00" || given == "0-0-00") return;
  if (auto date = to_iso_date(text, order); !date.empty())
    m_fields.set("birthday", std::move(date));
  else
    extra("birthday", text), lose("a birthday that is no whole date, or could be two, is kept in extra");
}

void ContactDraft::field(const std::string& name_of_field, std::string_view text) {
  if (auto clean = to_one_line(text); !clean.empty()) m_fields.set(name_of_field, std::move(clean));
}

bool ContactDraft::language(std::string_view text) {
  const auto tag = base::trim(text);
  const auto parts = base::split(tag, '-');
  constexpr std::size_t longest_part = 8, most_parts = 4;
  if (parts.size() > most_parts || m_fields.contains("language")) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto good = [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i > 0 && base::is_digit(c));
    };
    if (parts[i].size() < (i == 0 ? 2 : 1) || parts[i].size() > longest_part ||
        !std::all_of(parts[i].begin(), parts[i].end(), good))
      return false;
  }
  m_fields.set("language", tag);
  return true;
}

/// What is too long for its field is there whole in extra.
void ContactDraft::put_text(Incoming& row, const std::string& field_name, const std::string& text,
                            std::size_t longest) {
  if (text.empty()) return;
  if (base::characters(text) <= longest) return row.fields.set(field_name, text);
  row.fields.set(field_name, base::shorten(text, longest));
  extra(field_name, text);
  lose(fmt::format("{}: of more than {} characters, the whole text is in extra", field_name, longest));
}

void ContactDraft::put_list(Incoming& row, const std::string& field_name,
                            const std::vector<std::string>& items, std::size_t most) {
  if (items.empty()) return;
  row.fields.set(
      field_name,
      to_list({items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(items.size(), most))}));
  for (std::size_t i = most; i < items.size(); ++i)
    extra(field_name, items[i]);
  if (items.size() > most)
    lose(fmt::format("{}: more than {} of one contact are kept in extra", field_name, most));
}

/// What the whole name leaves out of its parts ("M.Sc.").
void ContactDraft::put_name_parts(const std::string& called) {
  if (base::trim(name).empty()) return; // it is made of them
  for (const auto& [part, text] : name_parts)
    if (const auto clean = to_one_line(text); called.find(clean) == std::string::npos)
      extra("name " + part, clean);
}

void ContactDraft::extra(const std::string& given, std::string_view text) {
  constexpr std::size_t widest = 100;
  const auto clean = to_prose(text);
  const std::string key = base::fit(to_one_line(given), widest);
  if (clean.empty() || key.empty() || key == external_name) return;
  m_extra.add(key, clean);
}

std::string ContactDraft::display_name() const {
  if (!base::trim(name).empty()) return to_one_line(name);
  std::string out;
  for (const char* part : {"prefix", "first", "middle", "last", "suffix"})
    if (const auto it = name_parts.find(part); it != name_parts.end())
      if (const auto clean = to_one_line(it->second); !clean.empty()) out += (out.empty() ? "" : " ") + clean;
  if (!out.empty()) return out;
  if (!nickname.empty()) return to_one_line(nickname);
  for (const auto* list : {&m_orgs, &m_emails, &m_phones})
    if (!list->items().empty()) return list->items().front();
  return {};
}

void ContactDraft::finish(Incoming& row) {
  row.type = "contact";
  constexpr std::size_t longest_line = 200, longest_address = 1000, longest_about = 20000;
  constexpr std::size_t most_reached = 20, most_tags = 100;
  const std::string called = display_name();
  put_text(row, "name", called, longest_line);
  put_name_parts(called);
  if (!nickname.empty() && to_one_line(nickname) != called) extra("nickname", nickname);
  const auto& orgs = m_orgs.items();
  if (!orgs.empty()) put_text(row, "org", orgs.front(), longest_line);
  for (std::size_t i = 1; i < orgs.size(); ++i)
    extra("org", orgs[i]);
  put_list(row, "emails", emails(), most_reached);
  put_list(row, "phones", phones(), most_reached);
  put_list(row, "tags", m_tags.items(), most_tags);
  put_text(row, "about", base::join(m_about.items(), "\n\n"), longest_about);
  bool first = true;
  for (const auto& group : m_groups) {
    const auto& parts = m_addresses[group];
    std::string text;
    if (const auto whole = parts.find("formatted"); whole != parts.end()) {
      text = whole->second;
    } else {
      const auto part = [&](const char* which) {
        const auto it = parts.find(which);
        return it != parts.end() ? it->second : std::string();
      };
      const auto line = [&](const std::string& one) {
        if (!one.empty()) text += (text.empty() ? "" : "\n") + one;
      };
      for (const char* which : {"box", "extended"})
        line(part(which));
      const std::string house = part("house"), street = part("street");
      line(house.empty() || street.empty() ? house + street : house + " " + street);
      const std::string city = part("city"), code = part("code"), region = part("region");
      std::vector<std::string> place;
      for (const auto& each : {city, region, code})
        if (!each.empty()) place.push_back(each);
      line(base::join(place, ", "));
      line(part("country"));
    }
    if (first)
      put_text(row, "address", text, longest_address);
    else
      extra("address (" + group + ")", text);
    first = false;
  }
  for (const auto& [field_name, value] : m_fields)
    row.fields.set(field_name, value);
  if (!m_extra.empty()) row.fields.set(extra_field, m_extra.to_map());
  row.lost.insert(row.lost.end(), m_lost.begin(), m_lost.end());
}

} // namespace crm::app
