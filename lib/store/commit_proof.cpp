#include "store/commit_proof.hpp"

#include "base/text.hpp"
#include "core/stamp.hpp"
#include "store/ssh_signature.hpp"

#include <algorithm>

namespace crm::store {
namespace {

using Why = NotProved::Why;

Why why_of(SignatureProblem::Why why) {
  switch (why) {
  case SignatureProblem::Why::Malformed:
    return Why::Malformed;
  case SignatureProblem::Why::OtherAlgorithm:
    return Why::OtherAlgorithm;
  case SignatureProblem::Why::OtherNamespace:
    return Why::OtherNamespace;
  case SignatureProblem::Why::Wrong:
    break;
  }
  return Why::Wrong;
}

void read_author(std::string_view line, SignedCommit& out) {
  const auto open = line.find('<'), close = line.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
  out.author_name = base::trim(line.substr(0, open));
  out.author_email = line.substr(open + 1, close - open - 1);
}

} // namespace

SignedCommit split_commit(std::string_view commit) {
  SignedCommit out;
  // Of a header that runs over several lines, each further one begins with a space.
  enum class In { Other, Signature, OtherSignature } in = In::Other;
  while (!commit.empty() && commit.front() != '\n') {
    const auto end = std::min(commit.find('\n'), commit.size() - 1) + 1;
    const auto line = commit.substr(0, end);
    commit.remove_prefix(end);
    if (line.front() != ' ') {
      in = line.starts_with("gpgsig ")          ? In::Signature
           : line.starts_with("gpgsig-sha256 ") ? In::OtherSignature
                                                : In::Other;
      if (line.starts_with("author ") && out.author_name.empty()) read_author(line.substr(7), out);
    }
    if (in == In::Other) out.payload += line;
    if (in == In::Signature) out.signature += line.substr(line.front() == ' ' ? 1 : 7);
  }
  out.payload += commit;
  return out;
}

std::string_view to_text(Why why) {
  switch (why) {
  case Why::Unsigned:
    return "unsigned";
  case Why::Malformed:
    return "malformed";
  case Why::OtherAlgorithm:
    return "other-algorithm";
  case Why::OtherNamespace:
    return "other-namespace";
  case Why::Wrong:
    return "wrong";
  case Why::UnknownKey:
    return "unknown-key";
  case Why::OtherAuthor:
    return "other-author";
  }
  return "";
}

std::variant<Proved, NotProved> verify_commit(std::string_view commit, std::span<const AllowedKey> allowed) {
  const auto parts = split_commit(commit);
  if (parts.signature.empty()) return NotProved{Why::Unsigned, "it is not signed"};
  const auto checked = ssh_verify(parts.signature, parts.payload);
  if (const auto* problem = std::get_if<SignatureProblem>(&checked))
    return NotProved{why_of(problem->why), problem->detail};
  const auto& key = std::get<PublicKey>(checked);
  const std::string named = base::printable(base::fit(parts.author_email, 90));
  const AllowedKey* owner = nullptr;
  for (const auto& each : allowed) {
    if (each.key != key) continue;
    if (each.member == parts.author_name && each.member + "@" + each.device == parts.author_email)
      return Proved{key, each.member, each.device};
    owner = &each;
  }
  if (owner == nullptr)
    return NotProved{Why::UnknownKey, "it is signed with a key that nobody vouched for, " + fingerprint(key) +
                                          ", in the name of " + named};
  return NotProved{Why::OtherAuthor, "it is signed with the key of " + owner->member + "@" + owner->device +
                                         ", in the name of " + named};
}

std::string allowed_signers(std::span<const AllowedKey> keys) {
  std::vector<std::string> lines;
  for (const auto& each : keys)
    if (core::is_name(each.member) && core::is_name(each.device)) // nothing else can stand in such a line
      lines.push_back(each.member + "@" + each.device + " namespaces=\"git\" " + to_line(each.key) + "\n");
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  return base::join(lines, "");
}

} // namespace crm::store
