// What a remote says it has, before anything is taken from it.
#pragma once

#include "store/git_handles.hpp"
#include "store/remote_url.hpp"
#include "store/transport.hpp"

#include <map>

namespace crm::store {

struct Listing : Contact {
  Oid tip; ///< of the branch; "" where it has none
  /// Signs of life by device, a thousand at most; what is called as no device can be is left out.
  std::map<std::string, Oid> devices;
  std::vector<std::string> branches; ///< the others
};

/// Of a folder, read as files; nothing where git has to be asked.
std::optional<Listing> read_listing(const RemoteUrl& url, const std::string& branch);
/// By asking git.
Listing ask_listing(const Repository& repository, const Remote& remote, const std::string& branch,
                    std::chrono::seconds patience);

/// What to fetch for the signs of life that are not here as they are there: "+THERE:HERE" each.
std::vector<std::string> news_of_devices(git_repository* here, const Listing& listing,
                                         const std::string& remote);
/// Signs of life of a remote that no device can have left: in the way of others, as refs are files in
/// folders.
void clear_odd_devices(git_repository* here, const std::string& remote);

} // namespace crm::store
