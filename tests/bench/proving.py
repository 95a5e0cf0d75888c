"""What it costs to prove a history: 10,000 batches signed by crm, verified by crm and by git."""
import os, shutil, subprocess


def proving(crm, base, timed, measure, bar, env, commits=10000):
    print(f"\n{commits:,} signed batches")
    folder = os.path.join(base, "history")
    timed([crm, "init", folder, "--zone", "Europe/London", "--member", "alice", "--device", "desk"], base, env)
    timed([crm, "contact", "new", "Ada Lovelace"], folder, env)
    have = int(subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=folder, env=env, capture_output=True, text=True).stdout)
    for number in range(commits - have): timed([crm, "contact", "set", "ada", f"about=text {number}"], folder, env)
    ours = measure("crm audit verify", lambda n: timed([crm, "audit", "verify"], folder, env), 3)
    measure("crm audit, the last 40", lambda n: timed([crm, "audit", "--limit", "40"], folder, env), 3)
    measure("crm audit blame", lambda n: timed([crm, "audit", "blame", "ada"], folder, env), 3)
    # git starts ssh-keygen twice for each commit: a tenth of them is measured, and multiplied.
    part = commits // 10
    theirs = measure(f"git log --format=%G?, of {part:,}", lambda n: timed(["git", "log", "--format=%G?", f"-{part}"], folder, env), 1)
    bar(f"crm audit verify of {commits:,} (s)", ours.median / 1000, 5)
    bar("crm audit verify / git log --format=%G?, a commit", ours.median / (theirs.median * commits / part), 0.1)
    shutil.rmtree(folder)
