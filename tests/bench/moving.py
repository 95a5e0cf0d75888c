"""Moving in and out with everything: 100,000 contacts imported and exported, beside git fast-import of the same files and SQLite with the same rows."""
import csv, os, random, shutil, sqlite3, subprocess, time

import generate
from resident import once

HEADER = "First Name,Last Name,Organization Name,Notes,Labels,E-mail 1 - Value,Phone 1 - Value,Address 1 - Street,Address 1 - City,Address 1 - Postal Code".split(",")


def people(count, rng):
    for n in range(count):
        yield [rng.choice(generate.FIRST), f"{rng.choice(generate.LAST)} {n}", f"Company {n % 999}", f"Met at the fair of {n}", "Customers", f"person{n}@example.org",
               f"+44 20 7946 {n % 10000:04}", f"{n} High Street", "London", f"N{n % 20} 1AA"]


def tell(name, seconds, memory): print(f"  {name:<52} {seconds:9.1f} s  {memory:9.1f} MB", flush=True)


def fast_import(base, store, env):
    """git fast-import of the files that crm has written, into a repository of its own, checked out: what the same files cost at least."""
    script, folder = os.path.join(base, "moving.fast-import"), os.path.join(base, "moved-by-git")
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True, env=env)
    with open(script, "wb") as out:
        out.write(b"commit refs/heads/main\ncommitter alice <alice@desk> 1763629964 +0000\ndata 6\nImport\n")
        for at, folders, names in os.walk(os.path.join(store, "contacts")):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(at, name)
                with open(path, "rb") as file: data = file.read()
                out.write(f"M 100644 inline {os.path.relpath(path, store)}\ndata {len(data)}\n".encode() + data + b"\n")
    with open(script, "rb") as file: seconds, memory = once(["git", "fast-import", "--quiet"], folder, env, stdin=file)
    checked_out, more = once(["git", "reset", "--hard", "--quiet"], folder, env)
    shutil.rmtree(folder)
    os.remove(script)
    return seconds + checked_out, max(memory, more)


def sqlite(base, table):
    """The rows of the table in one transaction, durable, with an index to find them by."""
    path = os.path.join(base, "moving.sqlite")
    start = time.perf_counter()
    database = sqlite3.connect(path)
    database.execute(f"create table contact ({', '.join(f'c{n}' for n in range(len(HEADER)))})")
    with open(table, newline="") as file:
        rows = csv.reader(file)
        next(rows)
        database.executemany(f"insert into contact values ({','.join('?' * len(HEADER))})", rows)
    database.execute("create index by_mail on contact (c5)")
    database.commit()
    database.close()
    seconds = time.perf_counter() - start
    os.remove(path)
    return seconds


def moving(crm, base, bar, env, count=100_000):
    print(f"\n{count:,} contacts in and out" + " " * 33 + "time     memory")
    folder, table, copy = (os.path.join(base, name) for name in ("moving", "moving.csv", "moved"))
    with open(table, "w", newline="") as file:
        csv.writer(file).writerow(HEADER)
        csv.writer(file).writerows(people(count, random.Random(5)))
    for place in (folder, copy): subprocess.run([crm, "init", place, "--member", "alice", "--device", "desk", "--zone", "Europe/London", "-q"], check=True, env=env, capture_output=True)
    came, memory = once([crm, "import", "csv", table, "-q"], folder, env)
    tell("crm import csv", came, memory)
    by_git, theirs = fast_import(base, folder, env)
    tell("git fast-import of the same files, and checkout", by_git, theirs)
    by_sqlite = sqlite(base, table)
    print(f"  {'SQLite, the same rows in one transaction':<52} {by_sqlite:9.1f} s", flush=True)
    bar(f"crm import csv / git fast-import and checkout at {count:,}", came / by_git, 3)
    bar(f"peak memory of crm import csv at {count:,} (MB)", memory, 512)
    again, memory = once([crm, "import", "csv", table, "-q"], folder, env)
    tell("the same once more: nothing new", again, memory)
    for form in ("ndjson", "csv", "vcf", "all"):
        out = os.path.join(base, f"moving.{form}.out")
        with open(out, "wb") as file: seconds, memory = once([crm, "export", form, *(["contact"] if form == "csv" else [])], folder, env, stdout=file)
        tell(f"crm export {form} ({os.path.getsize(out) / 1048576:.0f} MB)", seconds, memory)
        bar(f"peak memory of crm export {form} at {count:,} (MB)", memory, 64)
        if form == "ndjson": tell("crm import ndjson into an empty store", *once([crm, "import", "ndjson", out, "-q"], copy, env))
        os.remove(out)
    for place in (folder, copy): shutil.rmtree(place)
    os.remove(table)
