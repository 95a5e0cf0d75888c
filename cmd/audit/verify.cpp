#include "app/audit/verify.hpp"

#include "base/text.hpp"
#include "cmd/audit/audit.hpp"
#include "cmd/exit_codes.hpp"

#include <fmt/format.h>

namespace crm::cmd {
namespace {

std::int64_t number(std::size_t count) {
  return static_cast<std::int64_t>(count);
}

/// What makes the history one that cannot be trusted: what nobody proved, and what nobody has put aside.
std::vector<sync::Refused> against(const app::Verified& verified) {
  auto out = verified.judgement.unproved;
  out.insert(out.end(), verified.judgement.standing.begin(), verified.judgement.standing.end());
  return out;
}

std::string author_as_claimed(const store::Commit& commit) {
  return commit.author.name + " <" + commit.author.email + ">";
}

/// Batches that do not count, and are put aside: that is as it should be.
std::size_t put_aside(const app::Verified& verified) {
  return verified.judgement.refused.size() -
         std::min(verified.judgement.refused.size(), verified.judgement.standing.size());
}

core::Map verified_json(Context& context, const app::Verified& verified) {
  const auto or_null = [](const std::string& id) { return id.empty() ? core::Value{} : core::Value{id}; };
  const auto& found = verified.judgement;
  core::Map out;
  core::List refusals;
  for (const auto& each : against(verified)) {
    const auto commit = context.workspace().repository().commit(each.commit);
    core::Map entry;
    entry.set("commit", each.commit);
    entry.set("summary", commit.summary);
    entry.set("author", author_as_claimed(commit));
    entry.set("reason", each.reason);
    entry.set("detail", each.detail);
    refusals.emplace_back(std::move(entry));
  }
  out.set("schema", "crm.audit-verify/1");
  out.set("ok", verified.ok());
  out.set("head", verified.head);
  out.set("first", or_null(verified.first));
  out.set("since", or_null(verified.since));
  out.set("commits", number(found.commits));
  out.set("signed", number(found.by_key));
  out.set("approved_later", number(found.later));
  out.set("merges", number(found.merges));
  out.set("before_keys", number(found.before_keys));
  out.set("put_aside", number(put_aside(verified)));
  out.set("refused", std::move(refusals));
  return out;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void print_verified(Context& context, const app::Verified& verified) {
  constexpr std::size_t shown = 20;
  const auto style = context.style();
  const auto& found = verified.judgement;
  const auto bad = against(verified);
  for (std::size_t i = 0; i < std::min(shown, bad.size()); ++i) {
    const auto& each = bad[i];
    const auto commit = context.workspace().repository().commit(each.commit);
    context.print(fmt::format("{}  {}  {}\n     {}\n     {} ({})\n", style.paint(Role::Bad, "BAD"),
                              style.paint(Role::Id, each.commit), base::printable(commit.summary),
                              style.paint(Role::Dim, base::printable(author_as_claimed(commit))),
                              base::printable(each.detail), each.reason));
  }
  if (bad.size() > shown) context.print(fmt::format("     and {} more\n", bad.size() - shown));
  std::vector<std::string> parts{fmt::format("{} signed", found.by_key)};
  if (found.later > 0)
    parts.push_back(fmt::format("{} signed with a key that was approved later", found.later));
  parts.push_back(counted(found.merges, "merge", "merges") + " recomputed");
  if (found.before_keys > 0)
    parts.push_back(fmt::format("{} from before the store kept keys, unsigned", found.before_keys));
  if (const auto count = put_aside(verified); count > 0) parts.push_back(fmt::format("{} put aside", count));
  if (!verified.ok()) parts.push_back(fmt::format("{} REFUSED", bad.size()));
  const std::string from = verified.since.empty() ? verified.first : verified.since;
  context.print(
      fmt::format("{}  {} since {}: {}\n",
                  style.paint(verified.ok() ? Role::Good : Role::Bad, verified.ok() ? "ok " : "BAD"),
                  counted(found.commits, "commit", "commits"), from.substr(0, 10), base::join(parts, ", ")));
  if (verified.pinned_now)
    context.say("this clone did not know yet with which commit the store begins: from now on it has to be " +
                verified.first.substr(0, 10));
}

} // namespace

void add_audit_verify(CLI::App& noun, Context& context) {
  auto request = std::make_shared<app::VerifyRequest>();
  auto* command = add_command(
      noun, "verify", "prove the history: who signed each batch, and that merges are nothing but merges",
      "  crm audit verify\n  crm audit verify --since 4f1d2c9e  # what came after a commit that was good\n"
      "  crm audit verify --json || mail -s \"history\" admin\n"
      "From the commit with which the store began, each batch must be signed with a key that its author had "
      "at\n"
      "that time; each merge is made again and must come out the same. A device writes before its key is\n"
      "approved: such batches are good once somebody who was trusted has approved it. What the policy did "
      "not "
      "allow\nmust have been put aside. Exit 11 when one commit is not good; each is named, with the reason. "
      "No file\nand no commit of the store is changed.");
  command->add_option("--since", request->since, "take this commit for good, and all before it")
      ->type_name("COMMIT");
  command->callback([&context, request] {
    const auto verified = app::verify_history(context.workspace(), *request);
    if (!verified.ok()) context.exit_code = exit_code(base::Kind::VerificationFailed);
    if (!context.for_people()) return context.print_json(verified_json(context, verified));
    print_verified(context, verified);
  });
}

} // namespace crm::cmd
