"""Realistic stores of any size, made with git fast-import: sixty appointments a working day, as many days as it takes."""
import datetime, os, random, subprocess

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
FIRST = "Ada Grace Alan Edsger Barbara Donald Niklaus Frances Ken Dennis Margaret Tim Radia Linus Hedy Katherine Annie Joan Mary John".split()
LAST = "Lovelace Hopper Turing Dijkstra Liskov Knuth Wirth Allen Thompson Ritchie Hamilton Lee Perlman Lamarr Johnson Easley Clarke Shaw Backus Bartik".split()
DAY_ZERO = datetime.date(2026, 11, 23)


def ids(rng):
    seen = set()
    while True:
        text = "".join(rng.choices(ALPHABET, k=16))
        if text not in seen:
            seen.add(text)
            yield text


def records(count, rng):
    """(folder, id, text) of `count` records."""
    fresh = ids(rng)
    stamp = "2026-11-20T09:12:44.120Z alice@desk"
    crm = f"crm:\n  created: {stamp}\n"
    members = [f"member-{n}" for n in range(8)]
    rooms = [f"room-{n}" for n in range(10)]
    for key in members: yield "members", (i := next(fresh)), f"id: {i}\nkey: {key}\nname: {key.title()}\nrole: staff\n{crm}"
    for key in rooms: yield "resources", (i := next(fresh)), f"id: {i}\nkey: {key}\nname: {key.title()}\nkind: room\n{crm}"
    left = count - len(members) - len(rooms)
    appointments, contacts, notes, tasks = int(left * .35), int(left * .3), int(left * .25), int(left * .06)
    people = []
    for n in range(contacts):
        people.append(next(fresh))
        yield "contacts", people[-1], (f"id: {people[-1]}\nname: {rng.choice(FIRST)} {rng.choice(LAST)} {n}\n"
                                       f"emails: [person{n}@example.org]\nphones: [\"020 7946 {n % 10000:04}\"]\n{crm}")
    # 60 a day: each member has at most 8, in slots of an hour, so that nothing clashes.
    day, slot = DAY_ZERO - datetime.timedelta(days=appointments // 60 // 5 * 7 * 4 // 5), 0
    for n in range(appointments):
        if slot == 60: day, slot = day + datetime.timedelta(days=1), 0
        while day.weekday() > 4: day += datetime.timedelta(days=1)
        who, hour = slot % 8, 9 + slot // 8
        i = next(fresh)
        yield "appointments", i, (f"id: {i}\ncontact: {rng.choice(people)}\nstart: {day}T{hour:02}:00\nzone: Europe/London\nduration: PT45M\n"
                                  f"resources: [{rooms[who]}]\nassignee: {members[who]}\nstatus: booked\n{crm}")
        slot += 1
    for n in range(notes):
        i = next(fresh)
        yield "notes", i, (f"id: {i}\ncontact: {rng.choice(people)}\ntext: Called about the proposal, wants version {n} with the smaller room.\n"
                           f"kind: call\nat: 2026-{rng.randint(1, 11):02}-{rng.randint(1, 28):02}T{rng.randint(9, 17):02}:30\nzone: Europe/London\n{crm}")
    for n in range(tasks):
        i = next(fresh)
        yield "tasks", i, (f"id: {i}\ntitle: Send the proposal {n}\ndue: 2026-12-{rng.randint(1, 28):02}\nassignee: {rng.choice(members)}\n"
                           f"contact: {rng.choice(people)}\nstatus: {'open' if n % 4 == 0 else 'done'}\npriority: normal\n{crm}")
    for n in range(left - appointments - contacts - notes - tasks):
        i = next(fresh)
        yield "deals", i, (f"id: {i}\ncontact: {rng.choice(people)}\ntitle: Deal {n}\nvalue: {rng.randint(1, 90) * 100}\ncurrency: GBP\n"
                           f"stage: {rng.choice(['lead', 'qualified', 'proposal', 'won', 'lost'])}\n{crm}")


def tasks_only(count, rng):
    for n, i in zip(range(count), ids(rng)):
        yield "tasks", i, f"id: {i}\ntitle: Task number {n}\ndue: 2026-12-{n % 28 + 1:02}\nzone: Europe/London\nstatus: open\npriority: normal\ncrm:\n  created: 2026-11-20T09:12:44.120Z alice@desk\n"


def make(crm, folder, content, env):
    """A store at `folder` with these records in its second commit, checked out."""
    subprocess.run([crm, "init", folder, "--member", "alice", "--device", "desk", "--zone", "Europe/London"], check=True, env=env, capture_output=True)
    subprocess.run(["git", "-C", folder, "config", "gc.auto", "0"], check=True)
    load = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    out = load.stdin.write
    message = b"Generate\n\nCrm-Op: generate\nCrm-Batch: 0000000000000000\nCrm-Actor: alice\nCrm-Device: desk\nCrm-Clock: 2026-11-20T09:12:44.120Z\n"
    out(b"commit refs/heads/main\ncommitter alice <alice@desk> 1763629964 +0000\ndata %d\n%sfrom refs/heads/main^0\n" % (len(message), message))
    for kind, i, text in content:
        data = text.encode()
        out(f"M 100644 inline {kind}/{i[:2]}/{i}.yaml\ndata {len(data)}\n".encode() + data + b"\n")
    load.stdin.close()
    if load.wait(): raise SystemExit("bench: git fast-import failed")
    subprocess.run(["git", "-C", folder, "reset", "--hard", "--quiet"], check=True, env=env)
