// The parts of a write. For this folder's .cpp files alone.
#pragma once

#include "store/lock.hpp"
#include "store/publish.hpp"
#include "store/repository_impl.hpp"
#include "store/settled.hpp"
#include "store/stat_cache.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace crm::store {

enum class Files { MustBeCommitted, AreAdopted };

struct Transaction::Impl {
  Impl(const Repository::Impl& r, WriteLock l, std::chrono::milliseconds w)
      : repository(&r), lock(std::move(l)), wait(w) {}
  ~Impl();

  /// `other` is a merge's second parent, "" for a batch.
  Oid write(const std::vector<Change>& changes, const Message& message, const Signature& author, Files files,
            const Oid& other = {});
  void fast_forward(const Oid& commit);

  const Repository::Impl* repository;
  WriteLock lock;
  std::chrono::milliseconds wait; ///< for a live git that holds the branch's lock
  std::string branch;
  Oid head;     ///< as this transaction knows it: if git moves the branch meanwhile, what was checked may no
                ///< longer hold
  Pending left; ///< files that could not be brought forward yet
  std::vector<std::string> warnings;
  bool wrote = false;
  std::function<void(std::size_t done, std::size_t total)> progress; ///< may be empty
  mutable std::optional<StatCache> cache; ///< of git's index, once a file is not there

 private:
  /// What a batch takes its time for, once for each file.
  enum class Step : std::size_t { Look, Objects, Prepare, Publish, Count };
  void told(Step step, std::size_t done, std::size_t of) const;
  void check_head() const;
  /// Of a path that HEAD has as `before` ("" for no file).
  Target target(const std::string& path, const Oid& before, const Oid& after) const;
  bool is_left_out(const std::string& path) const;
  void require_no_hand_edit(const Target& target) const;
  Oid write_objects(const std::vector<const Change*>& changes, const std::vector<Target>& targets,
                    const git_tree* base, const Message& message, const Signature& author,
                    const Oid& other) const;
  /// The moment of the commit; afterwards the working files follow.
  void move_to(const Oid& id, const std::string& why, const Signature& who,
               const std::vector<Target>& targets);
  void follow(const std::vector<Target>& targets) noexcept;
  void late(const std::vector<Target>& targets, std::string why) noexcept;
};

} // namespace crm::store
