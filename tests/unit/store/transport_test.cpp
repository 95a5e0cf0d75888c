#include "amount.hpp"
#include "store/git_program.hpp"
#include "store/scratch_store.hpp"
#include "store/transport.hpp"

#include <csignal>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

namespace crm::store {
namespace {

using namespace std::chrono_literals;
constexpr auto patience = 10s;

/// A store and an empty bare repository beside it.
struct Pair {
  Pair() : bare(store.folder.path + "/office.git"), office{"office", bare} {
    REQUIRE(run("git init -q --bare -b main " + bare).code == 0);
  }
  /// Another device's clone, with its own working files.
  Repository joined(const std::string& name) const {
    const std::string path = store.folder.path + "/" + name;
    REQUIRE(clone(bare, path, patience).ok());
    auto repository = Repository::open(path);
    const auto tip = last_seen(repository, "origin");
    REQUIRE(tip);
    REQUIRE(run("git -C " + path + " reset -q --hard " + *tip).code == 0);
    return repository;
  }
  Contact push_head() { return push(store.repository, office, store.repository.head(), patience); }
  Oid bare_tip() const { return word(run("git -C " + bare + " rev-parse refs/heads/main").output); }
  static std::string word(const std::string& text) { return text.substr(0, text.find('\n')); }

  ScratchStore store;
  std::string bare;
  Remote office;
};

/// A variable of the environment, as long as this lives.
struct Setting {
  Setting(const char* variable, const std::string& value) : name(variable) {
    ::setenv(name, value.c_str(), 1);
  }
  Setting(const Setting&) = delete;
  ~Setting() { ::unsetenv(name); }
  const char* name;
};

/// Stands for ssh: runs here what was meant for the other end.
struct FakeSsh {
  explicit FakeSsh(const std::string& folder, const std::string& body = "shift; exec sh -c \"$*\"")
      : path(folder + "/fake-ssh"), setting("GIT_SSH_COMMAND", path), kind("GIT_SSH_VARIANT", "simple") {
    spill(path, "#!/bin/sh\n" + body + "\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  std::string path;
  Setting setting, kind;
};

int closed_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

Trouble trouble_at(const Pair& pair, const std::string& url) {
  const auto fetched = fetch(pair.store.repository, {"there", url}, patience);
  INFO(fetched.said);
  CHECK((fetched.ok() || !fetched.said.empty()));
  return fetched.trouble;
}

} // namespace

TEST_CASE("what is pushed to a folder is there, remembered, and comes to another device", "[transport]") {
  Pair pair;
  REQUIRE(last_seen(pair.store.repository, "office") == std::nullopt);
  const auto first = fetch(pair.store.repository, pair.office, patience);
  REQUIRE(first.ok());
  REQUIRE(first.tip.empty());
  REQUIRE(pair.push_head().ok());
  REQUIRE(pair.bare_tip() == pair.store.repository.head());
  REQUIRE(last_seen(pair.store.repository, "office") == pair.store.repository.head());

  auto other = pair.joined("tablet");
  REQUIRE(other.head() == pair.store.repository.head());
  REQUIRE(slurp(other.root() + "/crm.yaml") == "format: 1\n");

  const auto before = pair.store.repository.head();
  pair.store.write(bob, "id: 9hq2k2m9qxv0tbn4\nname: Bob\n");
  REQUIRE(pair.push_head().ok());
  const auto fetched = fetch(other, {"origin", pair.bare}, patience);
  REQUIRE(fetched.ok());
  REQUIRE(fetched.before == before);
  REQUIRE(fetched.tip == pair.store.repository.head());
  REQUIRE_FALSE(fetched.rewound());
  REQUIRE(last_seen(other, "origin") == fetched.tip);
  REQUIRE(run("git -C " + other.root() + " for-each-ref refs/crm/incoming").output.empty());
  REQUIRE(probe(other, {"origin", pair.bare}, patience).ok());
  REQUIRE(other.head() == before); // fetching moves nothing of ours
}

TEST_CASE("a push on top of an old state is rejected, and the other device's commit stays", "[transport]") {
  Pair pair;
  REQUIRE(pair.push_head().ok());
  auto other = pair.joined("tablet");
  other.begin(1s).commit({{bob, "name: Bob\n"}}, message("Theirs"), alice);
  REQUIRE(push(other, {"origin", pair.bare}, other.head(), patience).ok());

  pair.store.write(ada, "id: 7f3k2m9qxv0tbn4c\nname: Ada L\n");
  const auto refused = pair.push_head();
  REQUIRE(refused.trouble == Trouble::Rejected);
  REQUIRE(pair.bare_tip() == other.head());
  REQUIRE(last_seen(pair.store.repository, "office") != pair.store.repository.head());
  // Still so when the newer commit is known here.
  REQUIRE(fetch(pair.store.repository, pair.office, patience).ok());
  REQUIRE(pair.push_head().trouble == Trouble::Rejected);
}

TEST_CASE("a history that was rewritten is told, and what was seen is kept until somebody agrees",
          "[transport]") {
  Pair pair;
  const auto first = pair.store.repository.head();
  pair.store.write(bob, "name: Bob\n");
  const auto second = pair.store.repository.head();
  REQUIRE(pair.push_head().ok());
  const std::string in_bare = "git -C " + pair.bare + " update-ref refs/heads/main ";
  REQUIRE(run(in_bare + first).code == 0);
  for (int again = 0; again < 2; ++again) {
    const auto fetched = fetch(pair.store.repository, pair.office, patience);
    REQUIRE(fetched.ok());
    REQUIRE(fetched.rewound());
    REQUIRE(fetched.before == second);
    REQUIRE(fetched.tip == first);
    REQUIRE(last_seen(pair.store.repository, "office") == second);
  }
  REQUIRE(run("git -C " + pair.bare + " update-ref -d refs/heads/main").code == 0);
  const auto gone = fetch(pair.store.repository, pair.office, patience);
  REQUIRE(gone.ok());
  REQUIRE(gone.rewound());
  REQUIRE(gone.tip.empty());

  REQUIRE(run(in_bare + first).code == 0);
  set_last_seen(pair.store.repository, "office", first);
  REQUIRE_FALSE(fetch(pair.store.repository, pair.office, patience).rewound());
}

TEST_CASE("a folder that is not there is missing, and an empty one becomes a remote by the first push",
          "[transport]") {
  Pair pair;
  const Remote stick{"stick", pair.store.folder.path + "/media/stick"};
  REQUIRE(fetch(pair.store.repository, stick, patience).trouble == Trouble::Missing);
  REQUIRE(push(pair.store.repository, stick, pair.store.repository.head(), patience).trouble ==
          Trouble::Missing);
  REQUIRE(probe(pair.store.repository, stick, patience).trouble == Trouble::Missing);
  REQUIRE_FALSE(std::filesystem::exists(stick.url));

  std::filesystem::create_directories(stick.url);
  const auto empty = fetch(pair.store.repository, stick, patience);
  REQUIRE(empty.ok());
  REQUIRE(empty.tip.empty());
  REQUIRE(push(pair.store.repository, stick, pair.store.repository.head(), patience).ok());
  REQUIRE(run("git -C " + stick.url + " symbolic-ref HEAD").output == "refs/heads/main\n");
  REQUIRE(fetch(pair.store.repository, stick, patience).tip == pair.store.repository.head());

  // A mount point whose stick is gone is an empty folder too; nothing is made there.
  std::filesystem::remove_all(stick.url);
  std::filesystem::create_directories(stick.url);
  REQUIRE(fetch(pair.store.repository, stick, patience).trouble == Trouble::Missing);
  REQUIRE(push(pair.store.repository, stick, pair.store.repository.head(), patience).trouble ==
          Trouble::Missing);
  REQUIRE(std::filesystem::is_empty(stick.url));
}

TEST_CASE("a folder in which git began a repository becomes a remote all the same", "[transport]") {
  Pair pair;
  const Remote stick{"stick", pair.store.folder.path + "/stick"};
  const auto tip = pair.store.repository.head();
  // As git leaves it on a full disk, and killed; a file of a lost power supply is empty.
  const std::string begun = GENERATE("", "mkdir refs", "mkdir -p refs/heads refs/tags",
                                     "mkdir -p refs/heads; echo ref: refs/heads/main >HEAD",
                                     "mkdir -p refs/heads; echo ref: refs/heads/main >HEAD; : >config",
                                     "mkdir -p refs/heads objects/pack; : >HEAD; : >config");
  CAPTURE(begun);
  REQUIRE(run("mkdir " + stick.url + " && cd " + stick.url + " && { " + (begun.empty() ? ":" : begun) + "; }")
              .code == 0);
  const auto fetched = fetch(pair.store.repository, stick, patience);
  REQUIRE(fetched.ok());
  REQUIRE(fetched.tip.empty());
  REQUIRE(push(pair.store.repository, stick, tip, patience).ok());
  REQUIRE(fetch(pair.store.repository, stick, patience).tip == tip);
}

TEST_CASE("a folder that holds more than git begins with is no empty one", "[transport]") {
  Pair pair;
  const Remote stick{"stick", pair.store.folder.path + "/stick"};
  const std::string more = GENERATE("mkdir -p refs/heads; echo x >refs/heads/main", "mkdir refs photos",
                                    "mkdir -p objects/pack; echo x >objects/pack/x", "ln -s /nowhere refs");
  CAPTURE(more);
  REQUIRE(run("mkdir " + stick.url + " && cd " + stick.url + " && " + more).code == 0);
  REQUIRE(fetch(pair.store.repository, stick, patience).trouble == Trouble::OtherStore);
}

TEST_CASE("what went wrong with a remote is told apart", "[transport]") {
  Pair pair;
  const std::string port = std::to_string(closed_port());
  std::filesystem::create_directories(pair.store.folder.path + "/plain/folder");
  spill(pair.store.folder.path + "/file", "x");
  const std::string folder = pair.store.folder.path;
  struct Case {
    std::string url;
    Trouble trouble;
  };
  for (const auto& each : std::vector<Case>{
           {"http://127.0.0.1:" + port + "/store.git", Trouble::Network},
           {"git://127.0.0.1:" + port + "/store.git", Trouble::Network},
           {"ssh://127.0.0.1:" + port + "/store.git", Trouble::Network},
           {"http://nowhere.invalid/store.git", Trouble::Name},
           {"git://nowhere.invalid/store.git", Trouble::Name},
           {"ssh://nowhere.invalid/store.git", Trouble::Name},
           {"nowhere.invalid:store.git", Trouble::Name},
           {folder + "/nothing", Trouble::Missing},
           {"file://" + folder + "/nothing", Trouble::Missing},
           {folder + "/plain", Trouble::OtherStore},
           {folder + "/file", Trouble::OtherStore},
           {pair.bare, Trouble::None},
           {"file://" + pair.bare, Trouble::None},
           {folder + "/office", Trouble::None}, // git knows it as office.git
       }) {
    INFO(each.url);
    const auto trouble = trouble_at(pair, each.url);
    // A machine without any network cannot tell that a name does not exist.
    if (each.trouble == Trouble::Name && trouble == Trouble::Network) continue;
    CHECK(std::string(to_text(trouble)) == to_text(each.trouble));
  }
}

TEST_CASE("what ssh and the other end say is told apart", "[transport]") {
  Pair pair;
  REQUIRE(pair.push_head().ok());
  struct Case {
    std::string says;
    Trouble trouble;
  };
  for (const auto& each : std::vector<Case>{
           {"alice@office: Permission denied (publickey).", Trouble::Auth},
           {"Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures", Trouble::Auth},
           {"Host key verification failed.", Trouble::HostKey},
           {"ssh: Could not resolve hostname office: Name or service not known", Trouble::Name},
           {"ssh: Could not resolve hostname office: Temporary failure in name resolution", Trouble::Network},
           {"ssh: connect to host office port 22: Connection timed out", Trouble::Network},
           {"ssh: connect to host office port 22: No route to host", Trouble::Network},
           {"kex_exchange_identification: Connection closed by remote host", Trouble::Network},
           {"Timeout, server office not responding.", Trouble::Network},
           {"fatal: '/srv/store.git' does not appear to be a git repository", Trouble::Missing},
           {"ERROR: Repository not found.", Trouble::Missing},
           {"", Trouble::Network},
           {"remote: Permission denied (publickey).", Trouble::Network}, // whoever says that is not ssh
       }) {
    INFO(each.says);
    const FakeSsh ssh(pair.store.folder.path, "echo '" + each.says + "\r' >&2; exit 255");
    CHECK(std::string(to_text(trouble_at(pair, "ssh://office/srv/store.git"))) == to_text(each.trouble));
  }
}

TEST_CASE("what a remote's own rules refuse is refused, and its words are told", "[transport]") {
  Pair pair;
  REQUIRE(pair.push_head().ok());
  const FakeSsh ssh(pair.store.folder.path);
  const Remote office{"office", "ssh://office" + pair.bare};
  pair.store.write(bob, "name: Bob\n");
  const std::string hook = pair.bare + "/hooks/pre-receive";
  spill(hook, "#!/bin/sh\necho 'not on a Sunday' >&2\nprintf '\\033[2J' >&2\nexit 1\n");
  std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
  const auto refused = push(pair.store.repository, office, pair.store.repository.head(), patience);
  REQUIRE(refused.trouble == Trouble::Refused);
  REQUIRE(refused.said.find("not on a Sunday") != std::string::npos);
  REQUIRE(refused.said.find("pre-receive hook declined") != std::string::npos);
  REQUIRE(refused.said.find('\033') == std::string::npos);
  std::filesystem::remove(hook);
  REQUIRE(push(pair.store.repository, office, pair.store.repository.head(), patience).ok());

  // A store with working files: its branch is checked out.
  auto other = pair.joined("tablet");
  pair.store.write(bob, "name: Bobby\n", "3");
  const Remote tablet{"tablet", other.root()};
  const auto checked_out = push(pair.store.repository, tablet, pair.store.repository.head(), patience);
  REQUIRE(checked_out.trouble == Trouble::Refused);
  REQUIRE(checked_out.said.find("checked out") != std::string::npos);
}

TEST_CASE("nothing that somebody left in a folder is run", "[transport]") {
  Pair pair;
  REQUIRE(pair.push_head().ok());
  const std::string proof = pair.store.folder.path + "/ran";
  for (const std::string name :
       {"pre-receive", "update", "post-receive", "post-update", "reference-transaction", "proc-receive",
        "push-to-checkout", "pre-auto-gc"}) {
    const std::string hook = pair.bare + "/hooks/" + name;
    spill(hook, "#!/bin/sh\ntouch " + proof + "\n");
    std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
  }
  for (const std::string setting : {"core.alternateRefsCommand", "core.fsmonitor",
                                    "uploadpack.packObjectsHook", "core.sshCommand", "gc.recentObjectsHook"})
    REQUIRE(run("git -C " + pair.bare + " config " + setting + " 'touch " + proof + ";:'").code == 0);
  spill(pair.bare + "/objects/info/alternates", pair.store.repository.root() + "/.git/objects\n");
  const std::string own = pair.store.git_file("hooks/");
  for (const std::string name : {"pre-push", "reference-transaction", "post-rewrite"}) {
    spill(own + name, "#!/bin/sh\ntouch " + proof + "\n");
    std::filesystem::permissions(own + name, std::filesystem::perms::owner_all);
  }
  pair.store.write(bob, "name: Bob\n");
  const auto pushed = pair.push_head();
  INFO(pushed.said);
  REQUIRE(pushed.ok());
  REQUIRE(fetch(pair.store.repository, pair.office, patience).ok());
  REQUIRE(probe(pair.store.repository, pair.office, patience).ok());
  REQUIRE(clone(pair.bare, pair.store.folder.path + "/tablet", patience).ok());
  REQUIRE_FALSE(std::filesystem::exists(proof));
}

TEST_CASE("the environment and the configuration of somebody else cannot turn a fetch around",
          "[transport]") {
  Pair pair;
  REQUIRE(pair.push_head().ok());
  const std::string proof = pair.store.folder.path + "/ran";
  const Setting dir("GIT_DIR", "/nonexistent"), index("GIT_INDEX_FILE", "/nonexistent/index"),
      objects("GIT_OBJECT_DIRECTORY", "/nonexistent"), protocol("GIT_ALLOW_PROTOCOL", "ext"),
      language("LANGUAGE", "de"), trace("GIT_TRACE", proof);
  REQUIRE(fetch(pair.store.repository, pair.office, patience).ok());
  pair.store.repository.set_config("protocol.ext.allow", "always");
  pair.store.repository.set_config("url.ext::touch " + proof + " .insteadOf", pair.bare);
  REQUIRE(run("env -u GIT_DIR -u GIT_OBJECT_DIRECTORY -u GIT_TRACE git -C " + pair.bare +
              " update-ref refs/crm/devices/tablet refs/heads/main")
              .code == 0); // news, so that git is asked
  const auto turned = fetch(pair.store.repository, pair.office, patience);
  REQUIRE_FALSE(turned.ok());
  REQUIRE_FALSE(std::filesystem::exists(proof));
}

TEST_CASE("a URL that would run something or tell a password is refused, whoever wrote it", "[transport]") {
  Pair pair;
  auto& repository = pair.store.repository;
  for (const std::string url :
       {"ext::sh -c touch% x", "fd::7", "foo::bar", "-oProxyCommand=x", "ssh://-oProxyCommand=x/store",
        "-host:path", "ssh://host\n/x", "ftp://host/store", "https://bob:secret@host/store",
        "ssh://bob:secret@host/store", "bob:secret@host:store", "file://host/store", "https:///store",
        "host:-path", ""}) {
    INFO(url);
    REQUIRE(error_of([&] { add_remote(repository, {"there", url}); }).kind == base::Kind::Usage);
    const auto fetched = fetch(repository, {"there", url}, patience);
    REQUIRE(fetched.trouble == Trouble::Refused);
    REQUIRE(fetched.said.find("secret") == std::string::npos);
    REQUIRE(push(repository, {"there", url}, repository.head(), patience).trouble == Trouble::Refused);
  }
  for (const std::string name : {"", "-x", "a/b", "..", "a..b", "x.lock", "a b", "x.", "a\nb"}) {
    INFO(name);
    REQUIRE(error_of([&] { add_remote(repository, {name, pair.bare}); }).kind == base::Kind::Usage);
    REQUIRE(fetch(repository, {name, pair.bare}, patience).trouble == Trouble::Refused);
  }
}

TEST_CASE("remotes are added once, listed and removed with what was seen of them", "[transport]") {
  Pair pair;
  auto& repository = pair.store.repository;
  REQUIRE(remotes(repository).empty());
  add_remote(repository, pair.office);
  add_remote(repository, {"hosted", "ssh://git@[::1]:2222/srv/store.git"});
  add_remote(repository, {"short", "git@host.example:store.git"});
  add_remote(repository, {"v6", "[::1]:store.git"});
  add_remote(repository, {"a.b", "https://bob@host/store"});
  const auto all = remotes(repository);
  REQUIRE(all.size() == 5);
  REQUIRE(all[0].name == "a.b");
  REQUIRE(all[2].name == "office");
  REQUIRE(all[2].url == pair.bare);
  REQUIRE(error_of([&] { add_remote(repository, {"Office", "/x"}); }).kind == base::Kind::Usage);
  REQUIRE(pair.push_head().ok());
  remove_remote(repository, "office");
  REQUIRE(remotes(repository).size() == 4);
  REQUIRE_FALSE(last_seen(repository, "office"));
  REQUIRE(error_of([&] { remove_remote(repository, "office"); }).kind == base::Kind::NotFound);
}

TEST_CASE("a path that was given relative to the current folder is kept absolute", "[transport]") {
  Pair pair;
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(pair.store.folder.path);
  add_remote(pair.store.repository, {"office", "office.git"});
  std::filesystem::current_path(here);
  REQUIRE(remotes(pair.store.repository).front().url == pair.bare);
}

TEST_CASE("damaged and forbidden objects do not come in", "[transport]") {
  Pair pair;
  REQUIRE(pair.push_head().ok());
  const auto seen = last_seen(pair.store.repository, "office");
  // A tree that holds a ".git", made past git's own checks.
  const std::string git = "git -C " + pair.bare + " ";
  const auto blob = Pair::word(run("echo x | " + git + "hash-object -w --stdin").output);
  const auto tree = Pair::word(run("(printf '100644 .git\\0'; printf " + blob + " | xxd -r -p) | " + git +
                                   "hash-object -w -t tree --literally --stdin")
                                   .output);
  const auto commit = Pair::word(
      run(git + "-c user.name=x -c user.email=x@x commit-tree -m x -p " + pair.bare_tip() + " " + tree)
          .output);
  REQUIRE(commit.size() == 40);
  REQUIRE(run(git + "update-ref refs/heads/main " + commit).code == 0);
  const auto fetched = fetch(pair.store.repository, pair.office, patience);
  INFO(fetched.said);
  REQUIRE(fetched.trouble == Trouble::Refused);
  REQUIRE(fetched.said.find("hasDotgit") != std::string::npos);
  REQUIRE(last_seen(pair.store.repository, "office") == seen);

  REQUIRE(run(git + "update-ref --no-deref refs/heads/main " + *seen).code == 0);
  REQUIRE(run("echo " + blob + " > " + pair.bare + "/refs/heads/main").code == 0);
  REQUIRE(fetch(pair.store.repository, pair.office, patience).trouble == Trouble::Refused);

  REQUIRE(run("echo " + std::string(40, 'a') + " > " + pair.bare + "/refs/heads/main").code == 0);
  REQUIRE_FALSE(fetch(pair.store.repository, pair.office, patience).ok());
  REQUIRE(last_seen(pair.store.repository, "office") == seen);
}

TEST_CASE("a remote that says nothing is given up, with all that was started for it", "[transport]") {
  Pair pair;
  const std::string proof = pair.store.folder.path + "/pid";
  const FakeSsh ssh(pair.store.folder.path, "echo $$ > " + proof + "; exec sleep 60");
  const auto fetched = fetch(pair.store.repository, {"slow", "ssh://office/x"}, 1s);
  REQUIRE(fetched.trouble == Trouble::Network);
  REQUIRE(fetched.said.find("given up") != std::string::npos);
  const int pid = std::atoi(slurp(proof).c_str());
  REQUIRE(pid > 0);
  for (int i = 0; i < 100 && ::kill(pid, 0) == 0; ++i)
    std::this_thread::sleep_for(20ms);
  REQUIRE(::kill(pid, 0) != 0);
}

TEST_CASE("an interrupt ends what was started for a remote as well", "[transport]") {
  Pair pair;
  const std::string proof = pair.store.folder.path + "/pid";
  const FakeSsh ssh(pair.store.folder.path, "echo $$ > " + proof + "; exec sleep 60");
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGINT, SIG_DFL);
    fetch(pair.store.repository, {"slow", "ssh://office/x"}, 50s);
    ::_exit(0);
  }
  for (int i = 0; i < 500 && slurp(proof).empty(); ++i)
    std::this_thread::sleep_for(10ms);
  const int pid = std::atoi(slurp(proof).c_str());
  REQUIRE(pid > 0);
  ::kill(child, SIGINT);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  for (int i = 0; i < 100 && ::kill(pid, 0) == 0; ++i)
    std::this_thread::sleep_for(20ms);
  REQUIRE(::kill(pid, 0) != 0);
}

TEST_CASE("the user's own ssh command is used as it is, and without one nothing is asked", "[transport]") {
  Pair pair;
  const std::string proof = pair.store.folder.path + "/arguments";
  const std::string bin = pair.store.folder.path + "/bin";
  spill(bin + "/ssh", "#!/bin/sh\necho \"$@\" > " + proof +
                          "\nenv | grep -E '^(GIT_|SSH_ASKPASS|LC_ALL)' >> " + proof + "\nexit 255\n");
  std::filesystem::permissions(bin + "/ssh", std::filesystem::perms::owner_all);
  const Setting path("PATH", bin + ":" + std::getenv("PATH"));
  fetch(pair.store.repository, {"office", "office:store.git"}, patience);
  auto told = slurp(proof);
  REQUIRE(told.find("BatchMode=yes") != std::string::npos);
  REQUIRE(told.find("GIT_TERMINAL_PROMPT=0") != std::string::npos);
  REQUIRE(told.find("LC_ALL=C") != std::string::npos);
  REQUIRE(told.find("git-upload-pack 'store.git'") != std::string::npos);
  pair.store.repository.set_config("core.sshCommand", bin + "/ssh -p 77");
  fetch(pair.store.repository, {"office", "office:store.git"}, patience);
  told = slurp(proof);
  REQUIRE(told.starts_with("-p 77"));
  REQUIRE(told.find("BatchMode") == std::string::npos);
}

namespace {

/// A real sshd on loopback for the user who runs the tests, with keys of its own.
struct Sshd {
  explicit Sshd(const std::string& root) : folder(root + "/sshd") {
    std::filesystem::create_directories(folder);
    for (const std::string key : {"host", "other", "login", "stranger"})
      REQUIRE(run("ssh-keygen -q -t ed25519 -N '' -f " + folder + "/" + key).code == 0);
    spill(folder + "/authorized", slurp(folder + "/login.pub"));
    port = closed_port();
    spill(folder + "/config", "ListenAddress 127.0.0.1\nPort " + std::to_string(port) + "\nHostKey " +
                                  folder + "/host\nAuthorizedKeysFile " + folder +
                                  "/authorized\nStrictModes no\nUsePAM no\nPidFile none\n"
                                  "PasswordAuthentication no\nKbdInteractiveAuthentication no\n");
    std::filesystem::create_directories("/run/sshd"); // where sshd, run as root, locks itself in
    child = ::fork();
    if (child == 0) {
      ::execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-e", "-f", (folder + "/config").c_str(), "-E",
              (folder + "/log").c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 250 && slurp(folder + "/log").find("listening") == std::string::npos; ++i)
      std::this_thread::sleep_for(20ms);
  }
  Sshd(const Sshd&) = delete;
  ~Sshd() {
    ::kill(child, SIGTERM);
    ::waitpid(child, nullptr, 0);
  }
  /// How the user's own ssh would be told: which key to log in with, which hosts are known.
  std::string command(const std::string& login, const std::string& known) const {
    spill(folder + "/known", known);
    return "ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -i " + folder + "/" + login +
           " -o UserKnownHostsFile=" + folder +
           "/known -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes";
  }
  std::string known(const std::string& key, const std::string& marker = "") const {
    return marker + "[127.0.0.1]:" + std::to_string(port) + " " + slurp(folder + "/" + key + ".pub");
  }
  std::string folder;
  int port = 0;
  pid_t child = -1;
};

bool can_run_sshd() {
  return ::access("/usr/sbin/sshd", X_OK) == 0 &&
         (::geteuid() != 0 || ::access("/run/sshd", X_OK) == 0 || ::access("/run", W_OK) == 0);
}

TEST_CASE("a lock that a dead git left on a stick stops no push, one of a live git does", "[transport]") {
  Pair pair;
  const std::string lock = pair.bare + "/refs/heads/main.lock";
  REQUIRE(pair.push_head().ok());
  pair.store.repository.begin(5s).commit({{bob, "id: 9hq2k2m9qxv0tbn4\nname: Bob\n"}}, message("Add"), alice);
  REQUIRE(run("touch -d '30 seconds ago' " + lock).code == 0);
  const std::string answer = pair.store.folder.path + "/answer";
  FILE* at_work = ::popen(("git -C " + pair.bare + " cat-file --batch > " + answer).c_str(), "w");
  REQUIRE(at_work != nullptr);
  std::fputs("HEAD\n", at_work);
  std::fflush(at_work);
  while (!std::filesystem::exists(answer) || std::filesystem::file_size(answer) == 0)
    std::this_thread::sleep_for(1ms);
  REQUIRE(pair.push_head().trouble == Trouble::Rejected);
  REQUIRE(std::filesystem::exists(lock));
  REQUIRE(::pclose(at_work) == 0);
  REQUIRE(pair.push_head().ok());
  REQUIRE(pair.bare_tip() == pair.store.repository.head());
}

TEST_CASE("a folder with thousands of loose objects is packed after a push", "[transport]") {
  Pair pair;
  const std::string loose = pair.store.folder.path + "/loose/";
  for (int i = 0; i < 8000; ++i)
    spill(loose + std::to_string(i), std::to_string(i));
  REQUIRE(run("find " + loose + " -type f | git -C " + pair.bare +
              " -c core.fsync=none -c core.looseCompression=0 hash-object -w --stdin-paths")
              .code == 0);
  REQUIRE(pair.push_head().ok());
  REQUIRE(run("ls " + pair.bare + "/objects/pack/*.pack").code == 0);
  REQUIRE(run("git -C " + pair.bare + " fsck --strict --no-dangling").code == 0);
}

TEST_CASE("git writes no file that is larger than it may be", "[transport]") {
  Pair pair;
  GitCall call{.root = pair.store.repository.root(),
               .words = {"hash-object", "-w", pair.store.folder.path + "/noise"},
               .environment = {},
               .patience = patience,
               .largest_file = 50'000};
  std::string noise;
  for (unsigned i = 0, x = 1; i < 200'000; ++i, x = x * 1103515245 + 12345)
    noise += static_cast<char>(x >> 16);
  spill(pair.store.folder.path + "/noise", noise);
  REQUIRE(run_git_watched(call).status != 0);
  call.largest_file = 0;
  REQUIRE(run_git_watched(call).status == 0);
}

} // namespace

TEST_CASE("a real ssh server: known, wrong and revoked host keys, a refused login, a missing store",
          "[transport]") {
  if (!can_run_sshd()) {
    WARN("no /usr/sbin/sshd: fetching over a real ssh is NOT tested");
    return;
  }
  Pair pair;
  const Sshd sshd(pair.store.folder.path);
  INFO(slurp(sshd.folder + "/log"));
  const std::string host = "ssh://127.0.0.1:" + std::to_string(sshd.port);
  const Remote office{"office", host + pair.bare};
  const auto fetch_with = [&](const std::string& login, const std::string& known, const Remote& remote) {
    const Setting ssh("GIT_SSH_COMMAND", sshd.command(login, known));
    auto out = fetch(pair.store.repository, remote, patience);
    UNSCOPED_INFO(out.said);
    return out;
  };
  {
    const Setting ssh("GIT_SSH_COMMAND", sshd.command("login", sshd.known("host")));
    const auto pushed = push(pair.store.repository, office, pair.store.repository.head(), patience);
    INFO(pushed.said);
    REQUIRE(pushed.ok());
  }
  const auto good = fetch_with("login", sshd.known("host"), office);
  REQUIRE(good.ok());
  REQUIRE(good.tip == pair.store.repository.head());
  CHECK(fetch_with("login", "", office).trouble == Trouble::HostKey);
  CHECK(fetch_with("login", sshd.known("other"), office).trouble == Trouble::HostKey);
  CHECK(fetch_with("login", sshd.known("host") + sshd.known("host", "@revoked "), office).trouble ==
        Trouble::HostKey);
  CHECK(fetch_with("stranger", sshd.known("host"), office).trouble == Trouble::Auth);
  CHECK(fetch_with("login", sshd.known("host"), {"office", host + "/nowhere/store.git"}).trouble ==
        Trouble::Missing);
}

TEST_CASE("two devices that push at the same time overwrite nothing", "[transport]") {
  Pair pair;
  REQUIRE(pair.push_head().ok());
  const std::string base = pair.bare_tip();
  const int rounds = test::amount(8, 25);
  std::vector<pid_t> children;
  std::vector<std::string> logs;
  for (const std::string name : {"a", "b"}) {
    const std::string root = pair.joined(name).root();
    logs.push_back(pair.store.folder.path + "/log-" + name);
    const pid_t child = ::fork();
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    const auto repository = Repository::open(root);
    std::ofstream log(logs.back());
    Oid tip = base;
    const std::string who = "git -C " + root + " -c user.name=" + name + " -c user.email=x@x commit-tree -m ";
    for (int i = 0; i < rounds; ++i) {
      const auto mine =
          Pair::word(run(who + std::to_string(i) + " -p " + tip + " " + base + "^{tree}").output);
      Oid offer = mine;
      Contact pushed;
      while ((pushed = push(repository, {"origin", pair.bare}, offer, patience)).trouble ==
             Trouble::Rejected) {
        const auto theirs = fetch(repository, {"origin", pair.bare}, patience);
        if (!theirs.ok() || theirs.rewound() || theirs.tip.empty()) ::_exit(2);
        offer =
            Pair::word(run(who + "merge -p " + mine + " -p " + theirs.tip + " " + base + "^{tree}").output);
      }
      if (!pushed.ok()) ::_exit(3);
      tip = offer;
      log << mine << "\n" << std::flush;
    }
    ::_exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
  }
  int acknowledged = 0;
  for (const auto& log : logs) {
    std::istringstream lines(slurp(log));
    for (std::string line; std::getline(lines, line); ++acknowledged)
      REQUIRE(run("git -C " + pair.bare + " merge-base --is-ancestor " + line + " main").code == 0);
  }
  REQUIRE(acknowledged == 2 * rounds);
}

TEST_CASE("a clone takes the remote's branch, and leaves nothing behind when it fails", "[transport]") {
  Pair pair;
  const std::string root = pair.store.folder.path;
  REQUIRE(clone(root + "/nothing", root + "/new/deep", patience).trouble == Trouble::Missing);
  REQUIRE_FALSE(std::filesystem::exists(root + "/new"));
  std::filesystem::create_directories(root + "/given");
  REQUIRE(clone(root + "/nothing", root + "/given", patience).trouble == Trouble::Missing);
  REQUIRE(std::filesystem::is_empty(root + "/given"));
  spill(root + "/taken/file", "mine");
  REQUIRE(error_of([&] { (void)clone(pair.bare, root + "/taken", patience); }).kind == base::Kind::Usage);
  REQUIRE(error_of([&] { (void)clone("ext::x", root + "/x", patience); }).kind == base::Kind::Usage);
  REQUIRE(slurp(root + "/taken/file") == "mine");

  REQUIRE(clone(pair.bare, root + "/empty", patience).ok());
  REQUIRE_FALSE(last_seen(Repository::open(root + "/empty"), "origin"));

  REQUIRE(pair.push_head().ok());
  REQUIRE(run("git -C " + pair.bare + " branch -m main shop").code == 0);
  REQUIRE(clone("file://" + pair.bare, root + "/given", patience).ok());
  const auto given = Repository::open(root + "/given");
  REQUIRE(given.branch() == "shop");
  REQUIRE(last_seen(given, "origin") == pair.store.repository.head());
  REQUIRE(remotes(given).front().url == "file://" + pair.bare);
  REQUIRE_FALSE(std::filesystem::exists(root + "/given/crm.yaml"));
  REQUIRE(run("git -C " + root + "/given fsck --strict").code == 0);
}

} // namespace crm::store
