#include "app/sync.hpp"

#include "app/bundle_path.hpp"
#include "app/conflicts.hpp"
#include "app/hand_edits.hpp"
#include "app/held_back.hpp"
#include "app/keys.hpp"
#include "app/own_name.hpp"
#include "app/reads.hpp"
#include "app/sync_state.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "sync/arrivals.hpp"
#include "sync/heartbeat.hpp"
#include "sync/incoming.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <thread>

namespace crm::app {
namespace {

constexpr int tries = 6;
constexpr std::chrono::hours heartbeat_every{1};

std::vector<store::Remote> meant(const Workspace& workspace, const SyncRequest& request) {
  if (store::remotes(workspace.repository()).empty())
    throw base::Error(base::Kind::Usage, "this store has no remote to sync with",
                      "add one: `crm remote add office ssh://host/path/store.git`, or a folder; a file that "
                      "travels: `crm sync --bundle FILE`");
  return remotes_named(workspace, request.remotes);
}

class Sync {
 public:
  Sync(Workspace& workspace, const SyncRequest& request)
      : m_workspace(workspace), m_repository(workspace.repository()), m_request(request) {}

  SyncReport run(const std::vector<store::Remote>& remotes) {
    const store::Oid before = m_repository.head_tree();
    if (m_request.mode == Mode::Write) take_in_what_is_here();
    if (m_request.mode == Mode::DryRun) m_edited = batches_in_passing(m_workspace);
    m_before = m_repository.head();
    for (const auto& remote : remotes)
      m_report.remotes.push_back({.remote = remote});
    if (m_request.pull)
      for (auto& outcome : m_report.remotes)
        guarded(outcome, [&] { pull(outcome); });
    if (m_request.pull) warn_of_clocks(remotes);
    m_report.offered = head();
    if (m_request.push)
      for (auto& outcome : m_report.remotes)
        if (outcome.ok())
          guarded(outcome, [&] {
            if (m_request.pull || is_nothing_missing(outcome)) push(outcome);
          });
    if (m_request.mode == Mode::Write) note_attempts(m_workspace, m_report, m_before);
    m_workspace.moved();
    if (m_request.mode == Mode::Write) refresh_signers(m_repository);
    m_report.head = m_repository.head();
    m_report.rules = rules_since(m_workspace, before);
    m_report.conflicts = count_disputed(m_workspace);
    return std::move(m_report);
  }

 private:
  /// Ours as it is, or in a dry run as it would be by now.
  store::Oid head() const { return m_planned.empty() ? m_repository.head() : m_planned; }

  /// An edit by hand that is valid travels too; one that is not stays where it is. So does what was read.
  void take_in_what_is_here() {
    {
      auto transaction = begin_writing(m_workspace);
      adopt_in_passing(m_workspace, transaction);
    }
    commit_reads(m_workspace);
  }

  template <typename Step>
  void guarded(RemoteOutcome& outcome, Step&& step) {
    try {
      step();
    } catch (const base::Error& error) {
      outcome.outcome = error.kind == base::Kind::Busy                 ? "busy"
                        : error.kind == base::Kind::InvalidData        ? "refused-data"
                        : error.kind == base::Kind::VerificationFailed ? "other-store"
                                                                       : "failure";
      outcome.detail = error.message + (error.hint.empty() ? "" : "\n" + error.hint);
    }
  }

  void say(const RemoteOutcome& outcome, std::string_view step) const {
    if (m_request.progress) m_request.progress(outcome.remote.name, step);
  }

  bool is_bundle(const RemoteOutcome& outcome) const { return outcome.remote.name == bundle_remote; }

  /// What there is comes here, and is not taken in yet; nothing where the outcome says why that is all.
  std::optional<store::Fetched> fetch(RemoteOutcome& outcome) {
    if (is_bundle(outcome)) {
      // Each file is somebody else's; none is the successor of another.
      store::set_last_seen(m_repository, bundle_remote, "");
      if (std::error_code ignored; !std::filesystem::exists(outcome.remote.url, ignored))
        return store::Fetched();
      if (store::look_at_bundle(outcome.remote.url).state == store::Bundle::State::None) {
        outcome.outcome = "refused-data";
        outcome.detail = base::printable(outcome.remote.url) + " is no git bundle; it was left as it is";
        return std::nullopt;
      }
    }
    say(outcome, "fetching");
    auto fetched = store::fetch(m_repository, outcome.remote, m_request.patience);
    if (!fetched.ok()) {
      fail(outcome, fetched);
      if (is_bundle(outcome)) mend_bundle(outcome);
      return std::nullopt;
    }
    auto apart = kept_apart(m_repository, outcome.remote, fetched, m_request.allow_rewound);
    if (!apart && is_bundle(outcome) && fetched.tip.empty())
      apart = other_store(outcome.remote, "it has no branch " + base::printable(m_repository.branch()));
    if (!apart) return fetched;
    if (apart->outcome == "other-store") store::forget_seen(m_repository, outcome.remote.name);
    hold(outcome, std::move(*apart));
    return std::nullopt;
  }

