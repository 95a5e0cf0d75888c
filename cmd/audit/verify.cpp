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

core::Map verified_json(const app::Verified& verified) {
  const auto or_null = [](const std::string& id) { return id.empty() ? core::Value{} : core::Value{id}; };
  const auto& chain = verified.chain;
  core::Map out;
  core::List refusals;
  for (const auto& each : chain.refusals) {
    core::Map entry;
    entry.set("commit", each.commit);
    entry.set("summary", each.summary);
    entry.set("author", each.author);
    entry.set("reason", each.reason);
    entry.set("detail", each.detail);
    refusals.emplace_back(std::move(entry));
  }
  out.set("schema", "crm.audit-verify/1");
  out.set("ok", verified.ok());
  out.set("head", verified.head);
  out.set("first", or_null(chain.first));
  out.set("since", or_null(verified.since));
  out.set("commits", number(chain.commits));
  out.set("signed", number(chain.by_key));
  out.set("approved_later", number(chain.later));
  out.set("merges", number(chain.merges));
  out.set("before_keys", number(chain.before_keys));
  out.set("refused", std::move(refusals));
  return out;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

void print_verified(Context& context, const app::Verified& verified) {
  constexpr std::size_t shown = 20;
  const auto style = context.style();
  const auto& chain = verified.chain;
  for (std::size_t i = 0; i < std::min(shown, chain.refusals.size()); ++i) {
    const auto& each = chain.refusals[i];
    context.print(fmt::format("{}  {}  {}\n     {}\n     {} ({})\n", style.paint(Role::Bad, "BAD"),
                              style.paint(Role::Id, each.commit), base::printable(each.summary),
                              style.paint(Role::Dim, base::printable(each.author)),
                              base::printable(each.detail), each.reason));
  }
  if (chain.refusals.size() > shown)
    context.print(fmt::format("     and {} more\n", chain.refusals.size() - shown));
  std::vector<std::string> parts{fmt::format("{} signed", chain.by_key)};
  if (chain.later > 0)
    parts.push_back(fmt::format("{} signed with a key that was approved later", chain.later));
  parts.push_back(counted(chain.merges, "merge", "merges") + " recomputed");
  if (chain.before_keys > 0)
    parts.push_back(fmt::format("{} from before the store kept keys, unsigned", chain.before_keys));
  if (!verified.ok()) parts.push_back(fmt::format("{} REFUSED", chain.refusals.size()));
  const std::string from = verified.since.empty() ? chain.first : verified.since;
  context.print(
      fmt::format("{}  {} since {}: {}\n",
                  style.paint(verified.ok() ? Role::Good : Role::Bad, verified.ok() ? "ok " : "BAD"),
                  counted(chain.commits, "commit", "commits"), from.substr(0, 10), base::join(parts, ", ")));
  if (verified.pinned_now)
    context.say("this clone did not know yet with which commit the store begins: from now on it has to be " +
                chain.first.substr(0, 10));
}

} // namespace

void add_audit_verify(CLI::App& noun, Context& context) {
  auto request = std::make_shared<app::VerifyRequest>();
  auto* command = add_command(
      noun, "verify", "prove the history: who signed each batch, and that merges are nothing but merges",
      "  crm audit verify\n  crm audit verify --since 4f1d2c9e     what came after a commit that was good\n"
      "  crm audit verify --json || mail -s \"history\" admin\n"
      "From the commit with which the store began, each batch must be signed with a key that its author had "
      "at\n"
      "that time; each merge is made again and must come out the same. A device writes before its key is\n"
      "approved: such batches are good once somebody who was trusted has approved it. Exit 11 when one "
      "commit\n"
      "is not good; each is named, with the reason. Nothing in the store is changed.");
  command->add_option("--since", request->since, "take this commit for good, and all before it")
      ->type_name("COMMIT");
  command->callback([&context, request] {
    const auto verified = app::verify_history(context.workspace(), *request);
    if (!verified.ok()) context.exit_code = exit_code(base::Kind::VerificationFailed);
    if (!context.for_people()) return context.print_json(verified_json(verified));
    print_verified(context, verified);
  });
}

} // namespace crm::cmd
