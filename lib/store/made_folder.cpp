#include "store/made_folder.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <utility>

namespace crm::store {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& folder) {
  std::error_code error;
  const auto found = fs::status(folder, error);
  if (!fs::status_known(found))
    throw base::Error(base::Kind::Failure,
                      "cannot look at " + base::printable(folder.string()) + ": " + error.message(),
                      "name another folder");
  return fs::exists(found);
}

} // namespace

MadeFolder::MadeFolder(fs::path folder) : m_folder(std::move(folder)), m_was_there(is_there(m_folder)) {
  std::error_code error;
  for (auto above = m_folder.parent_path(); !above.empty() && !fs::exists(above, error);
       above = above.parent_path())
    m_above.push_back(above);
}

MadeFolder::~MadeFolder() {
  if (m_kept) return;
  std::error_code ignored;
  if (!m_was_there) {
    fs::remove_all(m_folder, ignored);
    for (const auto& above : m_above)
      fs::remove(above, ignored); // only where it is empty
    return;
  }
  for (const auto& each : fs::directory_iterator(m_folder, ignored))
    fs::remove_all(each.path(), ignored);
}

} // namespace crm::store
