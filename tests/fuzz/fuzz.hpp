// The entry functions: what a parser promises of any bytes, checked. A broken promise ends the program.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace crm::fuzz {

void try_yaml(std::string_view text);
void try_record(std::string_view text);
void try_ssh(std::string_view text);
void try_csv(std::string_view text);
void try_cards(std::string_view text);
void try_csv_import(std::string_view bytes);
void try_vcf_import(std::string_view bytes);
void try_ics_import(std::string_view bytes);
void try_archive(std::string_view bytes);

/// Unlike assert, in every build.
inline void require(bool promise) {
  if (!promise) std::abort();
}

} // namespace crm::fuzz

#ifdef CRM_LIBFUZZER
#define CRM_FUZZ_ENTRY(function)                                                                             \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {                        \
    function({reinterpret_cast<const char*>(data), size});                                                   \
    return 0;                                                                                                \
  }
#else
#define CRM_FUZZ_ENTRY(function)
#endif
