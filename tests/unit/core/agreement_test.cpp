#include "catch.hpp"
#include "merge_schema.hpp"

#include "core/agreement.hpp"

using namespace crm::core;
using namespace crm::core::testing;

namespace {

using Names = std::vector<std::string>;

Policy policy(std::int64_t version, std::int64_t approvals, Names approvers) {
  Policy out;
  out.version = version;
  out.approvals = approvals;
  out.approvers = std::move(approvers);
  const Grant all{{true, {}}, {true, {}}, true};
  out.roles["owner"] = {{"policy", all}, {"member", all}};
  out.roles["staff"] = {{"visit", all}};
  return out;
}

const Actors people{{"alice", {"alice", "owner", true}},
                    {"bob", {"bob", "owner", true}},
                    {"carol", {"carol", "owner", true}},
                    {"dave", {"dave", "staff", true}},
                    {"eve", {"eve", "owner", false}}};

Schema member_schema() {
  Schema schema;
  schema.type = "member";
  schema.folder = "members";
  schema.key_field = "key";
  schema.fields = {field("key", Rule::Latest), field("keys", Rule::Set, Shape::Texts)};
  return schema;
}

} // namespace

TEST_CASE("a change of the policy counts with enough who want exactly that", "[agreement]") {
  const auto two = policy(3, 2, {"alice", "bob", "dave", "eve", "zoe"});
  // Of those who are named, dave may not change it, eve has left, and zoe is nobody.
  CHECK(who_may_agree(two, people) == Names{"alice", "bob"});
  CHECK(who_may_agree(policy(3, 1, {}), people) == Names{"alice", "bob", "carol"});
  struct Case {
    Policy now;
    std::string by;
    Names others;
    bool allowed;
  };
  const auto three = policy(3, 3, {"alice", "bob", "carol"});
  const std::vector<Case> cases{
      {policy(3, 1, {}), "carol", {}, true},   {two, "alice", {}, false},
      {two, "alice", {"bob"}, true},           {two, "bob", {"alice"}, true},
      {two, "alice", {"alice"}, false},        {two, "alice", {"carol", "dave", "eve", "zoe"}, false},
      {two, "carol", {"alice", "bob"}, false}, {three, "alice", {"bob"}, false},
      {three, "alice", {"bob", "bob"}, false}, {three, "alice", {"bob", "carol"}, true},
  };
  for (const auto& each : cases) {
    INFO(each.by << " of " << each.now.approvals);
    CHECK(!decide_agreement(each.now, people, each.by, each.others) == each.allowed);
  }
}

TEST_CASE("a policy follows another one by its number, and can be changed again", "[agreement]") {
  const auto one = policy(3, 1, {}), two = policy(3, 2, {"alice", "bob"});
  CHECK_FALSE(decide_succession(one, policy(4, 1, {}), people));
  CHECK_FALSE(decide_succession(one, policy(9, 1, {}), people));
  CHECK(decide_succession(one, policy(3, 1, {}), people));
  CHECK(decide_succession(one, policy(2, 1, {}), people));
  CHECK_FALSE(decide_succession(two, policy(4, 2, {"alice", "bob"}), people));
  CHECK(decide_succession(two, policy(5, 2, {"alice", "bob"}), people)); // whoever agreed knew of 3, not of 4
  // More than there are would lock everybody out.
  CHECK_FALSE(decide_succession(one, policy(4, 3, {"alice", "bob", "carol"}), people));
  CHECK(decide_succession(one, policy(4, 3, {"alice", "bob", "dave"}), people));
  CHECK(decide_succession(one, policy(4, 2, {"alice", "eve"}), people));
  auto nobodys = policy(4, 1, {});
  nobodys.roles["owner"].erase("policy");
  CHECK(decide_succession(one, nobodys, people));
}

