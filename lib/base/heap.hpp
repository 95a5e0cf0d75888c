// The heap of a program that lives for milliseconds.
#pragma once

#include <cstddef>

namespace crm::base {

/// Keeps what is freed for what comes, up to 16 MiB, instead of giving it back and asking for it again. Where
/// the C library is not glibc: nothing.
void keep_heap() noexcept;

/// Has `bytes` of the heap ready at once. Each page that is touched for the first time otherwise costs a
/// fault of its own: a fraction of a microsecond on bare metal, ten and more in some virtual machines. A
/// hint: what the system does not know (Linux before 5.14) or has not got is left out.
void ready_heap(std::size_t bytes) noexcept;

} // namespace crm::base
