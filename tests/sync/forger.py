"""Commits that crm would not make, by git's own plumbing and ssh-keygen."""
import os, subprocess


class Forger:
    """git's own plumbing, with the keys of a device that may write."""
    def __init__(self, device, folder):
        self.device, self.folder = device, folder
        os.makedirs(folder)
        self.head = device.head()
        self.member = device.git("config", "crm.member").strip()
        self.author = f"{self.member} <{self.member}@{device.git('config', 'crm.device').strip()}>"
        self.key = f"{device.root}/.git/crm/keys/{self.member}"

    def git(self, *words, data=None):
        return subprocess.run(["git", "-C", self.device.root, *words], input=data, env=self.device.env, capture_output=True, check=True).stdout

    def by_crm(self, *commands):
        """What crm itself makes of commands, on a branch that goes away again."""
        self.git("reset", "-q", "--hard", self.head)
        for words in commands: self.device.crm(*words)
        made = self.device.head()
        self.git("reset", "-q", "--hard", self.head)
        return made

    def new_key(self, name, kind="ed25519"):
        path = f"{self.folder}/{name}"
        if not os.path.exists(path): subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path], check=True)
        return path

    def tree(self, changes, base=None):
        """The tree of a commit with files (path: text, or (mode, text)) changed."""
        env = {**self.device.env, "GIT_INDEX_FILE": f"{self.folder}/index"}
        call = lambda *words, data=None: subprocess.run(["git", "-C", self.device.root, *words], input=data, env=env, capture_output=True, check=True).stdout.decode().strip()
        call("read-tree", base or self.head)
        for path, text in changes.items():
            mode, text = text if isinstance(text, tuple) else ("100644", text)
            blob = self.git("hash-object", "-w", "--stdin", data=text.encode()).decode().strip()
            call("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")
        return call("write-tree")

    def without(self, path):
        """The tree of the head without a file."""
        env = {**self.device.env, "GIT_INDEX_FILE": f"{self.folder}/index"}
        for words in (("read-tree", self.head), ("update-index", "--force-remove", path)):
            subprocess.run(["git", "-C", self.device.root, *words], env=env, capture_output=True, check=True)
        return subprocess.run(["git", "-C", self.device.root, "write-tree"], env=env, capture_output=True, check=True).stdout.decode().strip()

    def text(self, path, at=None):
        return self.git("show", f"{at or self.head}:{path}").decode()

    def payload(self, tree=None, parents=None, author=None, message="Change something\n"):
        parents = [self.head] if parents is None else parents
        author = author or self.author
        lines = [f"tree {tree or self.git('rev-parse', self.head + '^{tree}').decode().strip()}", *(f"parent {each}" for each in parents)]
        return "\n".join([*lines, f"author {author} 1795500000 +0000", f"committer {author} 1795500000 +0000", "", message]).encode()

    def sign(self, payload, key=None, namespace="git"):
        return subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key or self.key], input=payload, capture_output=True, check=True).stdout

    def write(self, payload, signature=None):
        if signature:
            head, body = payload.split(b"\n\n", 1)
            payload = head + b"\ngpgsig " + signature.strip().replace(b"\n", b"\n ") + b"\n\n" + body
        return self.git("hash-object", "-t", "commit", "-w", "--stdin", data=payload).decode().strip()

    def signed(self, key=None, namespace="git", **what):
        payload = self.payload(**what)
        return self.write(payload, self.sign(payload, key, namespace))
