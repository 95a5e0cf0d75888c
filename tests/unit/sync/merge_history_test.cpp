#include "store/scratch_store.hpp"

#include "sync/merge_history.hpp"

namespace crm::sync {

TEST_CASE("a commit with folders too deep to compare counts as one that changed nothing", "[merge]") {
  store::ScratchStore store;
  const auto base = store.repository.head();
  const std::string git =
      "git -C " + store.repository.root() + " -c user.name=x -c user.email=x -c core.hooksPath=/dev/null ";
  const auto commit = [&](const std::string& shell) {
    const auto ran = store::run("cd " + store.repository.root() + " && " + shell + " && git add -A && " +
                                git + "commit -qm 'By hand'");
    INFO(ran.output);
    REQUIRE(ran.code == 0);
  };
  commit("d=d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d && mkdir -p $d && echo x > $d/x && echo 1 > one.yaml");
  commit("rm -r d && echo 2 > two.yaml");
  commit("echo 3 > three.yaml");
  const SideHistory side(store.repository, store.repository.head(), base);
  CHECK(side.newest("three.yaml"));
  CHECK_FALSE(side.newest("one.yaml"));
  CHECK_FALSE(side.newest("two.yaml")); // it cannot be compared with the one before it
}

} // namespace crm::sync
