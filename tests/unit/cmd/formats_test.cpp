#include "catch.hpp"

#include "cmd/render/formats.hpp"

using namespace crm::cmd;
namespace core = crm::core;
namespace codec = crm::codec;

namespace {

core::Map record(core::Value name, core::Value tags = {}) {
  core::Map out;
  out.set("name", std::move(name));
  out.set("tags", std::move(tags));
  return out;
}

std::string one(Format format, core::Value name) {
  return write_rows(format, {"name"}, {record(std::move(name))}, Reader::Program);
}

} // namespace

TEST_CASE("Csv quotes as RFC 4180 says and ends its lines with CRLF") {
  const auto& [text, cell] = GENERATE(table<std::string, std::string>({
      {"Ada", "Ada"},
      {"Lovelace, Ada", "\"Lovelace, Ada\""},
      {"Ada \"Lady\" L", "\"Ada \"\"Lady\"\" L\""},
      {"two\nlines", "\"two\nlines\""},
      {"carriage\rreturn", "\"carriage\rreturn\""},
      {"tab\there", "tab\there"},
      {"  spaces  ", "  spaces  "},
      {"山田 太郎", "山田 太郎"},
      {"", ""},
  }));
  CHECK(one(Format::Csv, text) == "name\r\n" + cell + "\r\n");
}

TEST_CASE("Tsv is one line a record, whatever the record holds") {
  const auto& [text, cell] = GENERATE(table<std::string, std::string>({
      {"Ada", "Ada"},
      {"a\tb", "a\\tb"},
      {"a\nb", "a\\nb"},
      {"a\r\nb", "a\\r\\nb"},
      {"C:\\new", "C:\\\\new"},
      {"quotes \" stay", "quotes \" stay"},
  }));
  CHECK(one(Format::Tsv, text) == "name\n" + cell + "\n");
}

TEST_CASE("Csv and tsv have the named columns in their order, a heading always, and null as nothing") {
  const std::vector<std::string> columns{"tags", "missing", "name"};
  CHECK(write_rows(Format::Csv, columns, {}) == "tags,missing,name\r\n");
  CHECK(write_rows(Format::Tsv, columns, {record("Ada")}) == "tags\tmissing\tname\n\t\tAda\n");
}

TEST_CASE("Lists are joined and maps are JSON in a cell") {
  core::Map price;
  price.set("amount", 5);
  CHECK(write_rows(Format::Csv, {"name", "tags"}, {record(price, core::List{"vip", "late payer"})}) ==
        "name,tags\r\n\"{\"\"amount\"\":5}\",vip; late payer\r\n");
}

TEST_CASE("Ndjson is one compact object a line, with its types") {
  CHECK(write_rows(Format::Ndjson, {"name"}, {record("two\nlines", core::List{}), record(7)}) ==
        "{\"name\":\"two\\nlines\",\"tags\":[]}\n{\"name\":7,\"tags\":null}\n");
  CHECK(write_rows(Format::Ndjson, {"name"}, {}).empty());
}

TEST_CASE("Yaml is one document a record") {
  CHECK(write_rows(Format::Yaml, {"name"}, {record("Ada", core::List{"vip"}), record("0123")}) ==
        "---\nname: Ada\ntags: [vip]\n---\nname: \"0123\"\ntags: null\n");
}

TEST_CASE(
    "On a screen no format lets a record's control characters through; a program gets them as they are") {
  const std::string hostile = "a\x1b[2J\u009b31m\u202eb\x7f";
  for (const auto format : {Format::Csv, Format::Tsv, Format::Ndjson, Format::Yaml}) {
    const std::string out = write_rows(format, {"name"}, {record(hostile)}, Reader::Screen);
    CAPTURE(out);
    for (const char* obeyed : {"\x1b", "\u009b", "\u202e", "\x7f"})
      CHECK(out.find(obeyed) == std::string::npos);
  }
  for (const auto format : {Format::Csv, Format::Tsv})
    CHECK(one(format, hostile).find(hostile) != std::string::npos);
}

TEST_CASE("JSON text means the same when what a terminal obeys is escaped") {
  const std::string text = "\x7f\u0080\u009f\u00a0\u2027\u2028\u202e\u202f\u2065\u2066\u2069\u206a é 山";
  const std::string out = json_text(record(text), codec::Layout::Compact);
  CHECK(out ==
        "{\"name\":\"\\u007f\\u0080\\u009f\u00a0\u2027\\u2028\\u202e\u202f\u2065\\u2066\\u2069\u206a é "
        "山\",\"tags\":null}");
  CHECK(codec::from_json(out) == core::Value(record(text)));
}

TEST_CASE("Formats are known by their names") {
  CHECK(parse_format("ndjson") == Format::Ndjson);
  CHECK(parse_format("table") == Format::Table);
  CHECK_FALSE(parse_format("JSON"));
  CHECK_FALSE(parse_format(""));
}
