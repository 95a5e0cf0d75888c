// Any bytes as a table of contacts, all the way that `crm import csv` goes, but for the writing.
#include "fuzz.hpp"
#include "intake.hpp"

namespace crm::fuzz {

void try_csv_import(std::string_view bytes) {
  try_reading(bytes, [](app::Workspace& workspace, app::Intake intake) {
    return app::read_csv(workspace, {.type = "contact", .columns = {}, .member = ""}, std::move(intake));
  });
}

} // namespace crm::fuzz

CRM_FUZZ_ENTRY(crm::fuzz::try_csv_import)
