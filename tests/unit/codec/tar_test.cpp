#include "catch.hpp"
#include "codec/tar.hpp"

#include <cstdio>

using namespace crm::codec;

namespace {

std::string why(std::string_view block) {
  const auto read = read_tar_header(block);
  const auto* fault = std::get_if<TarFault>(&read);
  return fault == nullptr ? "" : fault->words;
}

TarFault::Kind kind_of(std::string_view block) {
  return std::get<TarFault>(read_tar_header(block)).kind;
}

/// With a sum that is right again.
std::string with(std::string block, std::size_t at, std::string_view bytes) {
  block.replace(at, bytes.size(), bytes);
  unsigned sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i)
    sum += i >= 148 && i < 156 ? 32U : static_cast<unsigned char>(block[i]);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  return block.replace(148, 7, digits, 7);
}

} // namespace

TEST_CASE("A file's header is read as it was written") {
  const TarFile file{"crm-archive/attachments/ab/cd", 8'589'934'591, 1'795'000'000};
  const auto block = tar_header(file);
  CHECK(block.size() == tar_block);
  const auto read = std::get<TarFile>(read_tar_header(block));
  CHECK(read.name == file.name);
  CHECK(read.size == file.size);
  CHECK(read.time == file.time);
  const auto deep = std::string(90, 'a') + "/" + std::string(99, 'b');
  CHECK(std::get<TarFile>(read_tar_header(tar_header({deep, 1}))).name == deep);
  CHECK(std::holds_alternative<TarEnd>(read_tar_header(tar_end().substr(0, tar_block))));
  CHECK(tar_padding(0).empty());
  CHECK(tar_padding(512).empty());
  CHECK(tar_padding(513).size() == 511);
  CHECK_THROWS(tar_header({std::string(101, 'x'), 1}));
  CHECK_THROWS(tar_header({"x", largest_in_tar + 1}));
}

TEST_CASE("Whatever else a tar may hold is refused by name") {
  const auto good = tar_header({"x", 5});
  CHECK(why(good).empty());
  CHECK(why(with(good, 0, "x")).empty());
  CHECK(why(good.substr(1)) == "cut off");
  CHECK(why("x" + good.substr(0, 511)) == "no header of a ustar archive");
  auto damaged = good;
  damaged[1] = 'y';
  CHECK(why(damaged) == "a damaged header");
  CHECK(kind_of(damaged) == TarFault::Kind::Damaged);
  CHECK(kind_of(good.substr(1)) == TarFault::Kind::CutOff);
  CHECK(kind_of(with(good, 156, "2")) == TarFault::Kind::Foreign);
  for (const auto& [kind, name] :
       {std::pair{"1", "a hard link"}, std::pair{"2", "a symbolic link"}, std::pair{"3", "a device"},
        std::pair{"5", "a folder"}, std::pair{"6", "a pipe"}, std::pair{"x", "an extension of tar"},
        std::pair{"L", "an extension of tar"}, std::pair{"Z", "of an unknown kind"}})
    CHECK(why(with(good, 156, kind)) == name);
  CHECK(why(with(good, 157, "target")) == "a header that says more than it may");
  CHECK(why(with(good, 345, std::string_view("a\0b", 3))) == "a header that says more than it may");
  CHECK(why(with(good, 124, "\x80\x00\x00\x00")) == "a header without a size");
  CHECK(why(with(good, 124, "0000000000x")) == "a header without a size");
  CHECK(why(with(good, 0, std::string_view("\0", 1))) == "a header without a name");
  CHECK(why(with(good, 0, std::string_view("x\0y", 3))) == "a header without a name");
}
