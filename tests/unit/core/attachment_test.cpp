#include "catch.hpp"
#include "core/attachment.hpp"

using namespace crm::core;
using namespace std::string_view_literals;

namespace {

const std::string digits = std::string(62, 'a') + "09";

} // namespace

TEST_CASE("An attachment is one line, and the line is the attachment") {
  const Attachment form{digits, 48213, "application/pdf", "signed form (2).pdf"};
  CHECK(to_text(form) == digits + " 48213 application/pdf signed form (2).pdf");
  CHECK(parse_attachment(to_text(form)) == form);
}

TEST_CASE("What is no attachment's line is none") {
  for (const auto& line : {std::string(), digits, digits + " 1", digits + " 1 a/b", digits + " 1 a/b ",
                           digits + " x a/b n", digits + " -1 a/b n", digits + " 1 ab n", digits + " 1 A/b n",
                           digits + " 1 /b n", digits.substr(1) + " 1 a/b n",
                           "A" + digits.substr(1) + " 1 a/b n", digits + " 99999999999999999999999 a/b n"}) {
    INFO(line);
    CHECK_FALSE(parse_attachment(line));
  }
}

TEST_CASE("A file's name leads nowhere, and everything in it can be seen") {
  const struct {
    std::string_view path, name;
  } cases[] = {{"form.pdf", "form.pdf"},
               {"/etc/passwd", "passwd"},
               {"../../x", "x"},
               {"..", "file"},
               {"", "file"},
               {"/", "file"},
               {"a/b/", "b"},
               {"C:\\windows\\x.txt", "x.txt"},
               {"c:x", "c_x"},
               {".bashrc", "bashrc"},
               {"-rf", "rf"},
               {" x ", "x"},
               {"a\nb\x1b[31m", "a_b_[31m"},
               {"photo\u202egpj.exe", "photo_gpj.exe"},
               {"Überweisung 日本.pdf", "Überweisung 日本.pdf"},
               {"\xff\xfe", "file"}};
  for (const auto& each : cases) {
    INFO(each.path);
    CHECK(plain_file_name(each.path) == each.name);
  }
  const auto long_name = plain_file_name(std::string(300, 'x') + ".jpeg");
  CHECK(long_name.size() == 120);
  CHECK(long_name.ends_with("x.jpeg"));
  std::string wide;
  for (int i = 0; i < 100; ++i)
    wide += "ä";
  CHECK(plain_file_name(wide).size() == 120);
}

TEST_CASE("The type is what the bytes say") {
  const struct {
    std::string_view bytes, type;
  } cases[] = {{"%PDF-1.7"sv, "application/pdf"sv},
               {"\x89PNG\r\n\x1a\nIHDR"sv, "image/png"sv},
               {"\xff\xd8\xff\xe0"sv, "image/jpeg"sv},
               {"RIFF\0\0\0\0WEBP"sv, "image/webp"sv},
               {"\0\0\0\x18"
                "ftypheic"sv,
                "image/heic"sv},
               {"\0\0\0\x18"
                "ftypisom"sv,
                "video/mp4"sv},
               {"PK\x03\x04........................word/document.xml"sv,
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document"sv},
               {"PK\x03\x04nothing"sv, "application/zip"sv},
               {"a letter\n"sv, "text/plain"sv},
               {"<html>"sv, "text/plain"sv},
               {"a\0b"sv, "application/octet-stream"sv},
               {"\xff\xfe\x00"sv, "application/octet-stream"sv}};
  for (const auto& each : cases)
    CHECK(media_type(each.bytes) == each.type);
}

TEST_CASE("Programs are known by their beginnings") {
  for (const auto bytes : {"\x7f"
                           "ELF\x02"sv,
                           "MZ\x90"sv, "#!/bin/sh\n"sv, "\xca\xfe\xba\xbe"sv})
    CHECK(is_program(bytes));
  for (const auto bytes : {"%PDF"sv, "# heading"sv, ""sv, "m"sv})
    CHECK_FALSE(is_program(bytes));
}
