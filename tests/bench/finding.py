"""Searches, lists with filters, reports and the index made anew, beside rg and todoman where they are installed."""
import os, random, shutil, time

import generate


def questions(crm, folder, size, contact, timed, measure, bar, peak_memory, repeat):
    """All on the store that is there; returns the search for two words."""
    def ask(*words): return lambda n: timed([crm, *words], folder)
    two = measure("crm search, a name and a word", ask("search", contact, "proposal"), repeat)
    rare = measure("crm search, a rare word", ask("search", "smaller", "version 77"), repeat)
    measure("crm search, a word in half of all notes", ask("search", "proposal"), repeat)
    measure("crm search with filters", ask("search", "proposal", "kind:call", "at:2026-03..2026-04"), repeat)
    measure("crm task list with filters", ask("task", "list", "due:<2026-12-05", "for:member-1", "--limit", "20"), repeat)
    measure("crm deal list, filtered and sorted", ask("deal", "list", "value:>8000", "--sort", "-value", "--limit", "20"), repeat)
    for report in ("pipeline", "activity", "no-shows", "workload"):
        measure(f"crm report {report}", ask("report", report), repeat)
    if shutil.which("rg"):
        theirs = measure("rg over the same files", lambda n: timed(["rg", "--ignore-case", "--files-with-matches", "version 77", "notes"], folder), repeat)
        bar(f"crm search / rg at {size:,}", rare.median / theirs.median, 1.0)
    else:
        print("  rg is not installed: left out")
    index = os.path.join(folder, ".git/crm/index.sqlite")
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(index + suffix): os.remove(index + suffix)
    start = time.perf_counter()
    memory = peak_memory([crm, "contact", "list", "--limit", "1"], folder)
    print(f"  {'cold index: ' + format(time.perf_counter() - start, '.2f') + ' s, peak memory':<52} {memory:9.1f} MB, {os.path.getsize(index) / 1048576:.1f} MB on disk", flush=True)
    bar(f"peak memory of a cold index at {size:,} (MB)", memory, 256)
    return two


def against_todoman(crm, base, timed, measure, bar, env, repeat):
    todo = shutil.which("todoman") or shutil.which("todo")
    if not todo: return print("\ntodoman is not installed: left out")
    print("\n1,000 tasks, listed by due date")
    folder, home = os.path.join(base, "few-tasks"), os.path.join(base, "todo-home")
    generate.make(crm, folder, generate.tasks_only(1000, random.Random(2)), env)
    timed([crm, "task"], folder)
    os.makedirs(os.path.join(home, "lists/work"))
    config = os.path.join(home, "config.py")
    with open(config, "w") as file: file.write(f'path = "{home}/lists/*"\ncache_path = "{home}/cache.sqlite3"\n')
    for n in range(1000):
        with open(os.path.join(home, f"lists/work/{n}.ics"), "w") as file:
            file.write(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\nBEGIN:VTODO\r\nUID:{n}\r\nDTSTAMP:20261120T091244Z\r\nDUE:202612{n % 28 + 1:02}T090000Z\r\nSUMMARY:Task number {n}\r\nSTATUS:NEEDS-ACTION\r\nEND:VTODO\r\nEND:VCALENDAR\r\n")
    their_env = {**env, "HOME": home}
    ours = measure("crm task list due:<2026-12-10", lambda n: timed([crm, "task", "list", "due:<2026-12-10"], folder), repeat)
    theirs = measure("todo list --due", lambda n: timed([todo, "--config", config, "list", "--sort", "due"], home, their_env), repeat)
    bar("crm task list / todo list at 1,000", ours.median / theirs.median, 0.2)
    shutil.rmtree(folder)
