#include "sync/waiting.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

namespace crm::sync {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// More than this between the clock that stops in suspend and the one that does not is a suspend.
constexpr std::chrono::seconds nap{5};

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};
volatile std::sig_atomic_t stop_asked = 0;

nanoseconds clock_time(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds{now.tv_sec} + nanoseconds{now.tv_nsec};
}

/// Time spent asleep since the machine started.
nanoseconds asleep() {
  return clock_time(CLOCK_BOOTTIME) - clock_time(CLOCK_MONOTONIC);
}

/// While it lives, the signals are noted, and arrive only within ppoll().
class Noted {
 public:
  Noted() {
    stop_asked = 0;
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int each : signals)
      sigaddset(&blocked, each);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &m_mask);
    struct sigaction note {};
    note.sa_handler = [](int) { stop_asked = 1; };
    for (std::size_t i = 0; i < signals.size(); ++i) {
      ::sigaction(signals[i], nullptr, &m_actions[i]);
      // A signal that was ignored (nohup) stays so.
      if (m_actions[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &note, nullptr);
    }
  }
  Noted(const Noted&) = delete;
  Noted& operator=(const Noted&) = delete;
  ~Noted() {
    for (std::size_t i = 0; i < signals.size(); ++i)
      ::sigaction(signals[i], &m_actions[i], nullptr);
    ::pthread_sigmask(SIG_SETMASK, &m_mask, nullptr);
  }
  const sigset_t* outside() const { return &m_mask; }

 private:
  sigset_t m_mask{};
  std::array<struct sigaction, signals.size()> m_actions{};
};

int open_netlink() {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  if (fd >= 0) ::close(fd);
  return -1;
}

void drain(int fd) {
  std::array<char, 8192> buffer;
  while (::read(fd, buffer.data(), buffer.size()) > 0) {
  }
}

} // namespace

struct Waiting::Impl {
  int changes = -1, network = -1;
  ~Impl() {
    for (const int fd : {changes, network})
      if (fd >= 0) ::close(fd);
  }
};

Waiting::Waiting(const std::vector<std::string>& folders) : m_impl(std::make_unique<Impl>()) {
  m_impl->changes = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  for (const auto& folder : folders)
    if (m_impl->changes >= 0)
      ::inotify_add_watch(m_impl->changes, folder.c_str(), IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR);
  m_impl->network = open_netlink();
}
Waiting::Waiting(Waiting&&) noexcept = default;
Waiting::~Waiting() = default;

Woken Waiting::wait(milliseconds most) {
  const Noted noted;
  const auto slept = asleep();
  most = std::max(most, milliseconds{0});
  const timespec timeout{most.count() / 1000, most.count() % 1000 * 1'000'000};
  // A descriptor below zero is skipped by poll.
  std::array<pollfd, 2> watched{{{m_impl->changes, POLLIN, 0}, {m_impl->network, POLLIN, 0}}};
  const int found = ::ppoll(watched.data(), watched.size(), &timeout, noted.outside());
  if (stop_asked != 0) return Woken::Stop;
  if (asleep() - slept > nap) return Woken::Resumed;
  if (found <= 0) return Woken::Time;
  for (const auto& each : watched)
    if (each.revents != 0) drain(each.fd);
  return watched[0].revents != 0 ? Woken::Change : Woken::Network;
}

} // namespace crm::sync
