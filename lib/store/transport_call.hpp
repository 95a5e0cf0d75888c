// git's words and environment for talking with a remote: what is switched off, and why.
#pragma once

#include "store/git_program.hpp"
#include "store/remote_url.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace crm::store {

/// The programs that git starts at the other end.
struct OtherEnd {
  std::string upload_pack, receive_pack;
};
/// `hooks`: for a folder, the only hooks that are run ("" for none); the folder's own never are.
OtherEnd other_end(const RemoteUrl& url, const std::string& hooks = {});

/// `git <hardening> words…` in `root`, with what url's place wants.
GitRun talk(const std::string& root, const RemoteUrl& url, std::vector<std::string> words,
            std::chrono::seconds patience);

} // namespace crm::store
