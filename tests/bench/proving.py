"""What it costs to sign and to verify: beside a store without keys, and beside git's own verification."""
import glob, os, re, resource, shutil, statistics, subprocess


def without_keys(folder, env):
    """As a store was that an older crm began: its founder has no key, and nothing is ever signed."""
    shutil.rmtree(f"{folder}/.git/crm/keys")
    path, = glob.glob(f"{folder}/members/*/*.yaml")
    with open(path) as file: text = file.read()
    with open(path, "w") as file: file.write(re.sub(r"^keys:.*\n(?:[ -].*\n)*", "", text, flags=re.M))
    git = lambda *words: subprocess.run(["git", "-C", folder, "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgsign=false", *words], check=True, env=env, capture_output=True)
    git("commit", "--quiet", "--amend", "--no-edit", "--all")
    subprocess.run(["git", "-C", folder, "config", "--unset", "crm.first"], env=env)


def pair(crm, base, name, timed, env):
    """Two devices that meet in a folder, with signatures or without."""
    desk, phone, remote = (os.path.join(base, f"{name}-{each}") for each in ("desk", "phone", "remote"))
    timed([crm, "init", desk, "--zone", "Europe/London", "--member", "alice", "--device", "desk"], base, env)
    if name == "unsigned": without_keys(desk, env)
    timed([crm, "contact", "new", "Ada Lovelace"], desk, env)
    timed([crm, "resource", "new", "Room 1", "--key", "room-1", "--kind", "room"], desk, env)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True, env=env)
    timed([crm, "remote", "add", "office", remote], desk, env)
    timed([crm, "sync"], desk, env)
    timed([crm, "join", remote, phone, "--member", "alice", "--device", "phone"], base, env)
    if name == "signed":
        timed([crm, "sync"], desk, env)
        timed([crm, "member", "approve", "alice"], desk, env)
    for folder in (desk, phone): timed([crm, "sync"], folder, env)
    return desk, phone


def meeting(crm, base, timed, measure, bar, env, batches=200, rounds=3):
    """Signing is paid by each write, verifying by whoever receives it. In turns, so that the machine's moods count for both."""
    print("\nsigning and verifying, beside a store without keys")
    places = {name: pair(crm, base, name, timed, env) for name in ("signed", "unsigned")}
    day = lambda n: f"2027-{4 + n // 28:02}-{n % 28 + 1:02} 18:00"
    book = lambda name, n: timed([crm, "book", "ada", day(n), "--for", "45m", "--in", "room-1"], places[name][0], env)
    times = {name: [] for name in places}
    for n in range(100):
        for name in places: times[name].append(book(name, n))
    for name in places: measure(f"crm book, {name}", lambda n, name=name: times[name][max(n, 0)], 100)
    bar("crm book: signing (ms)", statistics.median(times["signed"]) - statistics.median(times["unsigned"]), 1)
    for name, (desk, phone) in places.items():
        for folder in (desk, phone): timed([crm, "sync"], folder, env)
    took = {name: [] for name in places}
    for turn in range(rounds):
        for name, (desk, phone) in places.items():
            for n in range(batches): timed([crm, "contact", "set", "ada", f"about=text {turn} {n}"], desk, env)
            timed([crm, "sync"], desk, env)
            took[name].append(timed([crm, "sync"], phone, env))
    for name in places: measure(f"crm sync that takes {batches} batches, {name}", lambda n, name=name: took[name][max(n, 0)], rounds)
    bar("crm sync: verifying a batch (ms)", (statistics.median(took["signed"]) - statistics.median(took["unsigned"])) / batches, 1)
    for name in places:
        for each in ("desk", "phone", "remote"): shutil.rmtree(os.path.join(base, f"{name}-{each}"))


def processor(words, cwd, env):
    """Seconds of the processor, ours and the kernel's for us: what other programs do meanwhile does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, cwd=cwd, env=env, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def proving(crm, base, timed, measure, bar, env, commits=10000):
    meeting(crm, base, timed, measure, bar, env)
    print(f"\n{commits:,} signed batches")
    folder = os.path.join(base, "history")
    timed([crm, "init", folder, "--zone", "Europe/London", "--member", "alice", "--device", "desk"], base, env)
    timed([crm, "contact", "new", "Ada Lovelace"], folder, env)
    have = int(subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=folder, env=env, capture_output=True, text=True).stdout)
    for number in range(commits - have): timed([crm, "contact", "set", "ada", f"about=text {number}"], folder, env)
    ours = measure("crm audit verify", lambda n: timed([crm, "audit", "verify"], folder, env), 3)
    spent = processor([crm, "audit", "verify"], folder, env)
    print(f"  {'crm audit verify, seconds of the processor':<52} {spent:9.2f}")
    measure("crm audit, the last 40", lambda n: timed([crm, "audit", "--limit", "40"], folder, env), 3)
    measure("crm audit blame", lambda n: timed([crm, "audit", "blame", "ada"], folder, env), 3)
    # git starts ssh-keygen twice for each commit: a tenth of them is measured, and multiplied.
    part = commits // 10
    theirs = measure(f"git log --format=%G?, of {part:,}", lambda n: timed(["git", "log", "--format=%G?", f"-{part}"], folder, env), 1)
    bar(f"crm audit verify of {commits:,} (s)", ours.median / 1000, 5)
    bar("crm audit verify / git log --format=%G?, a commit", ours.median / (theirs.median * commits / part), 0.1)
    shutil.rmtree(folder)
