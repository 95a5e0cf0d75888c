"""What a store must hold, worked out from its history alone and by other means than the program's: each commit of a device is a set of writes, git's graph
says which write knew of which, and the rules of lib/core/README.md say what is left of them. It is compared with what is there, to the stamp.
"""
import json, re, subprocess

UNSET = (None, "", "[]", "{}")


# Records as the program writes them: a small part of YAML. Scalars stay as they are written, so that equal texts are equal values.

def parse_record(text):
    lines = [line for line in text.split("\n")]
    value, at = block(lines, 0, 0)
    if at < len(lines) and any(line.strip() for line in lines[at:]): raise ValueError("not understood: " + lines[at])
    return value


def skip(lines, at):
    while at < len(lines) and (not lines[at].strip() or lines[at].lstrip().startswith("#")): at += 1
    return at


def block(lines, at, indent):
    out, items = {}, []
    while (at := skip(lines, at)) < len(lines):
        line = lines[at]
        depth = len(line) - len(line.lstrip(" "))
        if depth < indent: break
        if depth > indent: raise ValueError("indentation: " + line)
        rest = line[indent:]
        if rest.startswith("- "):
            inner = rest[2:]
            if re.match(r"[\w.-]+: |[\w.-]+:$", inner) and not inner.startswith("{"):
                lines[at] = " " * (indent + 2) + inner
                value, at = block(lines, at, indent + 2)
                items.append(value)
                continue
            value, at = scalar_or_more(lines, at, inner, indent)
            items.append(value)
            continue
        key, colon = take_scalar(rest, 0, ":")
        if not rest[colon:].startswith(":"): raise ValueError("no key: " + line)
        value, at = scalar_or_more(lines, at, rest[colon + 1:].strip(), indent)
        out[unquote(key)] = value
    return (items if items else out), at


def scalar_or_more(lines, at, rest, indent):
    if rest.startswith("#"): rest = ""
    if re.match(r"\|[+-]?$", rest):
        end = at + 1
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" " * (indent + 1))): end += 1
        return "\n".join(line.strip() for line in lines[at + 1:end]).rstrip("\n"), end
    if rest == "":
        after = skip(lines, at + 1)
        depth = len(lines[after]) - len(lines[after].lstrip(" ")) if after < len(lines) else 0
        if depth > indent or (after < len(lines) and lines[after].startswith(" " * indent + "- ")): return block(lines, after, depth)
        return None, at + 1
    if rest[0] in "[{":
        value, end = flow(rest, 0)
        return value, at + 1
    raw, _ = take_scalar(rest, 0, "")
    return unquote(raw), at + 1


def take_scalar(text, at, stops):
    """A scalar as it is written, and where it ends; in flow style also at `,`, `]`, `}`, in a block at ` #`."""
    start = at
    if at < len(text) and text[at] in "\"'":
        quote, at = text[at], at + 1
        while text[at] != quote: at += 2 if text[at] == "\\" and quote == '"' else 1
        return text[start:at + 1], at + 1
    while at < len(text):
        if text[at] == ":" and ":" in stops and text[at + 1:at + 2] in ("", " "): break
        if text[at] in ",]}" and text[at] in stops: break
        if text[at] == "#" and at > start and text[at - 1] == " ": break
        at += 1
    return text[start:at].strip(), at


def unquote(text):
    if text[:1] == '"': return json.loads(text)
    if text[:1] == "'": return text[1:-1].replace("''", "'")
    return text


def flow(text, at):
    if text[at] == "[":
        out, at = [], at + 1
        while text[at] != "]":
            value, at = flow(text, at)
            out.append(value)
            at = skip_separators(text, at)
        return out, at + 1
    if text[at] == "{":
        out, at = {}, at + 1
        while text[at] != "}":
            key, at = take_scalar(text, at, ":,]}")
            value, at = flow(text, at + 2)
            out[unquote(key)] = value
            at = skip_separators(text, at)
        return out, at + 1
    raw, at = take_scalar(text, at, ",]}")
    return unquote(raw), at


def skip_separators(text, at):
    while text[at] in ", ": at += 1
    return at


def stamp(text):
    """Time, then device: the order of stamps."""
    time, who = text.split(" ")
    return time, who.split("@")[1]


def frozen(value):
    return json.dumps(value, sort_keys=True)


