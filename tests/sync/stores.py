"""What the programs in this folder share: devices with a clock of their own, and questions about their stores."""
import json, os, shutil, subprocess, sys, tempfile

ZONE = "Europe/London"


def fast_folder(name):
    """On memory where there is some, so that the disk's fsync does not decide how long a run takes."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 1 << 30 else None
    return tempfile.mkdtemp(prefix=f"crm-{name}-", dir=place)


def environment(home, **more):
    keep = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
    # git's own writes need not reach the disk here; crm's do as ever.
    return {**keep, "HOME": home, "XDG_CONFIG_HOME": home + "/.config", "LC_ALL": "C.UTF-8", "TZ": ZONE, "USER": "alice",
            "GIT_CONFIG_NOSYSTEM": "1", **more}


class Failed(Exception):
    pass


def run(words, cwd, env, expect=0, **more):
    done = subprocess.run(words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, **more)
    if expect is not None and done.returncode not in (expect if isinstance(expect, tuple) else (expect,)):
        raise Failed(f"{' '.join(words)} in {cwd}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done


class Device:
    """A clone with a name, and a clock: seconds since the epoch, which the caller moves."""
    def __init__(self, crm, root, name, clock=1795424400, **env):
        self.crm_path, self.root, self.name, self.clock = crm, root, name, clock
        self.home = os.path.dirname(root)
        self.env = environment(self.home, CRM_LOCK_WAIT="20s", **env)
        self.env["PATH"] = os.path.dirname(crm) + ":" + self.env.get("PATH", "/usr/bin:/bin")

    def now(self):
        import datetime
        return datetime.datetime.fromtimestamp(self.clock, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def words(self, words):
        return [self.crm_path, *words]

    def with_clock(self):
        return {**self.env, "CRM_NOW": self.now()}

    def crm(self, *words, expect=0):
        return run(self.words(words), self.root if os.path.isdir(self.root) else self.home, self.with_clock(), expect)

    def json(self, *words, expect=0):
        done = self.crm(*words, "--json", expect=expect)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def git(self, *words, expect=0):
        return run(["git", "-C", self.root, *words], self.root, self.env, expect).stdout.strip()

    def head(self):
        return self.git("rev-parse", "HEAD")

    def init(self, member="alice"):
        os.makedirs(self.home, exist_ok=True)
        self.crm("init", self.root, "--name", "Practice", "--zone", ZONE, "--currency", "GBP", "--member", member, "--device", self.name)

    def join(self, url, owner, member="alice"):
        """The device `owner` approves its key."""
        os.makedirs(self.home, exist_ok=True)
        self.crm("join", url, self.root, "--member", member, "--device", self.name)
        owner.sync(expect=0)
        owner.crm("member", "approve", member)
        owner.sync(expect=0)
        self.sync(expect=0)

    def outcomes(self, done):
        """Of a `crm sync --json`, by remote; a line of each run's end."""
        return {each["remote"]: each for each in json.loads(done.stdout)["remotes"]}

    def sync(self, *words, expect=(0, 9, 10)):
        done = self.crm("sync", *words, "--json", expect=expect)
        return done.returncode, self.outcomes(done)

    def batches(self, where=None):
        """Ids of batches in the history, each as often as it is there."""
        text = run(["git", "-C", where or self.root, "log", "--format=%(trailers:key=Crm-Batch,valueonly)", "HEAD" if where is None else "main"],
                   self.home, self.env).stdout
        return [line for line in text.split("\n") if line]

    def sound(self):
        """What is not as it should be, as lines; empty when all is well."""
        out = []
        status = self.git("status", "--porcelain")
        if status: out.append(f"{self.name}: git status: {status[:500]}")
        fsck = run(["git", "-C", self.root, "fsck", "--strict", "--no-dangling", "--no-progress"], self.root, self.env, None)
        if fsck.returncode or fsck.stdout or fsck.stderr: out.append(f"{self.name}: fsck: {(fsck.stdout + fsck.stderr)[:500]}")
        doctor = json.loads(self.crm("doctor", "--json", expect=None).stdout)
        for check in doctor["checks"]:
            # A handle given twice, a reference to what another device deleted, what came to a merged record, a clock that is days off: told, and no damage.
            if not check["ok"] and check["name"] not in ("references", "keys", "merges", "clock"): out.append(f"{self.name}: doctor: {check}")
        return out


def long_form():
    return "--all" in sys.argv or os.environ.get("CTEST_LONG") == "1"


def finish(name, counts, failures, folder):
    """The line that says it all, and the exit code. A failure leaves the folder."""
    print(f"{name}: " + ", ".join(f"{count} {what}" for what, count in counts.items()) + f", {len(failures)} failures", flush=True)
    for failure in failures[:20]: print("  " + failure.replace("\n", "\n    "))
    if failures:
        print(f"what is left of it: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failures else 0)
