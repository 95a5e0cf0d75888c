#include "store/transport_trouble.hpp"

#include "store/remote_url.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace crm::store {
namespace {

constexpr std::size_t most_lines = 12;
constexpr std::size_t longest_line = 400;
constexpr std::string_view by_remote = "remote: ";

/// Whose words count: git prefixes what the other side says.
enum class Speaker { Ours, Anybody };

struct Words {
  Trouble trouble;
  Speaker speaker;
  std::string_view words;
};

constexpr std::string_view prerequisites = "lacks these prerequisite commits";

// The first that fits counts. What comes first is the cause of what comes later: git says "the remote end
// hung up" after everything. All under LC_ALL=C: from git 2.39, OpenSSH 9.2 and curl 7.88 with OpenSSL or
// GnuTLS.
constexpr std::array table{
    Words{Trouble::Disk, Speaker::Anybody, "No space left on device"},
    Words{Trouble::Disk, Speaker::Anybody, "Disk quota exceeded"},
    Words{Trouble::Disk, Speaker::Anybody, "File too large"},
    Words{Trouble::HostKey, Speaker::Ours, "Host key verification failed"},
    Words{Trouble::HostKey, Speaker::Ours, "REMOTE HOST IDENTIFICATION HAS CHANGED"},
    Words{Trouble::HostKey, Speaker::Ours, "REVOKED HOST KEY DETECTED"},
    Words{Trouble::HostKey, Speaker::Ours, "server certificate verification failed"},
    Words{Trouble::HostKey, Speaker::Ours, "SSL certificate problem"},
    Words{Trouble::HostKey, Speaker::Ours, "SSL: no alternative certificate subject name"},
    Words{Trouble::HostKey, Speaker::Ours, "SSL: certificate subject name"},
    Words{Trouble::Network, Speaker::Ours, "Temporary failure in name resolution"},
    Words{Trouble::Name, Speaker::Ours, "Could not resolve host"},
    Words{Trouble::Name, Speaker::Ours, "Could not resolve proxy"},
    Words{Trouble::Name, Speaker::Ours, "Name or service not known"},
    Words{Trouble::Name, Speaker::Ours, "No address associated with hostname"},
    Words{Trouble::Name, Speaker::Ours, "unable to look up "},
    Words{Trouble::Auth, Speaker::Ours, "Permission denied ("},
    Words{Trouble::Auth, Speaker::Ours, "Too many authentication failures"},
    Words{Trouble::Auth, Speaker::Ours, "Authentication failed"},
    Words{Trouble::Auth, Speaker::Ours, "could not read Username"},
    Words{Trouble::Auth, Speaker::Ours, "could not read Password"},
    Words{Trouble::Auth, Speaker::Ours, "unable to read askpass response"},
    Words{Trouble::Auth, Speaker::Ours, "The requested URL returned error: 401"},
    Words{Trouble::Auth, Speaker::Ours, "The requested URL returned error: 403"},
    Words{Trouble::Auth, Speaker::Ours, "detected dubious ownership"},
    Words{Trouble::Auth, Speaker::Anybody, "insufficient permission for adding an object"},
    Words{Trouble::Auth, Speaker::Anybody, "': Permission denied"},
    Words{Trouble::Auth, Speaker::Ours, ": Permission denied"},
    Words{Trouble::Refused, Speaker::Anybody, "Read-only file system"},
    Words{Trouble::Missing, Speaker::Ours, "does not appear to be a git repository"},
    Words{Trouble::Missing, Speaker::Ours, "not a git repository"},
    Words{Trouble::Missing, Speaker::Ours, "invalid gitfile format"},
    Words{Trouble::Missing, Speaker::Ours, "access denied or repository not exported"},
    Words{Trouble::Missing, Speaker::Ours, "The requested URL returned error: 404"},
    Words{Trouble::Missing, Speaker::Ours, "ERROR: Repository not found"},
    Words{Trouble::Missing, Speaker::Ours, "' not found"},
    Words{Trouble::Missing, Speaker::Ours, "not valid: is this a git repository?"},
    Words{Trouble::Network, Speaker::Ours, "Connection refused"},
    Words{Trouble::Network, Speaker::Ours, "timed out"},
    Words{Trouble::Network, Speaker::Ours, "Timeout, server"},
    Words{Trouble::Network, Speaker::Ours, "Network is unreachable"},
    Words{Trouble::Network, Speaker::Ours, "No route to host"},
    Words{Trouble::Network, Speaker::Ours, "Connection reset"},
    Words{Trouble::Network, Speaker::Ours, "Connection closed by"},
    Words{Trouble::Network, Speaker::Ours, "kex_exchange_identification"},
    Words{Trouble::Network, Speaker::Ours, "Failed to connect to"},
    Words{Trouble::Network, Speaker::Ours, "Couldn't connect to server"},
    Words{Trouble::Network, Speaker::Ours, "Operation too slow"},
    Words{Trouble::Network, Speaker::Ours, "Empty reply from server"},
    Words{Trouble::Network, Speaker::Ours, "Recv failure"},
    Words{Trouble::Network, Speaker::Ours, "Send failure"},
    Words{Trouble::Network, Speaker::Ours, "The requested URL returned error: 5"},
    Words{Trouble::Refused, Speaker::Ours, "died of signal 25"}, // SIGXFSZ: larger than we let it be
    Words{Trouble::Refused, Speaker::Ours, "File too large"},
    Words{Trouble::Refused, Speaker::Ours, "fsck error"},
    Words{Trouble::Refused, Speaker::Ours, "bad pack header"},
    Words{Trouble::Refused, Speaker::Ours, "pack is corrupted"},
    Words{Trouble::Refused, Speaker::Ours, "inflate: data stream error"},
    Words{Trouble::Refused, Speaker::Ours, "inflate returned"},
    Words{Trouble::Refused, Speaker::Ours, "unresolved delta"},
    Words{Trouble::Refused, Speaker::Ours, "did not send all necessary objects"},
    Words{Trouble::Refused, Speaker::Ours, prerequisites},
    Words{Trouble::Refused, Speaker::Ours, "bad line length"},
    Words{Trouble::Refused, Speaker::Ours, "bad band"},
    Words{Trouble::Refused, Speaker::Anybody, "repository corruption"},
    Words{Trouble::Network, Speaker::Ours, "early EOF"},
    Words{Trouble::Network, Speaker::Ours, "unexpected disconnect"},
    Words{Trouble::Network, Speaker::Ours, "transfer closed with"},
    Words{Trouble::Network, Speaker::Ours, "RPC failed; curl"},
    Words{Trouble::Network, Speaker::Ours, "Broken pipe"},
    Words{Trouble::Network, Speaker::Ours, "hung up unexpectedly"},
    Words{Trouble::Refused, Speaker::Ours, "index-pack"},
    Words{Trouble::Refused, Speaker::Ours, "protocol error"},
    Words{Trouble::Refused, Speaker::Ours, "remote unpack failed"},
    Words{Trouble::Network, Speaker::Ours, "Could not read from remote repository"}, // ended without a word
};

// Why a remote did not move its ref although it was willing: somebody else has moved it.
constexpr std::array moved_meanwhile{"failed to update ref", "cannot lock ref", "failed to lock",
                                     "incorrect old value",  "already exists",  "non-fast-forward",
                                     "fetch first",          "stale info",      "transaction"};

bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

/// Lines without what a carriage return took back.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (auto line : base::split(text, '\n')) {
    while (line.ends_with('\r'))
      line.remove_suffix(1);
    if (const auto back = line.rfind('\r'); back != std::string_view::npos) line.remove_prefix(back + 1);
    line = base::trim(line);
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

bool is_noise(std::string_view line) {
  constexpr std::array beginnings{"Enumerating objects",
                                  "Counting objects",
                                  "Compressing objects",
                                  "Receiving objects",
                                  "Unpacking objects",
                                  "Resolving deltas",
                                  "Writing objects",
                                  "Checking connectivity",
                                  "Total ",
                                  "Delta compression",
                                  "hint:",
                                  "POST git-",
                                  "From ",
                                  "To ",
                                  "Pushing to ",
                                  "@@@@",
                                  "warning: option \"uploadpack\" is ignored",
                                  "Please make sure you have the correct access rights",
                                  "and the repository exists."};
  if (line.starts_with(by_remote)) line.remove_prefix(by_remote.size());
  return line.empty() || std::any_of(beginnings.begin(), beginnings.end(),
                                     [&](std::string_view each) { return line.starts_with(each); });
}

Trouble trouble_in(std::string_view errors) {
  const auto lines = lines_of(errors);
  for (const auto& each : table)
    for (const auto line : lines)
      if ((each.speaker == Speaker::Anybody || !line.starts_with("remote:")) && contains(line, each.words))
        return each.trouble;
  return Trouble::Other;
}

/// What is pushed beside the branch may be refused: not every host has room for other refs.
bool is_branch(std::string_view line) {
  return contains(line, ":refs/heads/");
}

/// "!\tabc:refs/heads/main\t[remote rejected] (hook declined)" → the last part.
std::string_view refusal_in(std::string_view output) {
  for (const auto line : base::split(output, '\n'))
    if (line.starts_with("!\t") && is_branch(line)) return line.substr(line.rfind('\t') + 1);
  return {};
}

bool took_it(std::string_view output) {
  for (const auto line : base::split(output, '\n'))
    if (is_branch(line) && (line.starts_with(" \t") || line.starts_with("*\t") || line.starts_with("=\t")))
      return true;
  return false;
}

} // namespace

