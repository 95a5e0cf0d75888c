// Any bytes as cards, all the way that `crm import vcf` goes, but for the writing.
#include "fuzz.hpp"
#include "intake.hpp"

namespace crm::fuzz {

void try_vcf_import(std::string_view bytes) {
  try_reading(bytes, [](app::Workspace& workspace, app::Intake intake) {
    return app::read_vcf(workspace, std::move(intake));
  });
}

} // namespace crm::fuzz

CRM_FUZZ_ENTRY(crm::fuzz::try_vcf_import)
