// How much of something a test looks at.
#pragma once
#include <cstdlib>

namespace crm::test {

/// `few` in a run that people wait for, `many` in the long form of all tests (CTEST_LONG=1, as `tests/run
/// --long` has it).
inline int amount(int few, int many) {
  return std::getenv("CTEST_LONG") != nullptr ? many : few;
}

} // namespace crm::test
