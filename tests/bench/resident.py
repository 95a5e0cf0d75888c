"""How long a program took and how much of memory it had at most. A process counts as its own what its parent had when it was started: so the
parent is a small one."""
import os, subprocess, sys, time

STARTER = """import os, sys
told, words = int(sys.argv[1]), sys.argv[2:]
child = os.fork()
if child == 0:
    os.close(told)
    os.execvp(words[0], words)
_, status, used = os.wait4(child, 0)
os.write(told, b"%d %d" % (status, used.ru_maxrss))
"""


def once(words, cwd, env, stdin=None, stdout=subprocess.DEVNULL):
    """(seconds, megabytes)"""
    heard, told = os.pipe()
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", STARTER, str(told), *words], cwd=cwd, env=env, stdin=stdin, stdout=stdout,
                             stderr=subprocess.PIPE, pass_fds=[told])
    os.close(told)
    said = child.stderr.read()
    child.wait()
    spent = time.perf_counter() - start
    with os.fdopen(heard) as answer: status, kilobytes = map(int, answer.read().split())
    if status: raise SystemExit(f"bench: {' '.join(words)} failed: {said[-500:]!r}")
    return spent, kilobytes / 1024
