// policy: who may do what, and how that is changed where several have to agree.
#include "app/policy.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "cmd/command.hpp"
#include "cmd/render/table.hpp"
#include "cmd/shape.hpp"

#include <fmt/format.h>
#include <fstream>
#include <iostream>

namespace crm::cmd {
namespace {

constexpr std::size_t shown_of_an_id = 8;

std::string read_text(const std::string& file) {
  constexpr std::size_t most = 256 * 1024;
  std::ifstream opened;
  if (file != "-") opened.open(file, std::ios::binary);
  if (!opened)
    throw base::Error(base::Kind::NotFound, "there is no file " + base::printable(file),
                      "give the whole policy as a file: a copy of policy/roles.yaml, changed");
  std::istream& in = file == "-" ? std::cin : opened;
  std::string text(most + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > most) throw base::Error(base::Kind::Usage, "a policy has at most 256 KiB");
  return text;
}

core::List list_of(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

core::Value scope_json(const core::Scope& scope) {
  return scope.all ? core::Value{"all"} : core::Value{list_of(scope.fields)};
}

std::vector<core::Map> grants_json(const core::Policy& policy) {
  std::vector<core::Map> out;
  for (const auto& [role, rules] : policy.roles)
    for (const auto& [type, grant] : rules) {
      core::Map each;
      each.set("role", role);
      each.set("type", type);
      each.set("create", scope_json(grant.create));
      each.set("update", scope_json(grant.update));
      each.set("delete", grant.remove);
      out.push_back(std::move(each));
    }
  return out;
}

core::Map proposal_json(const app::Proposal& proposal) {
  core::Map out;
  out.set("id", proposal.id);
  out.set("version", proposal.policy.version);
  out.set("agreed", list_of(proposal.agreed));
  out.set("differences", list_of(proposal.differences));
  out.set("text", proposal.text);
  return out;
}

std::string scope_words(const core::Scope& scope) {
  return scope.all ? "all" : base::join(scope.fields, ", ");
}

void print_state(Context& context, const app::PolicyState& state) {
  const auto& policy = state.policy;
  const auto may = base::join(state.may_agree, ", ");
  context.print(fmt::format("Version {}; {}\n\n", policy.version,
                            policy.approvals > 1
                                ? fmt::format("{} of {} must agree to change it", policy.approvals, may)
                                : (may.empty() ? "nobody" : may) + " may change it"));
  Table table;
  for (const char* heading : {"Role", "Type", "Create", "Update", "Delete"})
    table.column({heading});
  for (const auto& [role, rules] : policy.roles) {
    if (rules.empty()) table.row({{role}, {"(reads only)"}, {""}, {""}, {""}});
    for (const auto& [type, grant] : rules)
      table.row({{role},
                 {type},
                 {scope_words(grant.create)},
                 {scope_words(grant.update)},
                 {grant.remove ? "all" : ""}});
  }
  context.print(table.render(context.terminal(), context.style()));
  for (const auto& each : state.proposals)
    context.print(fmt::format("\nProposed: version {} ({}); {} of {} agree: {}\n  crm policy show {} · crm "
                              "policy approve {}\n",
                              each.policy.version, each.id.substr(0, shown_of_an_id), each.agreed.size(),
                              policy.approvals, base::join(each.agreed, ", "), each.agreed.front(),
                              each.agreed.front()));
}

void run_show(Context& context, const std::string& who) {
  const auto state = app::policy_state(context.workspace());
  if (!who.empty()) {
    const auto& proposal = app::find_proposal(state, who);
    if (!context.for_people()) {
      core::Map document;
      document.set("schema", "crm.policy-proposal/1");
      document.set("proposal", proposal_json(proposal));
      return context.print_json(document);
    }
    context.print(fmt::format("Version {} ({}), as {} would have it:\n", proposal.policy.version,
                              proposal.id.substr(0, shown_of_an_id), base::join(proposal.agreed, ", ")));
    for (const auto& line : proposal.differences)
      context.print("  " + base::printable(line) + "\n");
    if (proposal.differences.empty()) context.print("  nothing but words for people is otherwise\n");
    return;
  }
  if (context.for_people()) return print_state(context, state);
  const auto grants = grants_json(state.policy);
  if (context.format() != Format::Json)
    return context.print_rows({"role", "type", "create", "update", "delete"}, grants);
  core::Map document;
  core::List proposals;
  for (const auto& each : state.proposals)
    proposals.emplace_back(proposal_json(each));
  document.set("schema", "crm.policy/1");
  document.set("version", state.policy.version);
  document.set("approvals", state.policy.approvals);
  document.set("approvers", list_of(state.policy.approvers));
  document.set("may_agree", list_of(state.may_agree));
  document.set("grants", core::List(grants.begin(), grants.end()));
  document.set("proposals", std::move(proposals));
  context.print_json(document);
}

void print_proposed(Context& context, const app::Proposed& done) {
  if (!context.for_people()) {
    core::Map document;
    document.set("schema", "crm.policy-proposed/1");
    document.set("proposal", proposal_json(done.proposal));
    document.set("in_force", done.in_force);
    document.set("approvals", done.approvals);
    document.set("asked", list_of(done.asked));
    document.set("batch", batch_json(context.workspace(), done.committed, context.take_warnings()));
    return context.print_json(document);
  }
  const bool dry = done.committed.mode == app::Mode::DryRun;
  const auto& proposal = done.proposal;
  for (const auto& line : proposal.differences)
    context.print("  " + base::printable(line) + "\n");
  if (done.in_force)
    return context.print(fmt::format("Version {} of the policy {} in force.\n", proposal.policy.version,
                                     dry ? "would be" : "is"));
  context.print(fmt::format("{} version {} of the policy ({}): {} of {} agree. Ask {}: `crm policy approve "
                            "{}`, after a sync.\n",
                            dry ? "Would propose" : "Proposed", proposal.policy.version,
                            proposal.id.substr(0, shown_of_an_id), proposal.agreed.size(), done.approvals,
                            base::join(done.asked, ", "), context.workspace().member()));
}

} // namespace

void add_policy(CLI::App& root, Context& context) {
  auto* noun = add_command(root, "policy", "who may do what, and who must agree before that changes",
                           "  crm policy  # roles, and what is proposed\n"
                           "  crm policy propose new.yaml  # put it in force, or ask the others\n"
                           "  crm policy show alice  # what alice proposes, against what is in force\n"
                           "  crm policy approve alice  # want the same");
  noun->require_subcommand(0, 1);
  auto who = std::make_shared<std::string>();
  auto mode = std::make_shared<app::Mode>(app::Mode::Write);
  auto* show = add_command(*noun, "show", "the policy in force; or a proposal, and what it changes",
                           "  crm policy show\n  crm policy show alice\n  crm policy show 3fa9c0d1 --json");
  complete(context,
           show->add_option("who", *who, "a member who proposes it, or its id")->type_name("MEMBER|ID"),
           Completes::Proposal);
  show->callback([&context, who] { run_show(context, *who); });
  auto* propose = add_command(*noun, "propose", "want a policy in the place of the one in force",
                              "  crm policy propose policy/roles.yaml  # as it was edited in its place\n"
                              "  crm policy propose new.yaml --dry-run\n  crm policy propose -");
  propose->add_option("file", *who, "the whole text, with `version` raised by one; - reads it from here")
      ->required()
      ->type_name("FILE|-");
  add_dry_run(*propose, *mode);
  propose->callback([&context, who, mode] {
    print_proposed(context, app::propose_policy(context.workspace(), read_text(*who), *mode));
  });
  auto* approve = add_command(*noun, "approve", "want the same as somebody else",
                              "  crm policy approve alice\n  crm policy approve 3fa9c0d1 --dry-run");
  complete(context,
           approve->add_option("who", *who, "a member who proposes it, or its id")
               ->required()
               ->type_name("MEMBER|ID"),
           Completes::Proposal);
  add_dry_run(*approve, *mode);
  approve->callback([&context, who, mode] {
    print_proposed(context, app::approve_policy(context.workspace(), *who, *mode));
  });
  auto* withdraw = add_command(*noun, "withdraw", "want nothing else any more", "  crm policy withdraw");
  add_dry_run(*withdraw, *mode);
  withdraw->callback(
      [&context, mode] { answer(context, app::withdraw_policy(context.workspace(), *mode), ""); });
  noun->callback([noun, &context] {
    if (noun->get_subcommands().empty()) run_show(context, "");
  });
}

} // namespace crm::cmd
