#include "core/search.hpp"

#include "base/text.hpp"
#include "core/phone.hpp"

#include <algorithm>
#include <set>

namespace crm::core {
namespace {

using base::Word;

bool occurs_at(const Term& term, const std::vector<Word>& words, std::size_t at) {
  const std::size_t count = term.words.size();
  if (at + count > words.size()) return false;
  for (std::size_t i = 0; i + 1 < count; ++i)
    if (words[at + i].folded != term.words[i]) return false;
  return words[at + count - 1].folded.starts_with(term.words[count - 1]);
}

/// A mark and the term that it is of.
struct Place {
  Highlight mark;
  std::size_t term;
};

std::vector<Place> places(const std::vector<Term>& terms, const std::vector<Word>& words) {
  std::vector<Place> out;
  const auto add = [&](const Place& place) {
    // Where a group of a number is found, so is the number that begins with it.
    const bool known = std::any_of(out.begin(), out.end(), [&](const Place& other) {
      return other.term == place.term && other.mark.begin == place.mark.begin;
    });
    if (!known) out.push_back(place);
  };
  for (std::size_t at = 0; at < words.size(); ++at) {
    const bool in_order = out.empty() || words[at].begin > out.back().mark.begin;
    for (std::size_t i = 0; i < terms.size(); ++i)
      if (!terms[i].negated && occurs_at(terms[i], words, at)) {
        const Place place{{words[at].begin, words[at + terms[i].words.size() - 1].end}, i};
        in_order ? out.push_back(place) : add(place);
      }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Place& a, const Place& b) { return a.mark.begin < b.mark.begin; });
  return out;
}

/// Digits, and what people put between them.
bool is_number(std::string_view text) {
  constexpr std::size_t shortest = 6, longest = 20;
  const auto digits = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return base::is_digit(c); }));
  return digits >= shortest && digits <= longest &&
         text.find_first_not_of("0123456789 +-./()") == std::string_view::npos;
}

std::size_t distinct(const std::vector<Place>& all, std::size_t first, std::size_t end) {
  std::set<std::size_t> terms;
  for (std::size_t i = first; i < all.size() && all[i].mark.end <= end; ++i)
    terms.insert(all[i].term);
  return terms.size();
}

/// Overlapping ones made one.
std::vector<Highlight> joined(const std::vector<Place>& all) {
  std::vector<Highlight> out;
  for (const auto& place : all) {
    if (!out.empty() && place.mark.begin < out.back().end) {
      out.back().end = std::max(out.back().end, place.mark.end);
    } else {
      out.push_back(place.mark);
    }
  }
  return out;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// The window of `text` on one line, with the marks that lie in it.
Excerpt on_one_line(std::string_view text, std::size_t from, std::size_t to,
                    const std::vector<Highlight>& all) {
  Excerpt out;
  if (from > 0) out.text = "…";
  std::size_t next = 0;
  bool open = false;
  for (std::size_t at = from; at <= to; ++at) {
    if (open && at == all[next].end) {
      out.marks.back().end = out.text.size();
      open = false;
      ++next;
    }
    while (!open && next < all.size() && all[next].begin < at)
      ++next;
    if (at == to) break;
    if (!open && next < all.size() && all[next].begin == at && all[next].end <= to) {
      out.marks.push_back({out.text.size(), 0});
      open = true;
    }
    if (!is_space(text[at])) {
      out.text += text[at];
    } else if (!out.text.empty() && out.text.back() != ' ') {
      out.text += ' ';
    }
  }
  while (!out.text.empty() && out.text.back() == ' ' &&
         (out.marks.empty() || out.marks.back().end < out.text.size()))
    out.text.pop_back();
  if (to < text.size() && !base::trim(text.substr(to)).empty()) out.text += "…";
  return out;
}

Excerpt window(std::string_view text, const std::vector<Place>& all, std::size_t most) {
  std::size_t best = 0, found = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (const auto here = distinct(all, i, all[i].mark.begin + most * 3 / 4); here > found) {
      best = i;
      found = here;
    }
  std::size_t from = all[best].mark.begin;
  const std::size_t before = most / 4;
  if (text.size() <= most || from <= before) {
    from = 0;
  } else {
    // Back to where a word begins, if there is one near.
    std::size_t at = from - before;
    while (at < from && !is_space(text[at]))
      ++at;
    from = at < from ? at + 1 : from - before;
    while (from < all[best].mark.begin && continues(text[from]))
      ++from;
  }
  std::size_t to = std::max(from + most, all[best].mark.end);
  if (to >= text.size()) {
    to = text.size();
  } else {
    std::size_t at = to;
    while (at > all[best].mark.end && at + 20 > to && !is_space(text[at]))
      --at;
    if (is_space(text[at])) to = at;
    while (to > 0 && continues(text[to]))
      --to;
  }
  return on_one_line(text, from, std::max(to, all[best].mark.end), joined(all));
}

void add_texts(std::vector<Searched>& out, const Field& field, const Value& value, bool name) {
  const auto add = [&](const Value& each) {
    if (std::string text = to_text(each); !text.empty()) out.push_back({field.name, std::move(text), name});
  };
  if (const auto* list = value.if_list()) {
    std::for_each(list->begin(), list->end(), add);
  } else {
    add(value);
  }
}

} // namespace