std::string_view to_text(Trouble trouble) {
  switch (trouble) {
  case Trouble::None:
    return "ok";
  case Trouble::Network:
    return "network";
  case Trouble::Name:
    return "name";
  case Trouble::Auth:
    return "auth";
  case Trouble::HostKey:
    return "host-key";
  case Trouble::Missing:
    return "missing";
  case Trouble::OtherStore:
    return "other-store";
  case Trouble::Rejected:
    return "rejected";
  case Trouble::Refused:
    return "refused";
  case Trouble::Disk:
    return "disk";
  case Trouble::Other:
    break;
  }
  return "other";
}

std::string_view in_words(std::string_view trouble) {
  static constexpr std::pair<Trouble, std::string_view> sentences[] = {
      {Trouble::Network, "it cannot be reached"},
      {Trouble::Name, "the host's name is not known"},
      {Trouble::Auth, "access was refused"},
      {Trouble::HostKey, "the host is not the one that is known by that name"},
      {Trouble::Missing, "there is no repository at that place"},
      {Trouble::OtherStore, "it holds something other than a store"},
      {Trouble::Rejected, "other devices were first"},
      {Trouble::Refused, "it does not take what was sent"},
      {Trouble::Disk, "there is no room"},
      {Trouble::Other, "it did not work"},
  };
  for (const auto& [each, sentence] : sentences)
    if (to_text(each) == trouble) return sentence;
  return "";
}

