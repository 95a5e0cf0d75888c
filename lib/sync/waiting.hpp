// Waits until there may be something to do: a ref moved, the network changed, the machine woke up, or so much
// time has passed.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace crm::sync {

enum class Woken {
  Change,  ///< a file in one of the folders was written or replaced
  Network, ///< a link or an address of this machine came or went
  Resumed, ///< the machine was suspended meanwhile
  Time,    ///< nothing happened for as long as was asked
  Stop     ///< SIGINT, SIGTERM or SIGHUP
};

class Waiting {
 public:
  /// Folders that are not there are not watched. Where the system has no room for watches, time alone wakes.
  explicit Waiting(const std::vector<std::string>& folders);
  Waiting(Waiting&&) noexcept;
  ~Waiting();

  /// The signals that Stop stands for are caught only while it waits; at other times they end the program.
  Woken wait(std::chrono::milliseconds most);

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

} // namespace crm::sync
