"""Real servers on loopback: sshd, git over smart http, and a proxy that cuts connections."""
import http.server, os, pwd, select, shutil, socket, socketserver, subprocess, threading, time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sshd:
    """An sshd of our own, with its own keys; `client` makes the GIT_SSH_COMMAND of somebody who knows it, or does not."""
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        os.makedirs(folder, mode=0o700)
        for name in ("host", "other_host", "user", "stranger"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", f"{folder}/{name}"], check=True)
        shutil.copy(f"{folder}/user.pub", f"{folder}/authorized_keys")
        self.user = pwd.getpwuid(os.getuid()).pw_name
        with open(f"{folder}/config", "w") as file:
            file.write(f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\n"
                       f"PidFile none\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nMaxStartups 100\n")
        if os.getuid() == 0: os.makedirs("/run/sshd", exist_ok=True)
        self.log = open(f"{folder}/log", "w")
        self.process = subprocess.Popen([shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-e", "-f", f"{folder}/config"], stderr=self.log, stdout=self.log)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("sshd did not start: " + open(f"{folder}/log").read())

    def url(self, path, port=None):
        return f"ssh://{self.user}@127.0.0.1:{port or self.port}{path}"

    def known(self, key, port=None, mark=""):
        line = open(f"{self.folder}/{key}.pub").read().split()
        return f"{mark}[127.0.0.1]:{port or self.port} {line[0]} {line[1]}\n"

    def client(self, name, known=None, key="user"):
        """`known`: what known_hosts says; the right key when nothing is given."""
        path = f"{self.folder}/known_{name}"
        with open(path, "w") as file: file.write(self.known("host") if known is None else known)
        return (f"ssh -F /dev/null -i {self.folder}/{key} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes "
                f"-o UserKnownHostsFile={path} -o GlobalKnownHostsFile=/dev/null -o ConnectTimeout=5")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Handler(http.server.BaseHTTPRequestHandler):
    """`git http-backend` as a CGI program. /status/404/… answers with that status."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *words): pass

    def serve(self):
        parts = self.path.split("?", 1)
        if parts[0].startswith("/status/"):
            self.send_response(int(parts[0].split("/")[2]))
            if parts[0].split("/")[2] == "401": self.send_header("WWW-Authenticate", 'Basic realm="store"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = b""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        env = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.server.root, "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": "tester", "REMOTE_ADDR": "127.0.0.1",
               "REQUEST_METHOD": self.command, "PATH_INFO": parts[0], "QUERY_STRING": parts[1] if len(parts) > 1 else "", "CONTENT_LENGTH": str(len(body)),
               "CONTENT_TYPE": self.headers.get("Content-Type", ""), "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
               "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "HOME": self.server.root, "GIT_CONFIG_COUNT": "2",
               "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*", "GIT_CONFIG_KEY_1": "http.receivepack", "GIT_CONFIG_VALUE_1": "true"}
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=env)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line]
        status = next((value for name, value in headers if name.lower() == "status"), "200 OK" if headers else "500 Failed")
        self.send_response(int(status.split()[0]))
        for name, value in headers:
            if name.lower() != "status": self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = serve


class Http:
    """Serves every repository below `root`."""
    def __init__(self, root):
        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            def handle_error(self, request, address): pass  # a connection that was cut is what is tested
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.root = root
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path, port=None):
        return f"http://127.0.0.1:{port or self.port}{path}"

    def stop(self):
        self.server.shutdown()


class Proxy:
    """Passes bytes on to a port, and cuts every connection once so many bytes went `up` (to the server) or `down` in all."""
    def __init__(self, target):
        self.target, self.up, self.down, self.limit_up, self.limit_down = target, 0, 0, None, None
        proxy = self

        class Pass(socketserver.BaseRequestHandler):
            def handle(self):
                try: server = socket.create_connection(("127.0.0.1", proxy.target))
                except OSError: return
                client, over = self.request, False
                with server:
                    while not over:
                        ready, _, _ = select.select([client, server], [], [], 30)
                        if not ready: return
                        for side in ready:
                            try: data = side.recv(65536)
                            except OSError: return
                            if not data: return
                            upward = side is client
                            data, over = proxy.allowed(data, upward)
                            try: (server if upward else client).sendall(data)
                            except OSError: return
                            if over: break
                for each in (client,):
                    try: each.shutdown(socket.SHUT_RDWR)
                    except OSError: pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address = True, True
        self.server = Server(("127.0.0.1", 0), Pass)
        self.port = self.server.server_address[1]
        self.lock = threading.Lock()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self, limit_up=None, limit_down=None):
        self.up = self.down = 0
        self.limit_up, self.limit_down = limit_up, limit_down

    def allowed(self, data, upward):
        with self.lock:
            gone, limit = (self.up, self.limit_up) if upward else (self.down, self.limit_down)
            room = len(data) if limit is None else max(0, limit - gone)
            data, over = data[:room], limit is not None and gone + len(data) >= limit
            if upward: self.up += len(data)
            else: self.down += len(data)
            return data, over

    def stop(self):
        self.server.shutdown()
