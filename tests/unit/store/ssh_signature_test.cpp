#include "store/ssh_signature.hpp"

#include "amount.hpp"
#include "base/text.hpp"
#include "catch.hpp"
#include "store/commit_proof.hpp"
#include "store/key_environment.hpp"
#include "store/scratch_store.hpp"
#include "store/ssh_wire.hpp"

#include <sys/stat.h>

namespace crm::store {
namespace {

std::string text_of(KeyEnvironment& env, std::size_t length) {
  std::string out;
  while (out.size() < length)
    out += static_cast<char>(env.generator());
  return out;
}

SecretKey secret_of(const std::string& file) {
  auto parsed = parse_secret_key(file);
  REQUIRE(std::holds_alternative<SecretKey>(parsed));
  return std::get<SecretKey>(std::move(parsed));
}

std::string why(const std::variant<PublicKey, SignatureProblem>& checked) {
  const auto* problem = std::get_if<SignatureProblem>(&checked);
  return problem == nullptr ? "" : problem->detail;
}

} // namespace

TEST_CASE("ssh-keygen reads the keys that are written here", "[ssh]") {
  const ScratchFolder folder;
  KeyEnvironment env(1);
  const auto key = SecretKey::random(env);
  const auto file = folder.path + "/key";
  spill(file, key.to_file("alice@desk", env));
  ::chmod(file.c_str(), 0600);
  CHECK(run("ssh-keygen -y -f " + file).output == to_line(key.public_key(), "alice@desk") + "\n");
  CHECK(run("ssh-keygen -l -f " + file).output ==
        "256 " + fingerprint(key.public_key()) + " alice@desk (ED25519)\n");
  CHECK(secret_of(slurp(file)).public_key() == key.public_key());
}

TEST_CASE("Keys of ssh-keygen are read here", "[ssh]") {
  const ScratchFolder folder;
  const auto file = folder.path + "/key";
  REQUIRE(run("ssh-keygen -q -t ed25519 -N '' -C 'x y' -f " + file).code == 0);
  const auto key = secret_of(slurp(file));
  CHECK(to_line(key.public_key(), "x y") + "\n" == slurp(file + ".pub"));
  CHECK(parse_public_key(base::trim(slurp(file + ".pub"))) == key.public_key());
  REQUIRE(run("ssh-keygen -q -t ed25519 -N 'secret words' -f " + file + "2").code == 0);
  const auto locked = parse_secret_key(slurp(file + "2"));
  REQUIRE(std::holds_alternative<KeyProblem>(locked));
  CHECK(std::get<KeyProblem>(locked).has_passphrase);
  REQUIRE(run("ssh-keygen -q -t ecdsa -N '' -f " + file + "3").code == 0);
  CHECK(std::get<KeyProblem>(parse_secret_key(slurp(file + "3"))).why == "it is no ed25519 key");
}

TEST_CASE("Signatures go both ways between ssh-keygen and here", "[ssh]") {
  const ScratchFolder folder;
  KeyEnvironment env(2);
  const auto key = SecretKey::random(env);
  spill(folder.path + "/key", key.to_file("", env));
  ::chmod((folder.path + "/key").c_str(), 0600);
  spill(folder.path + "/allowed", "alice@desk namespaces=\"git\" " + to_line(key.public_key()) + "\n");
  const std::string message = text_of(env, 5000);
  spill(folder.path + "/message", message);
  spill(folder.path + "/ours", ssh_sign(key, message));
  const std::string verify = "ssh-keygen -Y verify -n git -I alice@desk -f " + folder.path + "/allowed -s ";
  CHECK(run(verify + folder.path + "/ours < " + folder.path + "/message").code == 0);
  CHECK(run(verify + folder.path + "/ours < " + folder.path + "/key").code != 0);
  REQUIRE(run("ssh-keygen -Y sign -n git -f " + folder.path + "/key " + folder.path + "/message").code == 0);
  // Ed25519 has no randomness, so they are even the same.
  CHECK(slurp(folder.path + "/message.sig") == ssh_sign(key, message));
  const auto checked = ssh_verify(slurp(folder.path + "/message.sig"), message);
  REQUIRE(std::holds_alternative<PublicKey>(checked));
  CHECK(std::get<PublicKey>(checked) == key.public_key());
  REQUIRE(run("(ssh-keygen -Y sign -O hashalg=sha256 -n git -f " + folder.path + "/key < " + folder.path +
              "/message 2>/dev/null > " + folder.path + "/short)")
              .code == 0);
  CHECK(why(ssh_verify(slurp(folder.path + "/short"), message)) == "");
}

TEST_CASE("A thousand signatures hold, and with any one bit changed they do not", "[ssh]") {
  KeyEnvironment env(3);
  const auto key = SecretKey::random(env);
  for (int i = 0; i < 1000; ++i) {
    std::string message = text_of(env, 1 + env.generator() % 300);
    const auto signature = ssh_sign(key, message);
    REQUIRE(why(ssh_verify(signature, message)) == "");
    message[env.generator() % message.size()] ^= static_cast<char>(1 << env.generator() % 8);
    REQUIRE(why(ssh_verify(signature, message)) == "its signature does not fit what it signs");
  }
  const std::string message = "book ada";
  auto bytes = ssh::unarmor("SSH SIGNATURE", ssh_sign(key, message));
  for (std::size_t at = 0; at < bytes->size(); ++at) {
    auto other = *bytes;
    other[at] ^= static_cast<char>(1 << at % 8);
    const auto checked = ssh_verify(ssh::armor("SSH SIGNATURE", other), message);
    // A changed key is another key, for which the signature does not hold either.
    REQUIRE_FALSE(why(checked).empty());
  }
}

TEST_CASE("A signature for another purpose is none for git", "[ssh]") {
  KeyEnvironment env(4);
  const auto key = SecretKey::random(env);
  CHECK(why(ssh_verify(ssh_sign(key, "m", "file"), "m")) ==
        "its signature is made for \"file\", not for \"git\"");
}

TEST_CASE("What is no signature or key is refused whatever it is", "[ssh]") {
  KeyEnvironment env(5);
  const auto key = SecretKey::random(env);
  const auto whole = ssh_sign(key, "m"), file = key.to_file("c", env);
  for (std::size_t length = 0; length + 2 < whole.size(); ++length)
    REQUIRE_FALSE(why(ssh_verify(whole.substr(0, length), "m")).empty());
  for (std::size_t length = 0; length + 2 < file.size(); ++length)
    REQUIRE(std::holds_alternative<KeyProblem>(parse_secret_key(file.substr(0, length))));
  const auto bytes = *ssh::unarmor("OPENSSH PRIVATE KEY", file);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto other = bytes;
    other[at] ^= 0x10;
    const auto parsed = parse_secret_key(ssh::armor("OPENSSH PRIVATE KEY", other));
    // Only in the comment does a bit change nothing that matters.
    if (const auto* read = std::get_if<SecretKey>(&parsed)) REQUIRE(read->public_key() == key.public_key());
  }
  for (const auto* line : {"", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAA", "ssh-rsa AAAAB3NzaC1yc2E=",
                           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==", "ssh-ed25519\nAAAA"})
    CHECK_FALSE(parse_public_key(line));
}

TEST_CASE("git verifies the commits that are signed here", "[ssh]") {
  KeyEnvironment env(6);
  const auto key = std::make_shared<SecretKey>(SecretKey::random(env));
  ScratchStore store;
  store.repository.sign_with([key](std::string_view payload) { return ssh_sign(*key, payload); });
  const std::vector<AllowedKey> allowed{{key->public_key(), "Alice", "front-desk"}};
  const int commits = test::amount(25, 1000); // git runs ssh-keygen twice for each
  std::vector<Oid> ids;
  for (int i = 0; i < commits; ++i) {
    auto subject = "Change " + std::to_string(env.generator());
    if (i % 3 == 1) subject += " – Zoë\n\ngpgsig none";
    ids.push_back(store.repository.begin(std::chrono::seconds(1))
                      .commit({{ada, "n: " + std::to_string(i) + "\n"}}, message(subject),
                              {"Alice", "Alice@front-desk", alice.time}));
  }
  spill(store.git_file("allowed"),
        "Alice@front-desk namespaces=\"git\" " + to_line(key->public_key()) + "\n");
  REQUIRE(store.git("config gpg.format ssh").code == 0);
  REQUIRE(store.git("config gpg.ssh.allowedSignersFile .git/allowed").code == 0);
  const auto told = store.git("log --format=%G?%GS -" + std::to_string(commits)).output;
  std::string expected;
  for (int i = 0; i < commits; ++i)
    expected += "GAlice@front-desk\n";
  CHECK(told == expected);
  for (const auto& id : ids) {
    const auto proof = verify_commit(store.repository.raw_commit(id), allowed);
    REQUIRE(std::holds_alternative<Proved>(proof));
    REQUIRE(std::get<Proved>(proof).device == "front-desk");
  }
  store.require_sound();
}

TEST_CASE("A commit is proved by its author's own key, and by nothing else", "[ssh]") {
  KeyEnvironment env(7);
  const auto key = SecretKey::random(env), other = SecretKey::random(env);
  const std::string payload = "tree 0000\nparent 1111\nauthor bob <bob@tablet> 1 +0000\n"
                              "committer bob <bob@tablet> 1 +0000\n\nBook\n\nCrm-Batch: 1\n";
  const auto commit = [](const std::string& body, std::string signature) {
    std::string folded;
    for (const auto line : base::split(signature, '\n'))
      if (!line.empty()) folded += (folded.empty() ? "gpgsig " : " ") + std::string(line) + "\n";
    auto out = body;
    return out.insert(out.find("\n\n") + 1, folded);
  };
  const std::vector<AllowedKey> allowed{{key.public_key(), "bob", "tablet"}};
  const auto why_not = [&](const std::string& bytes, const std::vector<AllowedKey>& keys) -> std::string {
    const auto proof = verify_commit(bytes, keys);
    const auto* no = std::get_if<NotProved>(&proof);
    return no == nullptr ? "" : std::string(to_text(no->why));
  };
  const auto good = commit(payload, ssh_sign(key, payload));
  CHECK(split_commit(good).payload == payload);
  CHECK(split_commit(good).author_email == "bob@tablet");
  CHECK(why_not(good, allowed) == "");
  CHECK(why_not(payload, allowed) == "unsigned");
  CHECK(why_not(good, {}) == "unknown-key");
  CHECK(why_not(commit(payload, ssh_sign(other, payload)), allowed) == "unknown-key");
  CHECK(why_not(good, {{key.public_key(), "alice", "tablet"}}) == "other-author");
  CHECK(why_not(good, {{key.public_key(), "bob", "phone"}}) == "other-author");
  CHECK(why_not(commit(payload, ssh_sign(key, payload, "file")), allowed) == "other-namespace");
  auto altered = good;
  altered.replace(altered.find("0000"), 4, "0001");
  CHECK(why_not(altered, allowed) == "wrong");
  CHECK(why_not(good.substr(0, good.find("-----END")), allowed) == "malformed");
  // A second author does not change who is asked for; a header behind the message is text.
  CHECK(why_not(payload + "gpgsig -----BEGIN", allowed) == "unsigned");
  for (std::size_t length = 0; length < good.size(); ++length)
    REQUIRE_FALSE(why_not(good.substr(0, length), allowed).empty());
}

} // namespace crm::store