  void pull(RemoteOutcome& outcome) {
    const auto fetched = fetch(outcome);
    if (!fetched) return;
    if (!fetched->tip.empty()) {
      const auto name = m_request.mode == Mode::Write
                            ? other_name(m_workspace, outcome.remote.name, fetched->tip)
                            : std::nullopt;
      take_in(outcome, fetched->tip, name);
      // What is not taken in may be by nobody, and says nothing of whose the name is.
      if (name && outcome.ok()) take_name(m_workspace, *name);
    }
    if (outcome.ok()) agree(outcome, *fetched);
  }

  /// Without a pull what others sent is not taken in, and so nothing can be put on top of it.
  bool is_nothing_missing(RemoteOutcome& outcome) {
    const auto fetched = fetch(outcome);
    if (!fetched) return false;
    if (!fetched->tip.empty() && !m_repository.descends(head(), fetched->tip)) {
      outcome.outcome = store::to_text(store::Trouble::Rejected);
      outcome.detail = "it has batches that are not here: a sync without --push takes them in first";
      return false;
    }
    agree(outcome, *fetched);
    return true;
  }

  /// Whoever allowed it goes on from a history that was rewritten.
  void agree(RemoteOutcome& outcome, const store::Fetched& fetched) {
    if (!fetched.rewound()) return;
    if (m_request.mode == Mode::DryRun)
      outcome.rewound_to = fetched.tip;
    else
      store::set_last_seen(m_repository, outcome.remote.name, fetched.tip);
  }

  /// What came is looked at before anything is done with it. Then the merge is planned and carried out under
  /// the lock, so that a batch which another process commits meanwhile is part of it.
  void take_in(RemoteOutcome& outcome, const store::Oid& tip, const std::optional<std::string>& name) {
    const auto before = head();
    if (m_repository.descends(before, tip)) return;
    say(outcome, "looking at what came");
    const auto now = m_workspace.env().now();
    const auto latest = now + far_ahead;
    sync::ReadFiles read;
    if (auto refusal = clock_refusal(m_repository, {now, far_ahead}, tip, before); !refusal.empty()) {
      outcome.outcome = "clock";
      outcome.detail = std::move(refusal);
      return;
    }
    outcome.problems = sync::check_incoming(m_repository, tip, before, {.latest = latest}, &read);
    if (outcome.problems.empty()) outcome.problems = settings_problems(m_repository, tip);
    if (!outcome.problems.empty()) {
      outcome.outcome = "refused-data";
      outcome.detail = "what it sent cannot be taken in; nothing of it was";
      return;
    }
    say(outcome, "verifying");
    const auto judged = judge_received(m_workspace, tip, before, m_judged);
    if (!judged.unproved.empty()) {
      outcome.outcome = "unproved";
      outcome.detail = "what it sent is not signed as it must be; nothing of it was taken in\n" +
                       refusal_text(judged.unproved.front());
      return;
    }
    say(outcome, "merging");
    const auto received = count_batches(m_repository, tip, before);
    std::optional<store::Transaction> transaction;
    if (m_request.mode == Mode::Write) transaction.emplace(m_repository.begin(lock_wait(m_workspace.env())));
    if (transaction) remember_asides(m_repository, judged.asides);
    if (transaction && transaction->head() == judged.ours_before && judged.ours != judged.ours_before)
      transaction->fast_forward(judged.ours);
    if (transaction && name) keep_apart(m_workspace, *transaction, *name, judged.theirs);
    const auto ours = transaction ? transaction->head() : judged.ours;
    const auto plan = sync::plan_merge(m_repository, ours, judged.theirs, sync::Origins::Unknown, &read);
    outcome.put_aside = judged.put_aside;
    tell(outcome, m_repository, plan);
    if (plan.deleted > 0 && !m_request.allow_deletions)
      if (auto refusal = deletions_refusal(plan, live_records()); !refusal.empty())
        return hold(outcome, {"deletions", std::move(refusal)});
    if (!transaction) {
      m_planned = sync::outcome_of(m_repository, plan);
      outcome.received += received;
    }
    if (!transaction || plan.kind == sync::MergePlan::Kind::Nothing) return;
    if (outcome.detail = edits_in_the_way(m_repository, plan); !outcome.detail.empty()) {
      outcome.outcome = "hand-edits";
      return;
    }
    const auto head = sync::apply(*transaction, plan);
    outcome.received += received;
    sync::record_arrival(m_repository, {m_workspace.env().now(), head});
    after_commit(m_workspace, *transaction);
  }

