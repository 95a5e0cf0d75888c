// vCards: 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350).
#include "app/exchange/contact_draft.hpp"
#include "app/exchange/reading.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/charset.hpp"
#include "codec/content_lines.hpp"
#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <unordered_map>

namespace crm::app {
namespace {

using codec::Property;

/// Says nothing of the person.
constexpr std::array<std::string_view, 6> about_the_card{"VERSION", "PRODID", "REV", "UID", "BEGIN", "END"};
/// Fields of the schema that a card has no property for: X-CRM-STATUS.
constexpr std::array<std::string_view, 6> own_fields{"status", "source",        "consent",
                                                     "owner",  "first_contact", "last_contact"};

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return at != text.npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == text.npos &&
         text.find_first_of(" \t") == text.npos && text.size() <= 254;
}

class VcfReading final : public Reading {
 public:
  VcfReading(const Workspace& workspace, Intake intake)
      : m_schema(workspace.schemas().get("contact")), m_intake(std::move(intake)),
        m_cards(0, [this](codec::Component& card, const auto&) { take(card); }) {}
  void feed(std::string_view piece) override { m_cards.feed(m_decoder.feed(piece)); }
  void finish() override {
    m_cards.feed(m_decoder.feed({}));
    m_cards.finish();
    if (!m_any)
      throw base::Error(base::Kind::InvalidData, "there is no card in this file",
                        "each begins with BEGIN:VCARD");
    if (const auto stray = m_cards.stray(); stray > 0)
      m_intake.lose(fmt::format("{} that {} in no card",
                                stray == 1 ? "a line" : fmt::format("{} lines", stray),
                                stray == 1 ? "is" : "are"));
  }
  std::string rejects_row(const Rejected& row) const override { return with_problem(row); }

 private:
  void take(codec::Component& card) {
    m_any = m_any || card.name == "VCARD";
    if (card.name != "VCARD")
      return m_intake.lose(card.name.empty() ? "a part without a name"
                                             : base::printable(card.name) + ": is no card");
    if (!card.problem.empty())
      return m_intake.reject({card.line, card.problem, "", "contact", std::move(card.raw)});
    ContactDraft draft;
    Incoming row;
    m_labels.clear();
    for (const auto& property : card.properties) {
      if (property.name == "FN" && base::trim(draft.name).empty())
        draft.name = codec::text_of(property.value);
      if (property.name == "X-ABLABEL" && !property.group.empty())
        m_labels[property.group] = label(codec::text_of(property.value));
    }
    for (const auto& property : card.properties) {
      read(property, draft, row);
      for (auto& lost : codec::unread_parameters(
               property, {"TYPE", "PREF", "VALUE", "ENCODING", "CHARSET", "X-APPLE-OMIT-YEAR"}))
        if (std::find(row.lost.begin(), row.lost.end(), lost) == row.lost.end())
          row.lost.push_back(std::move(lost));
    }
    for (const auto& part : card.components)
      row.lost.push_back(base::fit(base::printable(part.name), 40) + ": another one within the card");
    row.line = card.line;
    row.raw = std::move(card.raw);
    const auto* uid = card.find("UID");
    std::string key = uid != nullptr ? to_one_line(codec::text_of(uid->value)) : std::string();
    if (key.starts_with(own_prefix))
      row.id = base::Id::parse(std::string_view(key).substr(own_prefix.size()));
    if (key.empty() && !draft.emails().empty()) key = base::fold(draft.emails().front());
    if (key.empty())
      key = base::fold(draft.display_name()) + (draft.phones().empty() ? "" : " " + draft.phones().front());
    constexpr std::size_t longest = 300;
    row.external = "vcf:" + base::fit(key, longest);
    if (const int times = ++m_seen[row.external]; times > 1 && uid == nullptr)
      row.external += fmt::format("#{}", times);
    draft.finish(row);
    m_intake.take(std::move(row));
  }

  void read(const Property& property, ContactDraft& draft, Incoming& row) {
    const std::string& name = property.name;
    if (std::find(about_the_card.begin(), about_the_card.end(), name) != about_the_card.end() ||
        name == "X-CRM-PROBLEM" || (name == "X-ABLABEL" && !property.group.empty()))
      return;
    if (name.empty()) {
      row.lost.push_back("a line that is none: " + property.value);
      return;
    }
    if (property.cut) {
      row.lost.push_back(name + ": is no text, or longer than 256 KiB");
      return;
    }
    const std::string text = codec::text_of(property.value);
    if (base::trim(text).empty()) return;
    if (const auto named = m_labels.find(property.group); named != m_labels.end() && !property.group.empty())
      return labelled(property, named->second, draft, row);
    read_text(property, text, draft, row);
  }

  /// Apple calls a property what people like, in a line beside it: "item1.TEL" and "item1.X-ABLabel".
  void labelled(const Property& property, const std::string& called, ContactDraft& draft, Incoming& row) {
    const bool has_field = property.name == "TEL" || property.name == "EMAIL" || property.name == "ADR";
    const std::string text = codec::text_of(property.value);
    if (has_field) read_text(property, text, draft, row);
    std::string key = base::lower(property.name);
    if (!called.empty()) key += ": " + called;
    draft.extra(key, property.name == "ADR" ? base::join(codec::parts_of(property.value, ';'), " ") : text);
  }

  /// "_$!<HomePage>!$_" is Apple's way to say that its own programs translate it.
  static std::string label(std::string text) {
    constexpr std::string_view before = "_$!<", after = ">!$_";
    if (text.starts_with(before) && text.ends_with(after) && text.size() >= before.size() + after.size())
      text = text.substr(before.size(), text.size() - before.size() - after.size());
    return to_one_line(text);
  }

