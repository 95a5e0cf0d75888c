"""What it costs to meet: merging 200 diverged records, a sync with nothing to do, and how soon another device sees an edit."""
import os, re, signal, subprocess, time

CLOCK = "2026-11-23T10:00:00.000Z"
STAMP = f"{CLOCK} alice@tablet"
MESSAGE = f"Rename 200\n\nCrm-Op: set\nCrm-Batch: 0000000000000000\nCrm-Actor: alice\nCrm-Device: tablet\nCrm-Clock: {CLOCK}\n"


def git(folder, *words, data=None, **env):
    done = subprocess.run(["git", "-C", folder, *words], input=data, env={**os.environ, **env}, capture_output=True, check=True)
    return done.stdout.decode()


def new_key(crm, folder, timed):
    """A key of alice's on a tablet, which the store knows."""
    key = folder + "-tablet-key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], check=True)
    with open(key + ".pub") as file: timed([crm, "member", "approve", "alice", "--device", "tablet", "--key", file.read().strip()], folder)
    return key


def changed(text):
    """The record as another device would have it that wrote its name and its text."""
    text = re.sub(r"^name: .*$", lambda match: match[0] + " the second", text, count=1, flags=re.M)
    return text.rstrip("\n") + f"\n  changed:\n    name: {STAMP}\n"


def diverge(crm, folder, remote, key, timed, count=200):
    """Both sides write the same records: ours by crm, theirs in a commit on the remote that the tablet signed."""
    paths = [path for path in git(folder, "ls-tree", "-r", "--name-only", "HEAD", "contacts/").split() if "/zz/" not in path]
    # From all over the store, and none that was written since it was made.
    paths = [path for path in paths[::max(1, len(paths) // (2 * count))] if "changed:" not in git(folder, "show", f"HEAD:{path}")][:count]
    data = f"commit refs/heads/theirs\ncommitter alice <alice@tablet> 1795428000 +0000\ndata 1\n.\nfrom refs/heads/main^0\n".encode()
    for path in paths:
        text = changed(git(folder, "show", f"HEAD:{path}")).encode()
        data += f"M 100644 inline {path}\ndata {len(text)}\n".encode() + text + b"\n"
    git(remote, "fast-import", "--quiet", "--force", data=data)
    for path in paths: timed([crm, "set", os.path.basename(path)[:-5], "about=changed here"], folder)
    who = {f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in (("NAME", "alice"), ("EMAIL", "alice@tablet"), ("DATE", "1795428000 +0000"))}
    signed = git(remote, "-c", "gpg.format=ssh", "-c", f"user.signingkey={key}", "commit-tree", "-S", "-p", "refs/heads/main", "refs/heads/theirs^{tree}", data=MESSAGE.encode(), **who)
    git(remote, "update-ref", "refs/heads/main", signed.strip())
    return paths


def merging(crm, folder, size, timed, measure, bar):
    remote = folder + "-office.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", folder, remote], check=True)
    timed([crm, "remote", "add", "office", remote], folder)
    timed([crm, "sync"], folder)
    nothing = measure("crm sync, nothing to do", lambda n: timed([crm, "sync"], folder), 15)
    fetch = measure("git fetch, nothing to do", lambda n: timed(["git", "fetch", "--quiet", "office"], folder), 15)
    key = new_key(crm, folder, timed)
    timed([crm, "sync"], folder)
    diverge(crm, folder, remote, key, timed)
    head = git(folder, "rev-parse", "HEAD").strip()
    git(folder, "fetch", "--quiet", "office")
    os.sync()
    # git by itself, line by line, and ours where lines collide.
    with open(folder + "/.git/info/attributes", "w") as file: file.write("/*/*/*.yaml merge=text\n")

    def by_git(n):
        git(folder, "reset", "--quiet", "--hard", head)
        return timed(["git", "-c", "commit.gpgsign=false", "merge", "--quiet", "--no-edit", "-X", "ours", "refs/remotes/office/main"], folder)
    theirs = measure("git merge, 200 records", by_git, 3)
    os.unlink(folder + "/.git/info/attributes")

    def by_crm(n):
        git(folder, "reset", "--quiet", "--hard", head)
        timed([crm, "day"], folder)
        return timed([crm, "sync", "--pull"], folder)
    ours = measure("crm sync --pull, 200 records merged", by_crm, 3)
    if size == 500000: bar(f"crm merge / git merge of 200 records at {size:,}", ours.median / theirs.median, 0.1)
    bar(f"crm sync / git fetch with nothing to do at {size:,}", nothing.median / fetch.median, 1.5)
    return ours


def watching(crm, base, timed, env, edits=40):
    """From the moment that `crm task` has ended on one device to the moment that the other one has it."""
    desk, tablet, office = base + "/watch-desk", base + "/watch-tablet", base + "/watch-office"
    # By crm itself: what no key has signed would not be sent.
    timed([crm, "init", desk, "--member", "alice", "--device", "desk", "--zone", "Europe/London"], base)
    with open(base + "/people.csv", "w") as file: file.write("name,email\n" + "".join(f"Person {n},person{n}@example.org\n" for n in range(1000)))
    timed([crm, "import", "csv", base + "/people.csv"], desk)
    os.makedirs(office)
    timed([crm, "remote", "add", "office", office], desk)
    timed([crm, "sync"], desk)
    member = git(desk, "config", "crm.member").strip()
    timed([crm, "join", office, tablet, "--member", member, "--device", "tablet"], base)
    for words in (["sync"], ["member", "approve", member], ["sync"]): timed([crm, *words], desk)
    watches = [subprocess.Popen([crm, "sync", "--watch"], cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for folder in (desk, tablet)]
    time.sleep(2)
    samples = []
    for number in range(edits):
        before = git(tablet, "rev-parse", "HEAD")
        timed([crm, "task", f"watched {number}"], desk)
        start = time.perf_counter()
        while git(tablet, "rev-parse", "HEAD") == before:
            if time.perf_counter() - start > 60: raise SystemExit("bench: the watch saw nothing in a minute")
        samples.append((time.perf_counter() - start) * 1000)
        time.sleep(0.3)
    for each in watches:
        each.send_signal(signal.SIGTERM)
        each.wait()
    samples.sort()
    print(f"\n  an edit here seen there, by a folder and --watch: p50 {samples[len(samples) // 2]:.0f} ms, p95 {samples[int(len(samples) * 0.95)]:.0f} ms")
