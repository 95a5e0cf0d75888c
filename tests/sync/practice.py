"""A practice on several devices: stores that know some of the remotes, clocks that are days off, and what people do all day, at random.

Everything is chosen by one seed; ids and the exact moment of a kill are not, so a seed plays the same story and nearly the same run.
"""
import datetime, json, os, re, signal, subprocess, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from own_types import BOX, LOCKER, METER, MIXED
from stores import Failed, fast_folder

BEGIN = 1795424400  # 2026-11-23T09:00:00Z
DAY = 86400
ROOMS, PEOPLE = ["room-1", "room-2", "room-3"], ["alice", "bob", "cy"]
EDITOR = r"sed -i -E 's/^(name|label|title):/# by editor\n\1:/'"
STATE_WORDS = {"appointment": ["confirm", "arrive", "done", "cancel", "no-show", "reopen"], "task": ["done", "cancel", "reopen"]}
REFUSED = (2, 3, 4, 5, 6, 7)  # a refusal is an answer: nothing was written, and the reason was said


class Device:
    def __init__(self, practice, number):
        self.practice, self.name, self.number = practice, f"d{number}", number
        self.root, self.clock, self.records, self.remotes = f"{practice.folder}/{self.name}", BEGIN, {}, []
        self.skew = practice.random.uniform(-3 * DAY, 3 * DAY)
        self.env = {**practice.env, "HOME": practice.folder}

    def with_clock(self):
        moment = datetime.datetime.fromtimestamp(BEGIN + self.practice.elapsed + self.skew, datetime.timezone.utc)
        return {**self.env, "CRM_NOW": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"}

    def crm(self, *words, allow=()):
        done = subprocess.run([self.practice.crm, *words], cwd=self.root if os.path.isdir(self.root) else self.practice.folder, env=self.with_clock(),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, close_fds=False, timeout=300)
        if done.returncode and done.returncode not in allow:
            raise Failed(f"{self.name}: crm {' '.join(words)}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
        return done

    def json(self, *words, allow=()):
        return json.loads(self.crm(*words, "--json", allow=allow).stdout)

    def git(self, *words, check=True):
        done = subprocess.run(["git", "-C", self.root, *words], env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, close_fds=False)
        if check and done.returncode: raise Failed(f"{self.name}: git {' '.join(words)}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
        return done.stdout

    def head(self):
        return self.git("rev-parse", "HEAD").strip()

    def learn(self):
        """Which records are here, by folder; in the order in which they were made, so that a seed chooses the same ones again."""
        paths = [line for line in self.git("ls-tree", "-r", "--name-only", "HEAD").split("\n") if line.count("/") == 2]
        order = self.practice.order
        for path in sorted(paths): order.setdefault(path.rsplit("/", 1)[1][:-5], len(order))
        self.records = {}
        for path in paths: self.records.setdefault(path.split("/")[0], []).append(path.rsplit("/", 1)[1][:-5])
        for ids in self.records.values(): ids.sort(key=order.get)

    def path(self, folder, id):
        return f"{self.root}/{folder}/{id[:2]}/{id}.yaml"


class Practice:
    def __init__(self, crm, folder, random, devices, remotes=("office", "stick", "home"), kills=0.04, evolving=False):
        self.crm, self.folder, self.random, self.kills, self.evolving = crm, folder, random, kills, evolving
        self.env = {**{k: v for k, v in os.environ.items() if not k.startswith(("CRM_", "GIT_"))}, "GIT_CONFIG_GLOBAL": "/dev/null",
                    "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "TZ": "Europe/London", "CRM_LOCK_WAIT": "60", "VISUAL": EDITOR,
                    "PATH": os.path.dirname(crm) + ":" + os.environ.get("PATH", "/usr/bin:/bin")}
        self.elapsed, self.order, self.count, self.tokens = 0.0, {}, 0, 0
        self.acknowledged = []  # (commit, device, words, answer)
        self.by_hand = []       # (path, token, words): what a person wrote into a file and a command has taken
        self.story, self.killed, self.syncs, self.refused = [], 0, 0, 0
        self.remotes = {name: f"{folder}/{name}.git" for name in remotes}
        self.devices = [Device(self, number) for number in range(devices)]

    def begin(self):
        first = self.devices[0]
        for url in self.remotes.values(): subprocess.run(["git", "init", "-q", "--bare", "-b", "main", url], env=self.env, check=True)
        first.crm("init", first.root, "--name", "Practice", "--zone", "Europe/London", "--member", "alice", "--device", first.name)
        for type_, text in (("locker", LOCKER), ("meter", METER)): open(f"{first.root}/schemas/{type_}.yaml", "w").write(text)
        first.crm("commit")
        for key in PEOPLE[1:]: first.crm("member", "new", key, "--key", key, "--role", "owner")
        for key in ROOMS: first.crm("resource", "new", key, "--key", key, "--kind", "room")
        people = [first.json("contact", "new", f"Person {n}", "--tag", "first")["records"][0]["id"] for n in range(4)]
        for n, person in enumerate(people):
            first.crm("book", person, f"2026-12-0{n + 1} 10:00", "--in", ROOMS[0], "--with", "bob")
            if n < 3: first.crm("deal", "new", person, f"Deal {n}", "--value", "100")
            if n < 2: first.crm("note", person, f"first words {n}")
            if n < 2: first.crm("task", f"Task {n}", "--for", "bob")
            if n < 2: first.crm("add", "locker", f"label=L{n}", "code=0")
            if n < 2: first.crm("add", "meter", f"label=M{n}", "highest=5", "lowest=5", "state=new")
        for name, url in self.remotes.items():
            first.crm("remote", "add", name, url)
            first.remotes.append(name)
        first.crm("sync")
        for device in self.devices[1:]:
            name, member = self.random.choice(list(self.remotes)), self.random.choice(PEOPLE)
            device.crm("join", self.remotes[name], device.root, "--member", member, "--device", device.name)
            first.crm("sync")
            first.crm("member", "approve", member)
            first.crm("sync")
            device.remotes.append("origin")
            for other in self.remotes:
                if other != name and self.random.random() < 0.4:
                    device.crm("remote", "add", other, self.remotes[other])
                    device.remotes.append(other)
        for device in self.devices: device.learn()

    # What people do. Each returns the words of a command, or None when there is nothing to do it to.

    def token(self):
        self.tokens += 1
        return f"t{self.tokens}"

    def some(self, device, folder):
        ids = device.records.get(folder)
        if not ids: return None
        # Few records get most of the attention: that is where devices meet.
        return ids[min(int(self.random.expovariate(0.35)), len(ids) - 1)] if self.random.random() < 0.85 else self.random.choice(ids)

    def when(self):
        return f"2026-12-0{self.random.randint(1, 9)} {self.random.randint(8, 17)}:{self.random.choice(['00', '15', '30'])}"

    def assignments(self, folder):
        r, token = self.random, self.token()
        element = lambda field: f"{field}{r.choice(['+=', '+=', '-='])}{field[0]}{r.randint(1, 6)}" + ("@x.org" if field == "emails" else "")
        day = lambda: f"20{r.randint(10, 40)}-0{r.randint(1, 9)}-1{r.randint(0, 9)}"
        person = lambda: r.choice(PEOPLE + [""])
        choices = {
            "contacts": [lambda: f"name=Person {token}", lambda: f"org={r.choice(['A', 'B', token, ''])}", lambda: f"address={token}\nStreet", lambda: f"birthday={day()}",
                         lambda: f"owner={person()}", lambda: f"consent={r.choice(['none', 'contact', 'marketing', ''])}", lambda: f"about=about {token}\nsecond line",
                         lambda: f"first_contact={day()}", lambda: f"last_contact={day()}", lambda: element("tags"), lambda: element("phones"), lambda: element("emails"),
                         lambda: f"status={r.choice(['lead', 'customer', 'former', ''])}", lambda: f"tags={r.choice(['', 't1', 't2'])}"],
            "appointments": [lambda: f"price={r.randint(0, 9)}", lambda: f"notes=notes {token}", lambda: element("tags"), lambda: f"title={token}", lambda: f"assignee={person()}",
                             lambda: f"location={token}", lambda: f"duration={r.choice(['15m', '30m', '1h'])}",
                             lambda: f"resources{r.choice('+-')}={r.choice(ROOMS)}"],
            "deals": [lambda: f"value={r.randint(1, 9)}00", lambda: f"owner={person()}", lambda: f"notes=deal {token}", lambda: f"title=Deal {token}", lambda: element("tags"),
                      lambda: f"expected={day()}"],
            "notes": [lambda: f"text=said {token}", lambda: f"outcome={token}", lambda: element("tags"), lambda: f"kind={r.choice(['call', 'visit', 'mail'])}"],
            "tasks": [lambda: f"title=Task {token}", lambda: f"assignee={person()}", lambda: f"priority={r.choice(['low', 'high', 'normal'])}", lambda: f"notes=task {token}",
                      lambda: f"due={day()}"],
            "lockers": [lambda: f"label=L{token}", lambda: f"code={r.choice(['1', '2', token, ''])}", lambda: f"holder={person()}"],
            "meters": [lambda: f"highest={r.randint(-9, 20)}", lambda: f"lowest={r.choice(['', '-'])}{r.randint(0, 9)}.{r.randint(0, 9)}", lambda: f"label=M{token}", lambda: element("wanted"),
                       lambda: f"state={r.choice(['used', 'worn', 'broken', 'sold'])}"],
        }[folder]
        picked = r.sample(choices, 1 if r.random() < 0.7 else 2)
        out = [each() for each in picked]
        return [text for n, text in enumerate(out) if re.match(r"\w+", text)[0] not in [re.match(r"\w+", before)[0] for before in out[:n]]]

    def do_set(self, device):
        folder = self.random.choice(["contacts"] * 6 + ["appointments"] * 3 + ["deals", "notes", "tasks", "meters"] + ["lockers"] * 2)
        id = self.some(device, folder)
        return id and ["set", id, *self.assignments(folder), *(["--force", "busy"] if folder == "appointments" else [])]

    def do_new(self, device):
        r, token = self.random, self.token()
        contact = self.some(device, "contacts")
        words = [["contact", "new", f"Person {token}", "--phone", "p1"], ["deal", "new", contact, f"Deal {token}", "--value", "7"], ["add", "meter", f"label=M{token}"],
                 ["note", contact, f"said {token}", "--next", "call back", "--due", "2026-12-04"], ["task", f"Task {token}", "--for", r.choice(PEOPLE)],
                 ["add", "locker", f"label=L{token}"], ["book", contact or "-", self.when(), "--in", r.choice(ROOMS), *r.choice([[], ["--with", "bob"]]), *r.choice([[], ["--force", "busy"]])]]
        choice = r.choice(words)
        return choice if None not in choice else None

    def do_move(self, device):
        id = self.some(device, "appointments")
        return id and ["book", "move", id, self.when(), *self.random.choice([[], ["--in", self.random.choice(ROOMS)], ["--for", "1h"]]), "--force", "busy"]

    def do_state(self, device):
        type_ = self.random.choice(["appointment"] * 3 + ["task", "deal"])
        id = self.some(device, type_ + "s")
        if type_ == "deal": return id and ["deal", "stage", id, self.random.choice(["lead", "qualified", "proposal", "negotiation", "won", "lost"])]
        verb = self.random.choice(STATE_WORDS[type_])
        return id and ["book" if type_ == "appointment" else "task", verb, id, *(["--force", "busy"] if verb == "reopen" and type_ == "appointment" else [])]

    def do_assign(self, device):
        id = self.some(device, "appointments")
        return id and ["book", "assign", id, self.random.choice(PEOPLE + ["-"])]

    def do_rm(self, device):
        id = self.some(device, self.random.choice(["contacts", "appointments", "tasks", "lockers", "meters", "notes"]))
        return id and ["rm", id]

    def do_restore(self, device):
        id = self.some(device, self.random.choice(["contacts", "appointments", "tasks", "lockers", "meters", "notes"]))
        return id and ["restore", id, "--force", "busy"]

    def do_undo(self, device):
        r = self.random
        how = r.choice([[], [], ["--keep"], ["--overwrite"]])
        # Not whichever was the last: that may be what vouched for somebody's key, and then nobody takes anything from that device.
        own = [each for each in self.acknowledged if each[1] == device.name]
        if own and r.random() < 0.5: return ["undo", own[-1][3]["batch"], *how]
        if not self.acknowledged: return None
        return ["undo", r.choice(self.acknowledged[-40:])[3]["batch"], *how]

    def do_resolve(self, device):
        conflicts = device.json("conflicts", allow=(7,))["conflicts"]
        if not conflicts: return None
        conflicts.sort(key=lambda c: (self.order.get(c["id"], 1 << 30), c["field"]))
        conflict = self.random.choice(conflicts)
        side = self.random.choice([["--ours"], ["--theirs"], ["--base"], ["--both"], ["--pick", "1"], ["--pick", "2"], ["--value", "5"]])
        return ["resolve", conflict["id"], "--field", conflict["field"], *side]

    def overwrite(self, device, path, before, after):
        """What a killed command has not taken is an editor's own: who writes over it has nothing coming."""
        gone = [each for each in self.by_hand if each[0] == path and re.search(rf"\b{each[1]}\b", before) and not re.search(rf"\b{each[1]}\b", after)]
        if not gone: return
        taken = device.git("show", f"HEAD:{path}", check=False)
        self.by_hand = [each for each in self.by_hand if each not in gone or re.search(rf"\b{each[1]}\b", taken)]

    def do_hand(self, device):
        """An edit with an editor; what is there afterwards is committed by name, or by whatever command comes next."""
        r, token = self.random, self.token()
        folder = r.choice(["contacts", "contacts", "deals", "appointments", "lockers"])
        id = self.some(device, folder)
        if not id: return None
        path = device.path(folder, id)
        if not os.path.exists(path): return None
        text = open(path).read()
        field = {"contacts": "name", "deals": "title", "appointments": "zone", "lockers": "label"}[folder]
        kind = r.choice(["value", "value", "comment", "comment", "behind", "unknown", "list", "order", "remove"])
        name = f"{folder}/{id[:2]}/{id}.yaml"
        if kind == "remove":
            os.remove(path)
            self.overwrite(device, name, text, "")
            self.story.append(f"{device.name} removed {folder}/{id[:4]}")
            return ["commit"]
        if kind == "value" and field != "zone": edited = re.sub(rf"^{field}: .*$", f"{field}: Hand {token}", text, count=1, flags=re.M)
        elif kind == "comment": edited = re.sub(rf"^{field}:", f"# said {token}\n{field}:", text, count=1, flags=re.M)
        elif kind == "behind": edited = re.sub(rf"^({field}: [^#\n\"]*?)( #.*)?$", rf"\1 # {token}", text, count=1, flags=re.M)
        elif kind == "list": edited = re.sub(r"^tags: .*$", f"tags: [h{r.randint(1, 3)}, {token}]", text, count=1, flags=re.M)
        elif kind == "order":
            lines = text.split("\ncrm:\n")[0].split("\n")
            edited = text if any(line[:1] in " #-" for line in lines) else "\n".join(lines[:1] + lines[:0:-1]) + "\ncrm:\n" + text.split("\ncrm:\n", 1)[1]
        else:
            extra = f"extra_{r.randint(1, 2)}"
            edited = re.sub(r"^crm:", f"{extra}: {token}\ncrm:", re.sub(rf"^{extra}:.*\n", "", text, flags=re.M), count=1, flags=re.M)
        if edited == text: return None
        open(path, "w").write(edited)
        self.story.append(f"{device.name} edited {folder}/{id[:4]}: {kind} {token}")
        self.overwrite(device, name, text, edited)
        if re.search(rf"\b{token}\b", edited): self.by_hand.append((name, token, f"{device.name} {kind}"))  # not a part of an id
        return ["commit"] if r.random() < 0.7 else self.do_set(device)

    def do_settings(self, device):
        """A file without stamps: the newest change of it counts."""
        token = self.token()
        name = self.random.choice(["crm.yaml", "schemas/meter.yaml"])
        path = f"{device.root}/{name}"
        text = open(path).read()
        edited = re.sub(r"^name: .*$", f"name: Practice {token}", text, count=1, flags=re.M) if path.endswith("crm.yaml") else text.split("# ")[0] + f"# {token}\n"
        open(path, "w").write(edited)
        self.story.append(f"{device.name} edited {name}: {token}")
        self.overwrite(device, name, text, edited)
        self.by_hand.append((name, token, device.name))
        return ["commit"]

    def do_editor(self, device):
        id = self.some(device, self.random.choice(["contacts", "deals", "tasks"]))
        return id and ["edit", id]

    def do_box(self, device):
        """Records of a type whose schema is edited at the same time. Unknown or not, its field is written with an editor."""
        r, token, ids = self.random, self.token(), device.records.get("boxes", [])
        schema = f"{device.root}/schemas/box.yaml"
        if not os.path.exists(schema) or (self.evolving and r.random() < 0.15):
            mixed = r.choice(MIXED) if self.evolving else MIXED[2]
            whole = ", merge: record" if self.evolving and "x-crm" not in mixed and r.random() < 0.4 else ""
            new, old = f"# {token}\n" + BOX.format(mixed=mixed, whole=whole), device.git("show", "HEAD:schemas/box.yaml", check=False)
            if any(bond in old and bond not in new for bond in ("merge: record", "group: both")): return None  # refused: others' values would be lost
            open(schema, "w").write(new)
            return ["commit"]
        if not ids or (len(ids) < 3 and r.random() < 0.2): return ["add", "box", f"label=B{token}"]
        id = r.choice(ids)
        if r.random() < 0.3: return r.choice([["set", id, f"label=B{token}"], ["rm", id], ["restore", id]])
        path = device.path("boxes", id)
        if not os.path.exists(path): return None
        text = re.sub(r"^mixed:.*\n", "", open(path).read(), flags=re.M)
        open(path, "w").write(re.sub(r"^crm:", f"mixed: {token}\ncrm:", text, count=1, flags=re.M))
        self.story.append(f"{device.name} edited boxes/{id[:4]}: mixed {token}")
        return ["commit"]

    def step(self, device, meet=True):
        r = self.random
        self.elapsed += r.choice([0, 0.001, 1, 30, 300])
        if r.random() < 0.01: device.skew = r.uniform(-3 * DAY, 3 * DAY)  # somebody sets the clock
        if meet and r.random() < 0.07: return self.meet(device)
        kinds = [(self.do_set, 40), (self.do_new, 5), (self.do_move, 9), (self.do_state, 9), (self.do_assign, 4), (self.do_rm, 5), (self.do_restore, 5), (self.do_undo, 5),
                 (self.do_resolve, 8), (self.do_hand, 9), (self.do_settings, 1 if meet else 8), (self.do_editor, 2),
                 (self.do_box, 12 if self.evolving else 3)]
        words = r.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0](device)
        if not words: return
        self.count += 1
        self.act(device, words)

    def act(self, device, words):
        self.story.append(f"{device.name} {device.with_clock()['CRM_NOW']} crm {' '.join(words)}".replace("\n", "\\n"))
        if self.random.random() < self.kills: return self.kill(device, words)
        done = device.crm(*words, "--json", allow=REFUSED)
        self.took(device, words, done.returncode, done.stdout, done.stderr)

    def took(self, device, words, code, out, err):
        if code or not out.strip():
            self.refused += 1
            self.story[-1] += f"  -> {code} {err.strip().splitlines()[0] if err.strip() else ''}"
            if not out.strip(): return
        answer = json.loads(out)
        if not answer.get("commit"): return
        self.acknowledged.append((answer["commit"], device.name, " ".join(words), answer))
        self.story[-1] += f"  -> {answer['commit'][:8]}"
        for record in answer["records"]:
            if record["action"] != "created": continue
            self.order.setdefault(record["id"], len(self.order))
            device.records.setdefault({"box": "boxes"}.get(record["type"], record["type"] + "s"), []).append(record["id"])

    def start(self, device, words):
        return subprocess.Popen([self.crm, *words, "--json"], cwd=device.root, env=device.with_clock(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, start_new_session=True)

    def kill(self, device, words):
        """kill -9, of all that it started or of itself alone. What it had answered by then it has promised."""
        process = self.start(device, words)
        time.sleep(self.random.uniform(0, 0.1 if words[0] == "sync" else 0.025))
        everything = self.random.random() < 0.7
        try: os.killpg(process.pid, signal.SIGKILL) if everything else process.kill()
        except ProcessLookupError: pass
        out, err = process.communicate()
        self.killed += process.returncode == -9
        self.story[-1] += "  (killed)" if process.returncode == -9 else "  (too late to kill)"
        if words[0] == "sync": return device.learn()
        if not out.endswith("\n"): return
        try: self.took(device, words, 0, out, err)
        except json.JSONDecodeError: pass

    def meet(self, device):
        """With all remotes or one of them; now and then another device talks to them at the same moment."""
        self.syncs += 1
        words = ["sync", *self.random.choice([[], device.remotes, [self.random.choice(device.remotes)]])]
        self.story.append(f"{device.name} {device.with_clock()['CRM_NOW']} crm {' '.join(words)}")
        if self.random.random() < 2 * self.kills: return self.kill(device, words)
        if self.random.random() < 0.1:
            other = self.random.choice([each for each in self.devices if each != device])
            self.story[-1] += f"  (and {other.name} at once)"
            both = [(each, self.start(each, ["sync"])) for each in (device, other)]
            for each, process in both:
                out, err = process.communicate()
                self.check_sync(each, process.returncode, out, err, ("ok", "rejected"))
        else:
            done = device.crm(*words, "--json", allow=range(1, 128))
            self.check_sync(device, done.returncode, done.stdout, done.stderr, ("ok",))

    def check_sync(self, device, code, out, err, fine):
        try: answer = json.loads(out)
        except json.JSONDecodeError: raise Failed(f"{device.name}: crm sync: exit {code}\n{out[-1000:]}{err[-3000:]}")
        # A mass deletion asks first: that is as it should be, and the next round says yes.
        twice = [each["doubled"] for each in answer["remotes"] if each["doubled"]]
        if twice: raise Failed(f"{device.name}: told of two clones of one name, and there are none: {twice}")
        bad = [{k: v for k, v in each.items() if k not in ("merged", "url")} for each in answer["remotes"] if each["outcome"] not in (*fine, "deletions")]
        if code not in (0, 7, 10) or bad: raise Failed(f"{device.name}: crm sync: exit {code} {json.dumps(bad, indent=1)}\n{err[-3000:]}")
        device.learn()

    # The end of the day.

    def settle(self, random, rounds=12):
        """Everybody syncs with everything, in any order, until all remotes and devices stand at one commit."""
        tips = {}
        for device in self.devices: device.crm("commit", allow=(5,))  # what a killed command left of an edit by hand
        for turn in range(rounds):
            for device in random.sample(self.devices, len(self.devices)):
                done = device.crm("sync", "--allow-deletions", "--json", allow=range(1, 128))
                self.check_sync(device, done.returncode, done.stdout, done.stderr, ("ok",))
            tips = {device.name: device.head() for device in self.devices}
            for name, url in self.remotes.items():
                tips[name] = subprocess.run(["git", "-C", url, "rev-parse", "refs/heads/main"], env=self.env, capture_output=True, text=True).stdout.strip()
            if len(set(tips.values())) == 1: return turn + 1
        raise Failed(f"they do not come to rest: {tips}")

    def copy(self, folder):
        """The same devices and remotes elsewhere, to meet in another order."""
        subprocess.run(["cp", "-a", self.folder, folder], check=True)
        twin = object.__new__(Practice)
        twin.__dict__.update(self.__dict__)
        twin.folder, twin.remotes, twin.devices = folder, {name: f"{folder}/{name}.git" for name in self.remotes}, []
        for device in self.devices:
            other = object.__new__(Device)
            other.__dict__.update(device.__dict__)
            other.practice, other.root = twin, f"{folder}/{device.name}"
            config = open(f"{other.root}/.git/config").read()
            open(f"{other.root}/.git/config", "w").write(config.replace(self.folder + "/", folder + "/"))
            twin.devices.append(other)
        return twin
