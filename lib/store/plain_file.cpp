#include "store/plain_file.hpp"

#include "store/git_error.hpp"

#include <cerrno>
#include <fcntl.h>

namespace crm::store {
namespace {

constexpr std::size_t written_at_once = std::size_t{64} * 1024;

} // namespace

PlainFile::PlainFile(std::string path)
    : m_path(std::move(path)),
      m_file(::open(m_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (!m_file) fail_system(errno, "write", m_path);
}

void PlainFile::write(std::string_view piece) {
  m_waiting += piece;
  if (m_waiting.size() >= written_at_once) finish();
}

void PlainFile::finish() {
  write_all(m_file.get(), m_waiting, m_path);
  m_waiting.clear();
}

} // namespace crm::store
