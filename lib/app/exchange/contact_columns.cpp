#include "app/exchange/contact_columns.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace crm::app {
namespace {

struct Known {
  std::string_view heading; ///< folded, digits as #
  std::string_view part, group = "";
};

// Outlook counts its further e-mail addresses, and Google everything.
constexpr Known known_columns[] = {
    // plain
    {"name", "name"},
    {"full name", "name"},
    {"display name", "name"},
    {"contact name", "name"},
    {"email", "email"},
    {"emails", "email"},
    {"e-mail", "email"},
    {"mail", "email"},
    {"email address", "email"},
    {"e-mail address", "email"},
    {"email #", "email"},
    {"phone", "phone"},
    {"phones", "phone"},
    {"telephone", "phone"},
    {"phone number", "phone"},
    {"phone #", "phone"},
    {"mobile", "phone"},
    {"mobile phone", "phone"},
    {"tel", "phone"},
    {"org", "org"},
    {"organization", "org"},
    {"organisation", "org"},
    {"company", "org"},
    {"company name", "org"},
    {"address", "formatted", "1"},
    {"street", "street", "1"},
    {"street number", "house", "1"},
    {"house number", "house", "1"},
    {"address #", "street", "1"}, // the second one stands apart, see below
    {"address line #", "street", "1"},
    {"suburb", "city", "1"},
    {"city", "city", "1"},
    {"town", "city", "1"},
    {"state", "region", "1"},
    {"region", "region", "1"},
    {"county", "region", "1"},
    {"zip", "code", "1"},
    {"zip code", "code", "1"},
    {"postcode", "code", "1"},
    {"postal code", "code", "1"},
    {"country", "country", "1"},
    {"birthday", "birthday"},
    {"date of birth", "birthday"},
    {"birth date", "birthday"},
    {"birthdate", "birthday"},
    {"dob", "birthday"},
    {"tags", "tags"},
    {"labels", "tags"},
    {"notes", "about"},
    {"note", "about"},
    {"about", "about"},
    {"comments", "about"},
    {"nickname", "nickname"},
    {"external", "external"},
    {"external id", "external"},
    {"rec id", "external"},
    // names, as Google and Outlook say
    {"first name", "first"},
    {"given name", "first"},
    {"middle name", "middle"},
    {"additional name", "middle"},
    {"last name", "last"},
    {"family name", "last"},
    {"surname", "last"},
    {"name prefix", "prefix"},
    {"name suffix", "suffix"},
    {"suffix", "suffix"},
    {"title", "prefix"},
    // Google Contacts
    {"organization name", "org"},
    {"organization # - name", "org"},
    {"e-mail # - value", "email"},
    {"phone # - value", "phone"},
    {"address # - formatted", "formatted", "#"},
    {"address # - street", "street", "#"},
    {"address # - po box", "box", "#"},
    {"address # - extended address", "extended", "#"},
    {"address # - city", "city", "#"},
    {"address # - region", "region", "#"},
    {"address # - postal code", "code", "#"},
    {"address # - country", "country", "#"},
    {"group membership", "tags"},
    // Outlook, English
    {"e-mail # address", "email"},
    {"business phone", "phone"},
    {"business phone #", "phone"},
    {"home phone", "phone"},
    {"home phone #", "phone"},
    {"primary phone", "phone"},
    {"other phone", "phone"},
    {"company main phone", "phone"},
    {"business street", "street", "work"},
    {"business city", "city", "work"},
    {"business state", "region", "work"},
    {"business postal code", "code", "work"},
    {"business country/region", "country", "work"},
    {"business country", "country", "work"},
    {"home street", "street", "home"},
    {"home city", "city", "home"},
    {"home state", "region", "home"},
    {"home postal code", "code", "home"},
    {"home country/region", "country", "home"},
    {"home country", "country", "home"},
    {"other street", "street", "other"},
    {"other city", "city", "other"},
    {"other state", "region", "other"},
    {"other postal code", "code", "other"},
    {"other country/region", "country", "other"},
    {"categories", "tags"},
    // Outlook, German
    {"anrede", "prefix"},
    {"vorname", "first"},
    {"weitere vornamen", "middle"},
    {"nachname", "last"},
    {"firma", "org"},
    {"strasse geschaftlich", "street", "work"},
    {"ort geschaftlich", "city", "work"},
    {"region geschaftlich", "region", "work"},
    {"postleitzahl geschaftlich", "code", "work"},
    {"land/region geschaftlich", "country", "work"},
    {"strasse privat", "street", "home"},
    {"ort privat", "city", "home"},
    {"bundesland/kanton privat", "region", "home"},
    {"postleitzahl privat", "code", "home"},
    {"land/region privat", "country", "home"},
    {"telefon geschaftlich", "phone"},
    {"telefon geschaftlich #", "phone"},
    {"telefon (geschaftlich)", "phone"},
    {"telefon privat", "phone"},
    {"telefon privat #", "phone"},
    {"telefon (privat)", "phone"},
    {"mobiltelefon", "phone"},
    {"telefon", "phone"},
    {"e-mail-adresse", "email"},
    {"e-mail # adresse", "email"},
    {"e-mail #: adresse", "email"},
    {"geburtstag", "birthday"},
    {"kategorien", "tags"},
    {"notizen", "about"},
    {"spitzname", "nickname"},
    // Outlook, French
    {"titre", "prefix"},
    {"prenom", "first"},
    {"deuxieme prenom", "middle"},
    {"nom", "last"},
    {"suffixe", "suffix"},
    {"societe", "org"},
    {"rue (bureau)", "street", "work"},
    {"ville (bureau)", "city", "work"},
    {"dep/region (bureau)", "region", "work"},
    {"code postal (bureau)", "code", "work"},
    {"pays/region (bureau)", "country", "work"},
    {"rue (domicile)", "street", "home"},
    {"ville (domicile)", "city", "home"},
    {"dep/region (domicile)", "region", "home"},
    {"code postal (domicile)", "code", "home"},
    {"pays/region (domicile)", "country", "home"},
    {"telephone (bureau)", "phone"},
    {"telephone # (bureau)", "phone"},
    {"telephone (domicile)", "phone"},
    {"telephone # (domicile)", "phone"},
    {"tel. mobile", "phone"},
    {"telephone mobile", "phone"},
    {"adresse de messagerie", "email"},
    {"adresse de messagerie #", "email"},
    {"anniversaire", "birthday"},
    {"surnom", "nickname"},
    // Outlook, Spanish
    {"titulo", "prefix"},
    {"nombre", "first"},
    {"segundo nombre", "middle"},
    {"apellidos", "last"},
    {"apellido", "last"},
    {"sufijo", "suffix"},
    {"organizacion", "org"},
    {"compania", "org"},
    {"calle del trabajo", "street", "work"},
    {"ciudad de trabajo", "city", "work"},
    {"provincia o estado de trabajo", "region", "work"},
    {"codigo postal del trabajo", "code", "work"},
    {"pais o region del trabajo", "country", "work"},
    {"calle particular", "street", "home"},
    {"ciudad de residencia", "city", "home"},
    {"provincia o estado de residencia", "region", "home"},
    {"codigo postal de residencia", "code", "home"},
    {"pais o region de residencia", "country", "home"},
    {"telefono del trabajo", "phone"},
    {"telefono del trabajo #", "phone"},
    {"particular", "phone"},
    {"telefono particular", "phone"},
    {"numero de telefono particular", "phone"},
    {"movil", "phone"},
    {"telefono movil", "phone"},
    {"direccion de correo electronico", "email"},
    {"direccion de correo electronico #", "email"},
    {"direccion del correo electronico #", "email"},
    {"cumpleanos", "birthday"},
    {"categorias", "tags"},
    {"notas", "about"},
    {"apodo", "nickname"},
    // Outlook, Italian
    {"titolo", "prefix"},
    {"nome", "first"},
    {"secondo nome", "middle"},
    {"cognome", "last"},
    {"suffisso", "suffix"},
    {"societa", "org"},
    {"via (uff.)", "street", "work"},
    {"citta (uff.)", "city", "work"},
    {"provincia (uff.)", "region", "work"},
    {"cap (uff.)", "code", "work"},
    {"paese (uff.)", "country", "work"},
    {"via (ab.)", "street", "home"},
    {"citta (ab.)", "city", "home"},
    {"provincia (ab.)", "region", "home"},
    {"cap (ab.)", "code", "home"},
    {"paese (ab.)", "country", "home"},
    {"telefono (uff.)", "phone"},
    {"telefono (uff.) #", "phone"},
    {"telefono (ab.)", "phone"},
    {"telefono (ab.) #", "phone"},
    {"telefono", "phone"},
    {"cellulare", "phone"},
    {"altro telefono", "phone"},
    {"indirizzo posta elettronica", "email"},
    {"indirizzo posta elettronica #", "email"},
    {"indirizzo di posta elettronica", "email"},
    {"indirizzo di posta elettronica #", "email"},
    {"compleanno", "birthday"},
    {"categorie", "tags"},
    // Outlook, Dutch
    {"titel", "prefix"},
    {"voornaam", "first"},
    {"middelste naam", "middle"},
    {"achternaam", "last"},
    {"achtervoegsel", "suffix"},
    {"bedrijf", "org"},
    {"werkadres, straat", "street", "work"},
    {"werkadres, plaats", "city", "work"},
    {"werkadres, provincie", "region", "work"},
    {"werkadres, postcode", "code", "work"},
    {"land/regio (werk)", "country", "work"},
    {"huisadres, straat", "street", "home"},
    {"huisadres, plaats", "city", "home"},
    {"huisadres, provincie", "region", "home"},
    {"huisadres, postcode", "code", "home"},
    {"land/regio (thuis)", "country", "home"},
    {"telefoon op werk", "phone"},
    {"telefoon op werk #", "phone"},
    {"telefoon thuis", "phone"},
    {"telefoon thuis #", "phone"},
    {"mobiele telefoon", "phone"},
    {"andere telefoon", "phone"},
    {"hoofdtelefoon", "phone"},
    {"hoofdtelefoon bedrijf", "phone"},
    {"telefoon", "phone"},
    {"e-mailadres", "email"},
    {"e-mailadres #", "email"},
    {"verjaardag", "birthday"},
    {"categorieen", "tags"},
    {"notities", "about"},
    {"bijnaam", "nickname"},
    // Outlook, Portuguese
    {"sobrenome", "last"},
    {"apelido", "last"},
    {"segundo nome", "middle"},
    {"sufixo", "suffix"},
    {"empresa", "org"},
    {"rua do endereco comercial", "street", "work"},
    {"cidade do endereco comercial", "city", "work"},
    {"estado do endereco comercial", "region", "work"},
    {"cep do endereco comercial", "code", "work"},
    {"telefone comercial", "phone"},
    {"telefone comercial #", "phone"},
    {"telefone residencial", "phone"},
    {"telefone residencial #", "phone"},
    {"telefone celular", "phone"},
    {"celular", "phone"},
    {"telefone", "phone"},
    {"endereco de email", "email"},
    {"endereco de e-mail", "email"},
    {"endereco de email #", "email"},
    {"endereco de e-mail #", "email"},
    {"aniversario", "birthday"},
    {"anotacoes", "about"},
    // HubSpot
    {"record id", "external"},
    {"record id - contact", "external"},
    {"mobile phone number", "phone"},
    {"street address", "street", "1"},
    {"street address #", "extended", "1"},
    {"state/region", "region", "1"},
    {"country/region", "country", "1"},
    {"associated company", "org"},
};

constexpr std::array<std::string_view, 23> all_parts{
    "first", "middle", "last",     "prefix", "suffix",   "nickname", "name",      "org",
    "email", "phone",  "tags",     "about",  "birthday", "external", "formatted", "street",
    "house", "box",    "extended", "city",   "region",   "code",     "country"};

/// "E-mail 2 - Value" → "e-mail # - value" and "2".
std::pair<std::string, std::string> normal(std::string_view heading) {
  std::string out, number;
  for (const char c : base::fold(heading)) {
    if (!base::is_digit(c)) {
      out += c;
    } else {
      if (number.empty() || out.back() != '#') out += '#';
      number += c;
    }
  }
  // fold() keeps what is a letter of its own
  for (auto at = out.find("ß"); at != out.npos; at = out.find("ß"))
    out.replace(at, 2, "ss");
  return {out, number};
}

} // namespace