  /// Another device may be first, again and again: then its batches are taken in, and ours offered anew.
  void push(RemoteOutcome& outcome) {
    if (is_bundle(outcome)) return write_bundle(outcome);
    for (int turn = 0; turn < tries; ++turn) {
      const auto seen =
          outcome.rewound_to ? outcome.rewound_to : store::last_seen(m_repository, outcome.remote.name);
      if (seen && *seen == head() && m_edited == 0) return show_life(outcome);
      if (!may_be_sent(outcome, seen.value_or(""))) return;
      const store::Oid tip = head();
      if (m_request.mode == Mode::DryRun) return tell_sent(outcome, tip, seen);
      say(outcome, "pushing");
      const auto pushed =
          store::push(m_repository, outcome.remote, tip, m_request.patience, {sign_of_life(tip)});
      if (pushed.ok()) return tell_sent(outcome, tip, seen);
      if (pushed.trouble != store::Trouble::Rejected || !m_request.pull) return fail(outcome, pushed);
      pause(turn);
      pull(outcome);
      if (!outcome.ok()) return;
    }
    outcome.outcome = "rejected";
    outcome.detail = "other devices were first every time; the next `crm sync` tries again";
  }

  /// What no other device would take in stays here; this one asks all the same for its key to be approved.
  bool may_be_sent(RemoteOutcome& outcome, const store::Oid& seen) {
    auto unfit = unfit_to_send(m_repository, head(), seen, {m_workspace.env().now(), far_ahead});
    if (!unfit.detail.empty()) {
      outcome.outcome = "unfit";
      outcome.detail = std::move(unfit.detail);
      outcome.problems = std::move(unfit.problems);
      return false;
    }
    std::optional<store::Transaction> transaction;
    if (m_request.mode == Mode::Write) transaction.emplace(m_repository.begin(lock_wait(m_workspace.env())));
    const auto judged = judge_own(m_workspace, transaction ? transaction->head() : head(), seen, m_judged);
    if (transaction)
      put_aside_own(m_workspace, *transaction, judged);
    else
      m_planned = judged.head;
    outcome.put_aside.insert(outcome.put_aside.end(), judged.put_aside.begin(), judged.put_aside.end());
    if (judged.unproved.empty()) return true;
    hold(outcome, held_back(m_workspace, judged.unproved, seen));
    if (!seen.empty() && !is_bundle(outcome) && m_request.mode == Mode::Write)
      store::push(m_repository, outcome.remote, seen, m_request.patience, {sign_of_life(seen)});
    return false;
  }

  void tell_sent(RemoteOutcome& outcome, const store::Oid& tip, const std::optional<store::Oid>& seen) {
    outcome.sent = count_batches(m_repository, tip, seen.value_or("")) + m_edited;
    outcome.pushed = true;
  }

  std::size_t live_records() {
    return static_cast<std::size_t>(
        m_workspace.with_index([](index::Index& index) { return index.count({}); }));
  }

  /// All of it is part of our history: nothing is lost with a file that names no more.
  bool are_here(const std::vector<store::Oid>& tips) const {
    return std::all_of(tips.begin(), tips.end(), [&](const store::Oid& tip) {
      return m_repository.has_commit(tip) && m_repository.descends(head(), tip);
    });
  }

  void write_bundle(RemoteOutcome& outcome) {
    const auto seen = store::last_seen(m_repository, outcome.remote.name);
    if ((seen == head() && m_edited == 0) || !may_be_sent(outcome, seen.value_or(""))) return;
    const auto there = store::look_at_bundle(outcome.remote.url);
    if (std::error_code ignored;
        std::filesystem::exists(outcome.remote.url, ignored) && (there.tips.empty() || !are_here(there.tips)))
      return hold(outcome, other_store(outcome.remote, "it holds more than what was taken in here"));
    if (m_request.mode == Mode::DryRun) return tell_sent(outcome, head(), seen);
    say(outcome, "writing");
    const auto written = store::write_bundle(m_repository, outcome.remote.url, m_request.patience);
    if (!written.ok()) return fail(outcome, written);
    tell_sent(outcome, written.tip, seen);
    store::set_last_seen(m_repository, outcome.remote.name, written.tip);
  }

