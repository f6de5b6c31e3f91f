"""A facility without machines' lines: nothing changes in it unless somebody changes it."""
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration/road"))
from house import PROGRAM, Caller, Postgres  # noqa: E402

CONFIGURATION = """data = "{folder}/data"
profiles = "{root}/devices/profiles"
schema = "{root}/schema"
{store}
[http]
port = {port}
{http}
[facility]
slug = "safe"
name_en = "Safe house"
name_bn = "নিরাপদ"
opening = [{{ weekdays = [1, 2, 3, 4, 5, 6, 7], from = "00:00", to = "24:00" }}]

[[machine]]
slug = "press"
name_en = "Press"
kind = "press"
rated_w = 1500
max_minutes = 480

[[machine]]
slug = "lathe"
name_en = "Lathe"
kind = "lathe"
rated_w = 1500
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*words, **options):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, check=False,
                          cwd=ROOT, timeout=120, **options)


class Place:
    """`karkhana serve` in a folder of its own, with a manager, an operator and an accountant."""

    def __init__(self, engine="sqlite", http="", serve=(), files=None):
        self.folder = tempfile.mkdtemp(prefix="karkhana-safe-")
        self.port = free_port()
        self.engine, self.serve = engine, list(serve)
        self.database = Postgres.new_database() if engine == "postgres" else None
        store = f"[store]\npostgres = \"{self.database}\"\n" if self.database else ""
        self.config = f"{self.folder}/karkhana.toml"
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self.folder, root=ROOT, port=self.port,
                                            http=http, store=store))
        os.mkdir(f"{self.folder}/data")
        for role in files or ("manager", "operator", "accountant"):
            done = run("user", "add", "--config", self.config, "--login", role, "--role", role)
            assert done.returncode == 0, done.stderr
            self.__dict__.setdefault("passwords", {})[role] = done.stdout.split()[-1]

    def __enter__(self):
        self.log = open(f"{self.folder}/log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([*self.serve, PROGRAM, "serve", "--config", self.config],
                                        stdout=self.log, stderr=self.log, cwd=ROOT)
        self.await_port()
        return self

    def await_port(self, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)
        raise AssertionError("no daemon: " + self.said())

    def said(self):
        return Path(f"{self.folder}/log").read_text(encoding="utf-8", errors="replace")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def person(self, role):
        return Caller(self.address, {"login": role, "password": self.passwords[role]})

    def raw(self, sent, seconds=5, then=b""):
        """Everything that comes back for these bytes until the other side closes or is silent;
        and whether it closed."""
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.settimeout(seconds)
            got = b""
            try:
                line.sendall(sent)
                if then:
                    time.sleep(0.2)
                    line.sendall(then)
            except OSError:
                pass  # it has said all and gone
            try:
                while part := line.recv(65536):
                    got += part
                return got, True
            except ConnectionError:
                return got, True
            except TimeoutError:
                return got, False

    def state(self):
        """How many rows each table has, and the end of every chain."""
        with contextlib.closing(sqlite3.connect(
                f"file:{self.folder}/data/ledger.db?mode=ro", uri=True, timeout=20)) as database:
            tables = [name for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            counts = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                      for name in tables}
            counts["head"] = database.execute("SELECT * FROM audit_head").fetchall()
        return counts

    def healthy(self):
        return self.process.poll() is None and b" 200 " in self.raw(
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")[0].split(b"\r\n")[0]


def answers(got):
    """The statuses of all answers in these bytes, in order."""
    import re
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)]


def problem(got):
    """The problem document of the first answer."""
    head, _, body = got.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head, head
    return json.loads(body)
