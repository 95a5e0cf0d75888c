// What -o writes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crm::cmd {

/// Written piece by piece, there whole or not at all: a temporary file in the same folder, synced and renamed
/// by commit(), with the mode that the file had, or the umask's. A symbolic link is followed; a pipe or a
/// device (/dev/stdout) is written to as it is. "" and "-" are standard output; a reader that has seen enough
/// (`crm export csv | head`) is no failure, but `unwanted` then. Throws Error(Failure).
class OutputFile {
 public:
  explicit OutputFile(std::string path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile(); ///< without commit(): nothing has changed

  void write(std::string_view piece);
  void commit();
  bool unwanted() const { return m_unwanted; }
  std::size_t written() const { return m_written; } ///< bytes

 private:
  void flush();
  [[noreturn]] void fail(int why) const;

  std::string m_path, m_target, m_temporary, m_buffer;
  int m_fd = -1;
  unsigned m_mode = 0;
  std::size_t m_written = 0;
  bool m_unwanted = false;
};

/// All of it at once.
void write_file_atomically(const std::string& path, std::string_view content);

} // namespace crm::cmd
