#include "core/phone.hpp"

#include "base/text.hpp"

#include <optional>
#include <utility>

namespace crm::core {
namespace {

/// Country, calling code, what is dialled before a national number ("" where nothing is, or where it stays
/// part of the number abroad). From the ITU's lists of E.164 country codes and of dialling procedures.
constexpr std::string_view plans =
    "AD 376 ;AE 971 0;AF 93 0;AG 1 1;AI 1 1;AL 355 0;AM 374 0;AO 244 ;AR 54 0;AS 1 1;AT 43 0;AU 61 0;AW 297 ;"
    "AX 358 0;AZ 994 0;BA 387 0;BB 1 1;BD 880 0;BE 32 0;BF 226 ;BG 359 0;BH 973 ;BI 257 ;BJ 229 ;BM 1 1;"
    "BN 673 ;BO 591 0;BR 55 0;BS 1 1;BT 975 ;BW 267 ;BY 375 8;BZ 501 ;CA 1 1;CD 243 0;CF 236 ;CG 242 ;"
    "CH 41 0;CI 225 ;CL 56 ;CM 237 ;CN 86 0;CO 57 0;CR 506 ;CU 53 0;CV 238 ;CY 357 ;CZ 420 ;DE 49 0;DJ 253 ;"
    "DK 45 ;DM 1 1;DO 1 1;DZ 213 0;EC 593 0;EE 372 ;EG 20 0;ER 291 0;ES 34 ;ET 251 0;FI 358 0;FJ 679 ;"
    "FO 298 ;FR 33 0;GA 241 0;GB 44 0;GD 1 1;GE 995 0;GF 594 0;GG 44 0;GH 233 0;GI 350 ;GL 299 ;GM 220 ;"
    "GN 224 ;GP 590 0;GQ 240 ;GR 30 ;GT 502 ;GU 1 1;GW 245 ;GY 592 ;HK 852 ;HN 504 ;HR 385 0;HT 509 ;"
    "HU 36 06;ID 62 0;IE 353 0;IL 972 0;IM 44 0;IN 91 0;IQ 964 0;IR 98 0;IS 354 ;IT 39 ;JE 44 0;JM 1 1;"
    "JO 962 0;JP 81 0;KE 254 0;KG 996 0;KH 855 0;KN 1 1;KR 82 0;KW 965 ;KY 1 1;KZ 7 8;LA 856 0;LB 961 0;"
    "LC 1 1;LI 423 0;LK 94 0;LR 231 0;LS 266 ;LT 370 8;LU 352 ;LV 371 ;LY 218 0;MA 212 0;MC 377 0;MD 373 0;"
    "ME 382 0;MG 261 0;MK 389 0;ML 223 ;MM 95 0;MN 976 0;MO 853 ;MQ 596 0;MR 222 ;MT 356 ;MU 230 ;MV 960 ;"
    "MW 265 0;MX 52 ;MY 60 0;MZ 258 ;NA 264 0;NC 687 ;NE 227 ;NG 234 0;NI 505 ;NL 31 0;NO 47 ;NP 977 0;"
    "NZ 64 0;OM 968 ;PA 507 ;PE 51 0;PF 689 ;PG 675 ;PH 63 0;PK 92 0;PL 48 ;PR 1 1;PS 970 0;PT 351 ;"
    "PY 595 0;QA 974 ;RE 262 0;RO 40 0;RS 381 0;RU 7 8;RW 250 0;SA 966 0;SC 248 ;SD 249 0;SE 46 0;SG 65 ;"
    "SI 386 0;SK 421 0;SL 232 0;SM 378 ;SN 221 ;SO 252 0;SR 597 ;SS 211 0;SV 503 ;SY 963 0;SZ 268 ;TC 1 1;"
    "TD 235 ;TG 228 ;TH 66 0;TJ 992 ;TM 993 8;TN 216 ;TR 90 0;TT 1 1;TW 886 0;TZ 255 0;UA 380 0;UG 256 0;"
    "US 1 1;UY 598 0;UZ 998 ;VA 39 ;VC 1 1;VE 58 0;VG 1 1;VI 1 1;VN 84 0;XK 383 0;YE 967 0;ZA 27 0;ZM 260 0;"
    "ZW 263 0;";

struct Plan {
  std::string_view country, code, trunk;
};

template <class Fits>
std::optional<Plan> find_plan(const Fits& fits) {
  for (std::size_t at = 0; at < plans.size();) {
    const auto end = plans.find(';', at);
    const auto entry = plans.substr(at, end - at);
    const auto space = entry.find(' ', 3);
    if (const Plan plan{entry.substr(0, 2), entry.substr(3, space - 3), entry.substr(space + 1)}; fits(plan))
      return plan;
    at = end + 1;
  }
  return std::nullopt;
}

std::optional<Plan> plan_of(std::string_view country) {
  return find_plan([&](const Plan& plan) { return plan.country == country; });
}

/// What is dialled for abroad: 00 nearly everywhere.
std::string_view abroad_from(std::string_view country, std::string_view code) {
  if (code == "1") return "011";
  if (country == "AU") return "0011";
  if (country == "JP") return "010";
  if (country == "RU" || country == "KZ" || country == "BY") return "810";
  return "00";
}

char on_keys(char letter) {
  constexpr std::string_view keys = "22233344455566677778889999"; // ITU-T E.161
  return keys[static_cast<std::size_t>(letter - 'a')];
}

/// Digits, with a "+" in front when the number has one; extensions and what stands behind them left out.
std::string dialled(std::string_view text) {
  const std::string folded = base::fold(text); // full-width digits are plain ones in it
  std::string out;
  for (std::size_t at = 0; at < folded.size(); ++at) {
    const char c = folded[at];
    const auto byte = [&](std::size_t i) {
      return i < folded.size() ? static_cast<unsigned char>(folded[i]) : 0U;
    };
    const std::string_view rest = std::string_view(folded).substr(at);
    if (base::is_digit(c)) {
      // "+44 (0)20": the national prefix is not dialled behind a country code.
      const bool aside = c == '0' && out.size() > 1 && out.front() == '+' && at > 0 &&
                         folded[at - 1] == '(' && byte(at + 1) == ')';
      if (!aside) out += c;
    } else if (c == '+' && out.empty()) {
      out += c;
    } else if (byte(at) == 0xd9 && byte(at + 1) >= 0xa0 && byte(at + 1) <= 0xa9) { // Arabic digits
      out += static_cast<char>('0' + (byte(++at) - 0xa0));
    } else if (byte(at) == 0xdb && byte(at + 1) >= 0xb0 && byte(at + 1) <= 0xb9) { // Persian digits
      out += static_cast<char>('0' + (byte(++at) - 0xb0));
    } else if (out.size() >= 6 && (c == '#' || c == ';' || c == ',' || c == '/' || rest.starts_with("ext") ||
                                   (c == 'x' && byte(at + 1) < 'a'))) {
      break;
    } else if (c >= 'a' && c <= 'z' && out.size() > 2) {
      out += on_keys(c);
    }
  }
  return out;
}

} // namespace

std::optional<CountryCode> country_code(std::string_view digits) {
  const auto plan = find_plan([&](const Plan& each) { return digits.starts_with(each.code); });
  return plan ? std::optional(CountryCode{plan->code.size(), plan->trunk}) : std::nullopt;
}

std::string dialling_country(std::string_view country, std::string_view currency, std::string_view zone) {
  if (plan_of(country)) return std::string(country);
  if (currency.size() == 3 && currency != "EUR" && plan_of(currency.substr(0, 2)))
    return std::string(currency.substr(0, 2));
  constexpr std::pair<std::string_view, std::string_view> zones[] = {
      {"Europe/London", "GB"},     {"Europe/Berlin", "DE"},     {"Europe/Paris", "FR"},
      {"Europe/Madrid", "ES"},     {"Europe/Rome", "IT"},       {"Europe/Vienna", "AT"},
      {"Europe/Brussels", "BE"},   {"Europe/Amsterdam", "NL"},  {"Europe/Dublin", "IE"},
      {"Europe/Lisbon", "PT"},     {"Europe/Athens", "GR"},     {"Europe/Helsinki", "FI"},
      {"Europe/Luxembourg", "LU"}, {"Europe/Malta", "MT"},      {"Asia/Nicosia", "CY"},
      {"Europe/Ljubljana", "SI"},  {"Europe/Bratislava", "SK"}, {"Europe/Tallinn", "EE"},
      {"Europe/Riga", "LV"},       {"Europe/Vilnius", "LT"},    {"Europe/Zagreb", "HR"},
      {"Europe/Zurich", "CH"},     {"Asia/Tokyo", "JP"}};
  for (const auto& [name, code] : zones)
    if (name == zone) return std::string(code);
  return {};
}

std::string to_e164(std::string_view text, std::string_view country) {
  constexpr std::size_t fewest = 6, most = 15, longest_text = 200;
  if (text.size() > longest_text) return {};
  std::string number = dialled(text);
  const auto fits = [&](std::string digits) {
    return digits.size() >= fewest && digits.size() <= most ? "+" + digits : std::string();
  };
  if (number.starts_with("+")) return fits(number.substr(1));
  const auto plan = plan_of(country);
  if (!plan) {
    if (number.starts_with("00")) return fits(number.substr(2));
    return number.size() >= fewest && number.size() <= most ? number : std::string();
  }
  for (const std::string_view abroad : {abroad_from(country, plan->code), std::string_view("00")})
    if (number.starts_with(abroad) && number.size() > abroad.size() + fewest)
      return fits(number.substr(abroad.size()));
  if (!plan->trunk.empty() && number.starts_with(plan->trunk)) {
    number.erase(0, plan->trunk.size());
  } else if (constexpr std::size_t with_code = 11;
             number.starts_with(plan->code) && number.size() >= with_code) {
    return fits(number); // somebody left the "+" out
  }
  if (number.size() < fewest) return {};
  return fits(std::string(plan->code) + number);
}

} // namespace crm::core