TEST_CASE("the last who could change roles or the policy stays", "[agreement]") {
  struct Case {
    const char* what;
    Policy policy;
    Actors before, after;
    bool allowed;
  };
  const Actors one{{"alice", {"alice", "owner", true}}, {"dave", {"dave", "staff", true}}};
  Actors staff = one, gone = one, both = one, nobody = one;
  staff["alice"].role = "staff";
  gone["alice"].active = false;
  both["dave"].role = "owner";
  nobody.erase("alice");
  auto roles_only = policy(3, 1, {}), policy_only = policy(3, 1, {}), neither = policy(3, 1, {});
  roles_only.roles["owner"] = {{"member", {{}, {false, {"role"}}, false}}};
  policy_only.roles["owner"] = {{"policy", {{true, {}}, {true, {}}, true}}};
  neither.roles["owner"] = {{"member", {{}, {false, {"active", "name"}}, false}}};
  const auto two = policy(3, 2, {"alice", "bob"});
  const std::vector<Case> cases{
      {"the only owner becomes staff", policy(3, 1, {}), one, staff, false},
      {"the only owner leaves", policy(3, 1, {}), one, gone, false},
      {"the only owner is deleted", policy(3, 1, {}), one, nobody, false},
      {"another one has become owner", policy(3, 1, {}), one, both, true},
      {"one of several leaves", policy(3, 1, {}), people, {{"bob", {"bob", "owner", true}}}, true},
      {"who may give roles leaves", roles_only, one, staff, false},
      {"who may change the policy leaves", policy_only, one, staff, false},
      {"nobody could do either before", neither, one, staff, true},
      {"too few are left to agree, and one may give roles",
       two,
       people,
       {{"alice", {"alice", "owner", true}}},
       true},
      {"all of those leave", two, people, staff, false},
  };
  for (const auto& each : cases) {
    INFO(each.what);
    CHECK(!decide_who_is_left(each.policy, each.before, each.after) == each.allowed);
  }
}

TEST_CASE("who agrees is not for one of them to make up", "[agreement]") {
  const auto schema = member_schema();
  const auto two = policy(3, 2, {"alice", "bob"}), one = policy(3, 1, {});
  const Record bob = made(schema, map({{"key", "bob"}, {"keys", list({"k1"})}}));
  const Record more = with(bob, schema, "keys", list({"k1", "k2"}), at(3));
  const Record fewer = with(bob, schema, "keys", List{}, at(3));
  const Record dave = made(schema, map({{"key", "dave"}, {"keys", list({"k3"})}}));
  const Record renamed = with(dave, schema, "key", "bob", at(3));
  struct Case {
    const char* what;
    const Record *before, *after;
    std::string by;
    bool allowed;
  };
  const std::vector<Case> cases{
      {"another key, by somebody else", &bob, &more, "alice", false},
      {"another key, by himself", &bob, &more, "bob", true},
      {"a key taken away", &bob, &fewer, "alice", true},
      {"a key of somebody who is not asked", &bob, &dave, "alice", true},
      {"a second bob", nullptr, &bob, "alice", false},
      {"a member that becomes bob", &dave, &renamed, "alice", false},
  };
  for (const auto& each : cases) {
    INFO(each.what);
    CHECK(!decide_approver(two, schema, each.before, *each.after, each.by) == each.allowed);
    CHECK_FALSE(decide_approver(one, schema, each.before, *each.after, each.by));
  }
  auto other = schema;
  other.key_field = "keys";
  CHECK(decide_member_schema(two, schema, &other));
  CHECK(decide_member_schema(two, schema, nullptr));
  CHECK_FALSE(decide_member_schema(two, schema, &schema));
  CHECK_FALSE(decide_member_schema(one, schema, &other));
}

TEST_CASE("what another policy says otherwise, a line each", "[agreement]") {
  const auto before = policy(3, 1, {});
  auto after = policy(4, 2, {"alice", "bob"});
  after.roles["staff"]["visit"] = {{true, {}}, {false, {"stage", "notes"}}, false};
  after.roles["temp"] = {};
  CHECK(differences(before, after) == Names{"approvals: 1 → 2", "approvers: none → alice, bob",
                                            "staff: visit: update: all → stage, notes",
                                            "staff: visit: delete: all → none", "role temp: is new"});
  CHECK(differences(before, before).empty());
}
