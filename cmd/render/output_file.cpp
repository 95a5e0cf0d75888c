#include "cmd/render/output_file.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace crm::cmd {
namespace {

mode_t mode_of_new_files() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

std::string followed(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : path;
}

constexpr std::size_t piece_size = std::size_t{64} * 1024;

} // namespace

OutputFile::OutputFile(std::string path) : m_path(std::move(path)) {
  if (m_path.empty() || m_path == "-") {
    m_fd = STDOUT_FILENO;
    return;
  }
  struct stat there {};
  const bool exists = ::stat(m_path.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) fail(EISDIR);
  if (exists && !S_ISREG(there.st_mode)) {
    m_fd = ::open(m_path.c_str(), O_WRONLY | O_CLOEXEC);
    if (m_fd < 0) fail(errno);
    return;
  }
  m_target = followed(m_path);
  m_mode = exists ? there.st_mode & 07777 : mode_of_new_files();
  std::string temporary = m_target + ".XXXXXX";
  m_fd = ::mkstemp(temporary.data());
  if (m_fd < 0) fail(errno);
  m_temporary = std::move(temporary);
}

OutputFile::~OutputFile() {
  if (m_fd > STDERR_FILENO) ::close(m_fd);
  if (!m_temporary.empty()) ::unlink(m_temporary.c_str());
}

void OutputFile::fail(int why) const {
  if (m_path.empty() || m_path == "-")
    throw base::Error(base::Kind::Failure, std::string("cannot write the output: ") + std::strerror(why));
  throw base::Error(base::Kind::Failure,
                    "cannot write " + base::printable(m_path) + ": " + std::strerror(why));
}

void OutputFile::write(std::string_view piece) {
  m_written += piece.size();
  m_buffer += piece;
  if (m_buffer.size() >= piece_size) flush();
}

void OutputFile::flush() {
  std::string_view left = m_buffer;
  while (!left.empty() && !m_unwanted) {
    const ssize_t done = ::write(m_fd, left.data(), left.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0 && errno == EPIPE && m_temporary.empty())
      m_unwanted = true;
    else if (done < 0)
      fail(errno);
    else
      left.remove_prefix(static_cast<std::size_t>(done));
  }
  m_buffer.clear();
}

void OutputFile::commit() {
  flush();
  if (m_temporary.empty()) return;
  if (::fchmod(m_fd, m_mode) != 0 || ::fsync(m_fd) != 0) fail(errno);
  if (::close(std::exchange(m_fd, -1)) != 0) fail(errno);
  if (::rename(m_temporary.c_str(), m_target.c_str()) != 0) fail(errno);
  m_temporary.clear();
}

void write_file_atomically(const std::string& path, std::string_view content) {
  OutputFile file(path);
  file.write(content);
  file.commit();
}

} // namespace crm::cmd
