// What came before what, along all parents. Commit times only say where to look first: devices' clocks are
// off.
#pragma once

#include "store/repository_impl.hpp"

#include <vector>

namespace crm::store {

/// True when `ancestor` is `commit` or came before it, whatever the clocks said. Throws Error(NotFound).
bool descends(const Repository::Impl& repository, const Oid& commit, const Oid& ancestor);

/// Reachable from `from` and not from `without` ("" for none): newest first, each before its parents.
/// Looks no further once it has `most` that are no merges, 0 for all.
std::vector<Oid> commits_between(const Repository::Impl& repository, const Oid& from, const Oid& without,
                                 std::size_t most = 0);

} // namespace crm::store