bool is_unreached(std::string_view trouble) {
  return trouble == to_text(Trouble::Network) || trouble == to_text(Trouble::Name) ||
         trouble == to_text(Trouble::Missing);
}

Trouble trouble_of(const GitRun& run) {
  if (run.end == GitRun::End::Stalled) return Trouble::Network;
  return run.status == 0 ? Trouble::None : trouble_in(run.errors);
}

Trouble trouble_of_push(const GitRun& run) {
  const auto refusal = refusal_in(run.output);
  if (run.end == GitRun::End::Stalled || refusal.empty()) {
    if (run.end == GitRun::End::Exited && took_it(run.output)) return Trouble::None;
    const auto trouble = trouble_of(run);
    return trouble == Trouble::None ? Trouble::Other : trouble;
  }
  if (refusal.starts_with("[rejected]")) return Trouble::Rejected;
  if (refusal.starts_with("[remote failure]"))
    return Trouble::Network; // it may have done it, and could not say so
  const auto deeper = trouble_in(run.errors);
  if (deeper == Trouble::Disk || deeper == Trouble::Auth) return deeper;
  // A lock that another push holds at this moment; and one that cannot be made for other reasons is above.
  const bool moved = std::any_of(moved_meanwhile.begin(), moved_meanwhile.end(),
                                 [&](std::string_view each) { return contains(refusal, each); });
  return moved && deeper != Trouble::Refused ? Trouble::Rejected : Trouble::Refused;
}

bool is_refused_as_checked_out(const GitRun& run) {
  return contains(refusal_in(run.output), "(branch is currently checked out)");
}

Contact contact_of(const GitRun& run, Trouble trouble) {
  if (trouble == Trouble::None) return {};
  auto said = said_by(run);
  return {trouble, said.empty() ? fmt::format("git ended with status {}", run.status) : std::move(said)};
}

bool lacks_branch(const GitRun& run) {
  if (run.end != GitRun::End::Exited || run.status == 0) return false;
  const auto lines = lines_of(run.errors);
  return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    return line.starts_with("fatal: couldn't find remote ref refs/heads/");
  });
}

bool lacks_beginning(const GitRun& run) {
  return run.status != 0 && contains(run.errors, prerequisites);
}

std::string said_by(const GitRun& run) {
  std::vector<std::string> out;
  if (run.end == GitRun::End::Stalled) out.emplace_back("nothing came any more, and the wait was given up");
  if (const auto refusal = refusal_in(run.output); !refusal.empty())
    out.push_back(base::printable(base::fit(refusal, longest_line)));
  for (const auto line : lines_of(run.errors)) {
    if (is_noise(line)) continue;
    auto text = base::fit(base::printable(without_secrets(line)), longest_line);
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  if (out.size() > 1) std::erase(out, "fatal: Could not read from remote repository.");
  // The first lines name the cause, and the last what git made of it.
  if (out.size() > most_lines)
    out.erase(out.begin() + most_lines / 2, out.end() - static_cast<std::ptrdiff_t>(most_lines / 2));
  return base::join(out, "\n");
}

} // namespace crm::store
