// How far working files and git's index are known to follow the commits, and what lies beyond.
#pragma once

#include "store/repository_impl.hpp"

#include <map>
#include <set>
#include <string>

namespace crm::store {

/// "" when it is not known.
Oid read_settled(const std::string& private_dir);
/// Throws Error(Failure).
void write_settled(const std::string& private_dir, const Oid& commit);

/// For each path that commits made by crm touched since: the blobs it had before them ("" for no file). A
/// working file of such a content is not a hand edit, it is late.
using Pending = std::map<std::string, std::set<Oid>, std::less<>>;

/// Empty when nothing is pending, and when HEAD was moved by hand (git brought the files along itself).
Pending pending_commits(const Repository::Impl& repository, const Oid& settled, const Oid& head);

/// The same from what is recorded as settled.
Pending unsettled(const Repository::Impl& repository, const Oid& head);

bool is_late(const Pending& pending, std::string_view path, const Oid& blob);

} // namespace crm::store
