#include "core/phone.hpp"

#include "catch.hpp"

using namespace crm::core;

TEST_CASE("spellings of a phone number are one number") {
  const auto [text, country, number] = GENERATE(table<const char*, const char*, const char*>({
      {"020 7946 0018", "GB", "+442079460018"},
      {"+44 20 7946 0018", "GB", "+442079460018"},
      {"+44 (0)20 7946 0018", "GB", "+442079460018"},
      {"0044 20 7946 0018", "DE", "+442079460018"},
      {"(020) 7946-0018 ext. 12", "GB", "+442079460018"},
      {"020 7946 0018 x12", "GB", "+442079460018"},
      {"44 7700 900123", "GB", "+447700900123"},
      {"030/901820", "DE", "+4930901820"},
      {"(415) 555-2671", "US", "+14155552671"},
      {"1-415-555-2671", "US", "+14155552671"},
      {"011 44 20 7946 0018", "US", "+442079460018"},
      {"0011 1 415 555 2671", "AU", "+14155552671"},
      {"1-800-FLOWERS", "US", "+18003569377"},
      {"06 12 34 56 78", "FR", "+33612345678"},
      {"06 698 12345", "IT", "+390669812345"}, // the zero stays
      {"612 345 678", "ES", "+34612345678"},
      {"8 (495) 123-45-67", "RU", "+74951234567"},
      {"06 1 234 5678", "HU", "+3612345678"},
      {"٠٢٠ ٧٩٤٦ ٠٠١٨", "GB", "+442079460018"},
      {"０３-１２３４-５６７８", "JP", "+81312345678"},
      {"020 7946 0018", "", "02079460018"}, // who knows where
      {"+44 20 7946 0018", "", "+442079460018"},
      {"12345", "GB", ""},
      {"+1234567890123456", "GB", ""},
      {"ask at the desk", "GB", ""},
      {"", "GB", ""},
  }));
  INFO(text);
  CHECK(to_e164(text, country) == number);
}

TEST_CASE("where a store dials from") {
  CHECK(dialling_country("CH", "EUR", "Europe/Berlin") == "CH");
  CHECK(dialling_country("", "GBP", "UTC") == "GB");
  CHECK(dialling_country("", "EUR", "Europe/Berlin") == "DE");
  CHECK(dialling_country("", "XOF", "UTC").empty());
  CHECK(dialling_country("", "", "UTC").empty());
}