std::optional<Term> parse_term(std::string_view word) {
  Term out;
  out.negated = word.size() > 1 && (word.front() == '-' || word.front() == '!');
  if (out.negated) word.remove_prefix(1);
  for (auto& each : base::words(word))
    out.words.push_back(std::move(each.folded));
  if (out.words.empty()) return std::nullopt;
  return out;
}

std::vector<Searched> searched(const Record& record, const Schema& schema) {
  std::vector<Searched> out;
  const auto is_name = [&](const Field& field) {
    return field.name == schema.name_field || field.name == schema.key_field;
  };
  for (const bool name : {true, false})
    for (const auto& field : schema.fields)
      if (!field.encrypt && is_name(field) == name && (name || field.search))
        add_texts(out, field, record.get(field.name), name);
  return out;
}

std::vector<Word> number_words(std::string_view text) {
  constexpr std::size_t fewest = 4;
  if (!is_number(text)) return {};
  const auto groups = base::words(text);
  std::string digits;
  std::vector<std::size_t> places, starts; // of each digit in the text; of each group among the digits
  for (const auto& group : groups) {
    starts.push_back(digits.size());
    for (std::size_t at = group.begin; at < group.end; ++at) {
      digits += text[at];
      places.push_back(at);
    }
  }
  std::vector<Word> out;
  const auto add = [&](std::size_t from, std::string_view before = {}) {
    out.push_back({std::string(before) + digits.substr(from), places[from], groups.back().end});
  };
  if (starts.size() > 1) {
    for (const auto start : starts)
      if (start != starts.back()) add(start);
  } else {
    for (std::size_t from = 1; from + fewest <= digits.size(); ++from)
      add(from);
  }
  const bool international = text[text.find_first_not_of(' ')] == '+';
  if (const auto code = country_code(digits);
      international && code && !code->trunk.empty() && code->length < digits.size() &&
      !std::string_view(digits).substr(code->length).starts_with(code->trunk))
    add(code->length, code->trunk);
  return out;
}

std::vector<Word> words_of(std::string_view text) {
  auto out = base::words(text);
  for (auto& each : number_words(text))
    out.push_back(std::move(each));
  return out;
}

std::string word_text(std::string_view text) {
  std::string out = base::word_text(text);
  for (const auto& number : number_words(text))
    out += " " + number.folded;
  return out;
}

bool occurs(const Term& term, const std::vector<Word>& words) {
  for (std::size_t at = 0; at < words.size(); ++at)
    if (occurs_at(term, words, at)) return true;
  return false;
}

Excerpt excerpt(const std::vector<Term>& terms, const std::vector<Searched>& texts, std::size_t most) {
  const Searched* best = nullptr;
  std::vector<Place> found;
  std::size_t have = 0;
  for (const auto& each : texts) {
    auto here = places(terms, words_of(each.text));
    const std::size_t count = distinct(here, 0, each.text.size());
    if (count == 0) continue;
    if (best != nullptr && (best->name == each.name ? count <= have : each.name)) continue;
    best = &each;
    found = std::move(here);
    have = count;
  }
  if (best == nullptr) return {};
  Excerpt out = window(best->text, found, most);
  out.field = best->field;
  return out;
}

std::vector<Highlight> marks(const std::vector<Term>& terms, std::string_view text) {
  return joined(places(terms, words_of(text)));
}

} // namespace crm::core
