// Replays files and folders of files through every entry function.
#include "fuzz.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  int files = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : fs::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      // The last name printed is the one that ended the program.
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      crm::fuzz::try_yaml(text);
      crm::fuzz::try_record(text);
      crm::fuzz::try_ssh(text);
      crm::fuzz::try_csv(text);
      crm::fuzz::try_cards(text);
      crm::fuzz::try_csv_import(text);
      crm::fuzz::try_vcf_import(text);
      crm::fuzz::try_ics_import(text);
      crm::fuzz::try_archive(text);
      ++files;
    }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
