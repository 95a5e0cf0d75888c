#include "base/env.hpp"
#include "base/heap.hpp"
#include "cmd/run.hpp"

#include <csignal>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  crm::base::keep_heap();
  crm::base::SystemEnvironment env;
  return crm::cmd::run(env, crm::cmd::Terminal::detect(), {argv + 1, argv + argc});
}
