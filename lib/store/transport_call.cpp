#include "store/transport_call.hpp"

#include "base/env.hpp"

#include <iterator>

namespace crm::store {
namespace {

// What a remote may send in one piece. A store of half a million records is a quarter of this.
constexpr std::uint64_t largest_pack = std::uint64_t{2} << 30;

constexpr const char* quiet_ssh =
    "ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 "
    "-o ForwardAgent=no -o ForwardX11=no -o PermitLocalCommand=no -o RequestTTY=no";

std::vector<std::string> hardening(std::chrono::seconds patience) {
  std::vector<std::string> out;
  for (const std::string setting : {
           "core.hooksPath=/dev/null",
           "core.fsmonitor=false",
           "core.alternateRefsCommand=true", // `true` as a command: prints nothing
           "protocol.allow=never",
           "protocol.ext.allow=never",
           "protocol.fd.allow=never",
           "protocol.file.allow=always",
           "protocol.ssh.allow=always",
           "protocol.https.allow=always",
           "protocol.http.allow=always",
           "protocol.git.allow=always",
           "fetch.fsckObjects=true",
           "transfer.fsckObjects=true",
           "receive.fsckObjects=true",
           "fetch.recurseSubmodules=false",
           "submodule.recurse=false",
           "transfer.bundleURI=false",
           "gc.auto=0", // housekeeping has its own time
           "maintenance.auto=false",
           "push.gpgSign=false",
           "push.pushOption=", // none of those that are set for other repositories
           "push.followTags=false",
           "http.lowSpeedLimit=1",
           "core.bigFileThreshold=1m",     // what is larger is not held in memory
           "core.fsync=objects,reference", // in a clone that git made too
       }) {
    out.emplace_back("-c");
    out.push_back(setting);
  }
  out.emplace_back("-c");
  out.push_back("http.lowSpeedTime=" + std::to_string(patience.count()));
  return out;
}

/// The user's own ssh is used as it is: nothing is added to a command that somebody else wrote.
bool has_own_ssh(const std::string& root, std::chrono::seconds patience) {
  const base::SystemEnvironment environment;
  if (environment.variable("GIT_SSH_COMMAND") || environment.variable("GIT_SSH")) return true;
  const auto asked = run_git_watched({.root = root,
                                      .words = {"config", "--get", "core.sshCommand"},
                                      .environment = {},
                                      .patience = patience});
  return asked.status == 0;
}

} // namespace

OtherEnd other_end(const RemoteUrl& url, const std::string& hooks) {
  if (url.place != Place::Folder) return {"git-upload-pack", "git-receive-pack"};
  // The other end of a folder runs here, as us, with the folder's configuration and hooks: whoever wrote to
  // the stick would have their programs run. So: no hooks, no commands out of its configuration, no checkout.
  return {"git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.alternateRefsCommand=true "
          "-c gc.auto=0 upload-pack",
          "git -c core.hooksPath=" + (hooks.empty() ? "/dev/null" : shell_quoted(hooks)) +
              " -c core.fsmonitor=false -c core.alternateRefsCommand=true "
              "-c gc.auto=0 -c maintenance.auto=false -c receive.autogc=false "
              "-c receive.denyCurrentBranch=refuse -c receive.denyNonFastForwards=true "
              "-c receive.fsckObjects=true -c core.fsync=objects,reference receive-pack"};
}

GitRun talk(const std::string& root, const RemoteUrl& url, std::vector<std::string> words,
            std::chrono::seconds patience) {
  GitCall call{.root = root,
               .words = hardening(patience),
               .environment = {},
               .patience = patience,
               .largest_file = largest_pack};
  call.words.insert(call.words.end(), std::make_move_iterator(words.begin()),
                    std::make_move_iterator(words.end()));
  call.environment = {{"GIT_TERMINAL_PROMPT", "0"},  {"GIT_ASKPASS", "/bin/false"},
                      {"SSH_ASKPASS", "/bin/false"}, {"SSH_ASKPASS_REQUIRE", "never"},
                      {"GCM_INTERACTIVE", "never"},  {"GIT_ALLOW_PROTOCOL", "file:ssh:https:http:git"},
                      {"GIT_NO_LAZY_FETCH", "1"}};
  if (url.place == Place::Ssh && !has_own_ssh(root, patience))
    call.environment.emplace_back("GIT_SSH_COMMAND", quiet_ssh);
  return run_git_watched(call);
}

} // namespace crm::store