  /// One that was cut short is made whole by whoever has all that it names.
  void mend_bundle(RemoteOutcome& outcome) {
    if (outcome.outcome == store::to_text(store::Trouble::Refused)) outcome.outcome = "refused-data";
    const auto bundle = store::look_at_bundle(outcome.remote.url);
    if (bundle.state != store::Bundle::State::Damaged) return;
    if (!m_request.push || m_request.mode == Mode::DryRun || bundle.tips.empty() || !are_here(bundle.tips))
      return;
    write_bundle(outcome);
    if (outcome.pushed) outcome.detail += "\nall that it names is here, and it was written anew";
  }

  store::Beside sign_of_life(const store::Oid& head) {
    sign_as_member(m_repository, m_workspace.member()); // it may go by another name, and key, by now
    return {store::device_refs + m_workspace.device(),
            sync::write_heartbeat(m_repository,
                                  {m_workspace.device(), m_workspace.member(), m_workspace.env().now(), head,
                                   clone_id(m_workspace), offers(m_workspace)})};
  }

  /// Nothing to give; now and then a device says all the same that it is there. A remote that takes nothing
  /// from us is no trouble then.
  void show_life(const RemoteOutcome& outcome) {
    if (m_request.mode == Mode::DryRun) return;
    const auto beats = sync::heartbeats(m_repository, outcome.remote.name);
    const auto own = std::find_if(beats.begin(), beats.end(),
                                  [&](const auto& beat) { return beat.device == m_workspace.device(); });
    const auto now = m_workspace.env().now();
    // One from the future, by a clock that was ahead, would be believed until then.
    if (own != beats.end() && own->at <= now && now < own->at + heartbeat_every &&
        own->offers == offers(m_workspace))
      return;
    const auto head = m_repository.head();
    store::push(m_repository, outcome.remote, head, m_request.patience, {sign_of_life(head)});
  }

  void warn_of_clocks(const std::vector<store::Remote>& remotes) {
    if (auto warning = clocks_ahead(m_workspace, remotes); !warning.empty())
      m_workspace.warn(std::move(warning));
  }

  /// Twice as long each time, and never the same on two devices.
  void pause(int turn) const {
    std::byte noise[2];
    m_workspace.env().random(noise);
    const int spread = std::to_integer<int>(noise[0]) | std::to_integer<int>(noise[1]) << 8;
    const int most = 50 << turn;
    std::this_thread::sleep_for(std::chrono::milliseconds{most / 2 + spread % (most / 2 + 1)});
  }

  static void fail(RemoteOutcome& outcome, const store::Contact& contact) {
    outcome.outcome = store::to_text(contact.trouble);
    outcome.detail = contact.said;
  }

  static void hold(RemoteOutcome& outcome, HeldBack held) {
    outcome.outcome = std::move(held.outcome);
    outcome.detail = std::move(held.detail);
  }

  Workspace& m_workspace;
  store::Repository& m_repository;
  const SyncRequest& m_request;
  const std::shared_ptr<sync::JudgeMemory> m_judged = sync::new_judge_memory(m_repository);
  SyncReport m_report;
  store::Oid m_before;      ///< our head, before anything was taken in
  std::size_t m_edited = 0; ///< of a dry run: batches that edits by hand would become
  store::Oid m_planned;     ///< of a dry run: the head that it would have come to
};

SyncReport run(Workspace& workspace, const SyncRequest& request, const std::vector<store::Remote>& remotes) {
  try {
    if (const auto cut = cut_history(workspace.repository()); !cut.empty())
      throw base::Error(base::Kind::Failure, cut.substr(0, cut.find('\n')), cut.substr(cut.find('\n') + 1));
    return Sync(workspace, request).run(remotes);
  } catch (const base::Error& error) {
    // Whoever looks later sees that nothing goes any more, and why.
    if (request.mode == Mode::Write)
      note_attempts(workspace, failed_report(workspace, remotes, error), workspace.repository().head());
    throw;
  }
}

} // namespace

SyncReport sync(Workspace& workspace, const SyncRequest& request) {
  const auto remotes = meant(workspace, request);
  check_branch(workspace.repository(), remotes);
  return run(workspace, request, remotes);
}

SyncReport sync_bundle(Workspace& workspace, const std::string& file, const SyncRequest& request) {
  return run(workspace, request, {{bundle_remote, bundle_path(file, request)}});
}

} // namespace crm::app