std::optional<ContactColumn> contact_column(std::string_view heading) {
  // "given_name", as databases write it.
  std::string spaced(heading);
  std::replace(spaced.begin(), spaced.end(), '_', ' ');
  const auto [text, number] = normal(spaced);
  const auto found = std::find_if(std::begin(known_columns), std::end(known_columns),
                                  [&, &word = text](const Known& each) { return each.heading == word; });
  if (found == std::end(known_columns)) return std::nullopt;
  if ((text == "address #" || text == "address line #") && number != "1")
    return ContactColumn{"extended", std::string(found->group)};
  return ContactColumn{std::string(found->part), found->group == "#" ? number : std::string(found->group)};
}

bool is_contact_part(std::string_view part) {
  return std::find(all_parts.begin(), all_parts.end(), part) != all_parts.end();
}

ContactTable recognise_table(const std::vector<std::string>& headings) {
  std::vector<std::string> folded;
  for (const auto& heading : headings)
    folded.push_back(normal(heading).first);
  const auto has = [&](std::string_view heading) {
    return std::find(folded.begin(), folded.end(), heading) != folded.end();
  };
  if (has("e-mail # - value") || has("phone # - value") || has("group membership"))
    return {"google", has("given name") ? "Google Contacts (before 2023)" : "Google Contacts",
            DateOrder::Unknown};
  if (has("record id") || has("lifecycle stage") || has("record id - contact"))
    return {"hubspot", "HubSpot", DateOrder::Unknown};
  if (has("vorname") && has("nachname")) return {"outlook", "Outlook (German)", DateOrder::DayFirst};
  if (has("prenom") && has("nom")) return {"outlook", "Outlook (French)", DateOrder::DayFirst};
  if (has("nombre") && has("apellidos")) return {"outlook", "Outlook (Spanish)", DateOrder::DayFirst};
  if (has("nome") && has("cognome")) return {"outlook", "Outlook (Italian)", DateOrder::DayFirst};
  if (has("voornaam") && has("achternaam")) return {"outlook", "Outlook (Dutch)", DateOrder::DayFirst};
  if (has("nome") && (has("sobrenome") || has("apelido")))
    return {"outlook", "Outlook (Portuguese)", DateOrder::DayFirst};
  if (has("first name") && has("last name") &&
      (has("e-mail address") || has("business phone") || has("home phone")))
    return {"outlook", "Outlook (English)", DateOrder::MonthFirst};
  return {"csv", "a table of contacts", DateOrder::Unknown};
}

} // namespace crm::app
