#include "base/env.hpp"
#include "base/heap.hpp"
#include "base/trace.hpp"
#include "cmd/run.hpp"

#include <csignal>
#include <cstdio>

namespace {

void tell_span(std::string_view what, crm::base::Milliseconds took) {
  std::fprintf(stderr, "trace: %8.2f ms  %.*s\n", took.count(), static_cast<int>(what.size()), what.data());
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  crm::base::keep_heap();
  crm::base::SystemEnvironment env;
  if (env.variable("CRM_TRACE").value_or("0") != "0") crm::base::trace_spans(tell_span);
  return crm::cmd::run(env, crm::cmd::Terminal::detect(), {argv + 1, argv + argc});
}