  void read_text(const Property& property, const std::string& text, ContactDraft& draft, Incoming& row) {
    const std::string& name = property.name;
    if (name == "FN") {
      if (text != draft.name) draft.extra("fn", text);
    } else if (name == "N") {
      static constexpr std::array<const char*, 5> order{"last", "first", "middle", "prefix", "suffix"};
      const auto parts = codec::parts_of(property.value, ';');
      const bool another = !draft.name_parts.empty();
      for (std::size_t i = 0; i < parts.size(); ++i)
        if (another || i >= order.size())
          draft.extra("n", parts[i]);
        else
          draft.name_parts[order[i]] = join_commas(parts[i]);
    } else if (name == "NICKNAME") {
      if (draft.nickname.empty())
        draft.nickname = text;
      else
        draft.extra("nickname", text);
    } else if (name == "ORG") {
      const auto parts = codec::parts_of(property.value, ';');
      draft.org(parts.front());
      for (std::size_t i = 1; i < parts.size(); ++i)
        draft.extra("department", parts[i]);
    } else if (name == "EMAIL") {
      if (is_email(base::trim(text)))
        draft.email(text), kind(property, row);
      else
        draft.extra("email", text), row.lost.emplace_back("EMAIL: an address that is none is kept in extra");
    } else if (name == "TEL") {
      constexpr std::size_t longest_phone = 40;
      if (base::trim(text).size() >= 2 && base::trim(text).size() <= longest_phone)
        draft.phone(text), kind(property, row);
      else
        draft.extra("phone", text), row.lost.emplace_back("TEL: a number that is none is kept in extra");
    } else if (name == "ADR") {
      static constexpr std::array<const char*, 7> order{"box",    "extended", "street", "city",
                                                        "region", "code",     "country"};
      const auto parts = codec::parts_of(property.value, ';');
      const std::string group = fmt::format("{}", ++m_addresses);
      for (std::size_t i = 0; i < parts.size(); ++i)
        if (i < order.size())
          draft.address(group, order[i], parts[i]);
        else
          draft.extra("address", parts[i]);
      kind(property, row);
    } else if (name == "BDAY") {
      // Apple's way to say that the year is not known: a year that is none, named in a parameter.
      const auto none = property.parameter("X-APPLE-OMIT-YEAR");
      const bool omitted = !none.empty() && text.size() > none.size() && text.starts_with(none);
      draft.birthday(omitted ? "-" + text.substr(none.size()) : text, DateOrder::Unknown);
    } else if (name == "CATEGORIES") {
      for (const auto& part : codec::parts_of(property.value, ','))
        draft.tag(part);
    } else if (name == "NOTE") {
      draft.about(text);
    } else if (name == "LANG" && draft.language(text)) {
      return;
    } else if (name == "TZ" && core::is_zone(base::trim(text))) {
      draft.field("zone", text);
    } else if (name.starts_with("X-CRM-") && own_field(name, text, draft)) {
      return;
    } else if (name == "PHOTO" || name == "LOGO" || name == "SOUND" || name == "KEY" || name == "AGENT") {
      if (text.starts_with("http"))
        draft.extra(base::lower(name), text);
      else
        row.lost.push_back(name + ": a picture or the like");
    } else {
      draft.extra(base::lower(name),
                  name == "GEO" || name == "IMPP" || name == "URL" ? property.value : text);
    }
  }

  bool own_field(const std::string& name, const std::string& text, ContactDraft& draft) const {
    std::string field = base::lower(name.substr(std::string_view("X-CRM-").size()));
    std::replace(field.begin(), field.end(), '-', '_');
    if (field == "extra") {
      const auto colon = text.find(": ");
      if (colon == text.npos) return false;
      draft.extra(text.substr(0, colon), text.substr(colon + 2));
      return true;
    }
    const bool known = std::find(own_fields.begin(), own_fields.end(), field) != own_fields.end();
    if (known && m_schema.find(field) != nullptr) draft.field(field, text);
    return known;
  }

  static std::string join_commas(std::string text) {
    for (auto at = text.find(','); at != std::string::npos; at = text.find(',', at + 2))
      text.replace(at, 1, " ");
    return text;
  }

  /// Nowhere to keep it: a contact's phones are phones.
  static void kind(const Property& property, Incoming& row) {
    constexpr const char* sentence = "TYPE: whether a phone, an e-mail or an address is for home or work";
    if (!property.parameter("TYPE").empty() &&
        std::find(row.lost.begin(), row.lost.end(), sentence) == row.lost.end())
      row.lost.emplace_back(sentence);
  }

  const core::Schema& m_schema;
  Intake m_intake;
  codec::Decoder m_decoder;
  codec::Components m_cards;
  std::unordered_map<std::string, int> m_seen;
  std::map<std::string, std::string> m_labels; ///< of this card, by group
  int m_addresses = 0;
  bool m_any = false;
};

} // namespace

std::string with_problem(const Rejected& row) {
  const auto at = row.raw.find("\r\n");
  if (at == row.raw.npos) return row.raw;
  return row.raw.substr(0, at + 2) +
         codec::folded_line("X-CRM-PROBLEM", codec::escaped(to_one_line(row.reason))) +
         row.raw.substr(at + 2);
}

std::unique_ptr<Reading> read_vcf(const Workspace& workspace, Intake intake) {
  return std::make_unique<VcfReading>(workspace, std::move(intake));
}

} // namespace crm::app