class Types:
    """What the schemas say of each field, by folder, and the state machines."""

    def __init__(self, document, machines, whole=("locker",)):
        self.units, self.rules, self.machines = {}, {}, machines
        for type_ in document["types"]:
            units = {field["name"]: field["group"] or field["name"] for field in type_["fields"]}
            rules = {units[field["name"]]: "review" if field["group"] else field["merge"] for field in type_["fields"]}
            if type_["type"] in whole: units, rules = {name: "record" for name in units}, {"record": "review"}
            self.units[type_["folder"]], self.rules[type_["folder"]] = units, rules

    def unit(self, folder, field):
        return self.units[folder].get(field, field)

    def rule(self, folder, unit):
        return self.rules[folder].get(unit, "unknown")


def folder_of(path):
    """Of the records whose schema stands there: as schemas/ and practice.py have it."""
    type_ = path[len("schemas/"):-len(".yaml")] if path.startswith("schemas/") else ""
    return {"": "no folder", "box": "boxes"}.get(type_, type_ + "s")


class History:
    """Commits, oldest first, with the set of each one's ancestors (as the bits of a number), and the files that each changed."""

    def __init__(self, root, env, tips, types, unruled=()):
        """`unruled`: folders of types whose rules have changed meanwhile; that their values are as they should be is not known here."""
        self.unruled, self.root, self.env, self.types, self.texts, self.parsed, self.problems = tuple(unruled), root, env, types, {}, {}, []
        key = "%(trailers:key=Crm-{},valueonly,separator=)"
        log = self.git("log", "--topo-order", "--reverse", "--format=%H\x1f%P\x1f" + "\x1f".join(key.format(k) for k in ("Clock", "Actor", "Device", "Op")), *tips)
        self.commits = [line.split("\x1f") for line in log.rstrip("\n").split("\n")]
        self.number = {commit[0]: n for n, commit in enumerate(self.commits)}
        self.parents = [[self.number[parent] for parent in commit[1].split()] for commit in self.commits]
        self.known = []
        for n, parents in enumerate(self.parents):
            bits = 1 << n
            for parent in parents: bits |= self.known[parent]
            self.known.append(bits)
        self.stamps = [(commit[2], commit[4]) for commit in self.commits]
        self.changes = {}
        number = None
        for line in self.git("log", "--raw", "--no-abbrev", "--no-renames", "--root", "--no-merges", "--format=C%H", *tips).split("\n"):
            if line.startswith("C"): number = self.number[line[1:]]
            elif line.startswith(":"):
                info, path = line.split("\t")
                old, new = info.split(" ")[2:4]
                self.changes.setdefault(number, []).append((path, old.strip("0") and old, new.strip("0") and new))
        self.load({blob for changes in self.changes.values() for _, old, new in changes for blob in (old, new) if blob})
        self.collect()
        self.check_commits()

    def git(self, *words):
        return subprocess.run(["git", "-C", self.root, *words], env=self.env, capture_output=True, text=True, check=True, close_fds=False).stdout

    def load(self, blobs):
        wanted = [blob for blob in blobs if blob not in self.texts]
        data = subprocess.run(["git", "-C", self.root, "cat-file", "--batch"], env=self.env, input="".join(blob + "\n" for blob in wanted).encode(), capture_output=True, check=True).stdout
        at = 0
        for blob in wanted:
            end = data.index(b"\n", at)
            size = int(data[at:end].split()[2])
            self.texts[blob] = data[end + 1:end + 1 + size].decode()
            at = end + size + 2

    def record(self, blob):
        if blob not in self.parsed: self.parsed[blob] = parse_record(self.texts[blob])
        return self.parsed[blob]

    def content(self, path, unit, record):
        folder = path.split("/")[0]
        return {field: value for field, value in record.items() if field not in ("id", "crm") and self.types.unit(folder, field) == unit}

    def collect(self):
        """Who wrote what: path -> unit -> [(commit, stamp, content, …)], marks, and files without stamps."""
        self.writes, self.marks, self.files, self.created = {}, {}, {}, {}
        for n in sorted(self.changes):
            for path, old, new in self.changes[n]:
                if path.count("/") != 2:
                    self.files.setdefault(path, []).append((n, new))
                    continue
                if not new:
                    self.problems.append(f"{self.commits[n][0][:8]} removes the file {path}")
                    continue
                self.one(n, path, self.record(old) if old else None, self.record(new))

    def one(self, n, path, old, new):
        folder, mine = path.split("/")[0], self.stamps[n]
        writes = self.writes.setdefault(path, {})
        fields = lambda record: {self.types.unit(folder, field) for field in record if field not in ("id", "crm")}
        if old is None:
            if stamp(new["crm"]["created"]) != mine: self.problems.append(f"{self.commits[n][0][:8]} {path}: created by another stamp than the commit's")
            if path in self.created: self.problems.append(f"{path} is created twice")
            self.created[path] = n
            units = fields(new) | set(self.types.rules[folder])
        else:
            units = {unit for unit, text in new["crm"].get("changed", {}).items() if stamp(text) == mine}
            if path.startswith(self.unruled): return
            silent = {unit for unit in fields(old) | fields(new) if self.content(path, unit, old) != self.content(path, unit, new)} - units
            if silent: self.problems.append(f"{self.commits[n][0][:8]} {path}: {silent} changed without a stamp")
        for unit in units: writes.setdefault(unit, []).append((n, mine, self.content(path, unit, new), self.content(path, unit, old) if old else {}))
        deleted = new["crm"].get("deleted", {})
        said = deleted.get("by") or deleted.get("restored")
        if said and stamp(said) == mine: self.marks.setdefault(path, []).append((n, mine, "delete" if "by" in deleted else "restore"))

    def check_commits(self):
        newest = []  # of all that a commit knows
        merges = {}
        for n, parents in enumerate(self.parents):
            before = max((newest[parent] for parent in parents), default=("", ""))
            if len(parents) < 2:
                if not self.stamps[n][0]: self.problems.append(f"{self.commits[n][0]} has no clock")
                # What a person writes into crm.yaml has a clock too: each commit's is later than all that it knew.
                if self.stamps[n][0] <= before[0] and parents: self.problems.append(f"{self.commits[n][0][:8]} ({self.commits[n][5]} on {self.stamps[n][1]}) has the clock {self.stamps[n][0]} and knew of {before[0]}")
                newest.append(self.stamps[n])
            else:
                newest.append(before)
                other = merges.setdefault(frozenset(parents), n)
                if other != n: self.problems.append(f"two merges of the same heads: {self.commits[other][0]} {self.commits[n][0]}")

    # What must be there at a commit.

    def latest_of(self, entries):
        """Those that no other one knew of."""
        return [each for each in entries if not any(other[0] != each[0] and self.known[other[0]] >> each[0] & 1 for other in entries)]

    def expect(self, tip):
        """Compares the tree of a commit with what its history says. Returns what it expects to be in conflict and to be gone."""
        bits, conflicts, gone = self.known[self.number[tip]], {}, set()
        listing = [line.split("\t") for line in self.git("ls-tree", "-r", tip).rstrip("\n").split("\n")]
        tree = {path: info.split(" ")[2] for info, path in listing}
        self.load(tree.values())
        created = {path for path, n in self.created.items() if bits >> n & 1}
        for path in created - tree.keys(): self.problems.append(f"MISSING {path}: no file in {tip[:8]}")
        for path in tree:
            if path.count("/") == 2 and path not in created: self.problems.append(f"{path} was never created, and is in {tip[:8]}")
        for path, writes in self.files.items():
            counting = [(n, blob) for n, blob in writes if bits >> n & 1]
            # Nobody takes away the schema of records that somebody has.
            if any(each.startswith(folder_of(path) + "/") for each in tree): counting = [each for each in counting if each[1]]
            n, blob = max(counting, key=lambda each: self.stamps[each[0]], default=(0, None))
            if tree.get(path, "") != (blob or "") and bits >> writes[0][0] & 1: self.problems.append(f"MISSING {path} in {tip[:8]}: the newest change of it is {self.commits[n][0][:8]}")
        for path in sorted(created & tree.keys()):
            if path.startswith(self.unruled): continue
            try: self.compare(path, self.record(tree[path]), bits, conflicts, gone)
            except (ValueError, KeyError, IndexError) as error: self.problems.append(f"{path}: {error!r}\n{self.texts[tree[path]]}")
        return conflicts, gone, tree

    def compare(self, path, record, bits, conflicts, gone):
        folder, id = path.split("/")[0], record["id"]
        crm = record["crm"]
        visible = lambda entries: [each for each in entries if bits >> each[0] & 1]
        dots = []  # commits whose writes a deletion has to know of
        for unit, entries in sorted(self.writes[path].items()):
            entries, rule = visible(entries), self.types.rule(folder, unit)
            if not entries: continue
            shown, now = self.content(path, unit, record), stamp(crm.get("changed", {}).get(unit, crm["created"]))
            tell = lambda what, wanted: self.problems.append(
                f"MISSING {path} {unit} ({rule}): {what}, expected {wanted}\n  writes: " +
                "\n          ".join(f"{self.commits[n][0][:8]} {' '.join(s)} {frozen(c)}" for n, s, c, _ in entries) + f"\n{self.texts_of(record)}")
            if rule in ("max", "min"):
                numbers = [next(iter(c.values())) for _, _, c, _ in entries if c]
                key = (lambda v: (0, float(v), "")) if all(re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", v) for v in numbers) else (lambda v: (1, 0.0, v))
                best = (max if rule == "max" else min)(numbers, key=key) if numbers else None
                if next(iter(shown.values()), None) != best: tell(f"is {shown}", best)
                continue
            if rule == "latest":
                winner = max(entries, key=lambda each: each[1])
                dots.append(winner[0])
                if shown != winner[2] or now != winner[1]: tell(f"is {frozen(shown)} by {now}", f"{frozen(winner[2])} by {winner[1]}")
                continue
            dots.extend(each[0] for each in entries)
            if rule == "set":
                self.compare_set(unit, entries, shown, crm, tell)
                continue
            last = self.latest_of(entries)
            wanted = {s: c for _, s, c, _ in last}
            found = {now: shown}
            for other in crm.get("also", {}).get(unit, []): found[stamp(other["written"])] = {field: value for field, value in other.items() if field != "written"}
            strip = lambda versions: {s: {f: v for f, v in c.items() if v not in UNSET and v != []} for s, c in versions.items()}
            if frozen(sorted(strip(found).items())) != frozen(sorted(strip(wanted).items())): tell(f"has {frozen(sorted(found.items()))}", frozen(sorted(wanted.items())))
            newest = max(wanted)
            contents = {frozen(content) for content in wanted.values()}
            provisional, disputed = newest, len(contents) > 1 and rule != "unknown"
            if rule == "states" and disputed: provisional, disputed = self.states(folder, unit, wanted)
            if now != provisional: tell(f"shows {now}", provisional)
            if disputed: conflicts[id, unit] = contents
        self.compare_marks(path, id, crm, visible(self.marks.get(path, [])), dots, conflicts, gone)

    def compare_set(self, unit, entries, shown, crm, tell):
        listed = lambda content: set(content.get(unit) or [])
        there = {}
        for n, s, content, before in entries:
            for element in listed(content) - listed(before): there.setdefault(element, []).append((n, s))
        wanted = {}
        for element, adds in there.items():
            removals = [n for n, _, content, before in entries if element in listed(before) - listed(content)]
            left = {s for n, s in adds if not any(r != n and self.known[r] >> n & 1 for r in removals)}
            if left: wanted[element] = left
        added = crm.get("added", {}).get(unit, {})
        found = {}
        for element in listed(shown):
            said = added.get(element, crm["created"])
            found[element] = {stamp(each) for each in (said if isinstance(said, list) else [said])}
        if found != wanted: tell(f"has {found}", wanted)

    def states(self, folder, unit, wanted):
        machine = self.types.machines[folder]
        def reaches(start, goal):
            done, todo = set(), [start]
            while todo:
                state = todo.pop()
                if state in done: continue
                done.add(state)
                if goal in machine["moves"].get(state, []): return True
                todo.extend(machine["moves"].get(state, []))
            return False
        state = lambda s: wanted[s].get(unit, "")
        rank = lambda s: (machine["rank"].index(state(s)) + 1 if state(s) in machine["rank"] else 0, state(s))
        best = max(rank(s) for s in wanted)
        far = max(s for s in wanted if rank(s) == best)
        agreed = all(state(s) == state(far) or (state(s) and reaches(state(s), state(far)) and not reaches(state(far), state(s))) for s in wanted)
        return far, not agreed

    def compare_marks(self, path, id, crm, marks, dots, conflicts, gone):
        last = self.latest_of(marks)
        deleted = crm.get("deleted", {})
        found = {stamp(entry.get("by") or entry["restored"]): "delete" if "by" in entry else "restore" for entry in ([deleted] if deleted else []) + deleted.get("also", [])}
        wanted = {s: kind for _, s, kind in last}
        if found != wanted: self.problems.append(f"MISSING {path}: marks are {found}, expected {wanted}")
        if "delete" not in wanted.values(): return
        aware = all(self.known[n] >> dot & 1 for n, _, _ in last for dot in dots)
        if "restore" in wanted.values() or not aware: conflicts[id, "deleted"] = None
        else: gone.add(id)

    def texts_of(self, record):
        return next((self.texts[blob] for blob, parsed in self.parsed.items() if parsed is record), "")
