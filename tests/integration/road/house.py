"""A demo facility at work, and people who use it over HTTP."""
import contextlib
import http.client
import http.cookies
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlparse

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("KARKHANA_BIN", str(ROOT / "build/release/karkhana"))
ENGINES = ("sqlite", "postgres")


PSQL = f"{os.environ.get('PG_BIN', '/usr/lib/postgresql/15/bin')}/psql"


class Postgres:
    """A private cluster, started once a test process, that goes with it."""

    _started = None

    @classmethod
    def new_database(cls):
        if cls._started is None:
            cls._started = subprocess.Popen(
                [str(ROOT / "tests/support/postgres_cluster")],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            cls._conninfo = cls._started.stdout.readline().strip()
        name = "road_" + uuid.uuid4().hex[:12]
        subprocess.run([PSQL, "-q", "-d", cls._conninfo, "-c", f"CREATE DATABASE {name}"],
                       check=True)
        words = [word for word in cls._conninfo.split() if not word.startswith("dbname=")]
        return " ".join(words + [f"dbname={name}"])


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.raw = status, headers, body
        kind = headers.get("Content-Type") or ""
        self.json = json.loads(body) if "json" in kind and body else None

    @property
    def code(self):
        return self.json.get("code") if isinstance(self.json, dict) else None


class Caller:
    """One logged-in person with one connection."""

    def __init__(self, address, login=None):
        self.host = urlparse(address).netloc
        self.cookie = self.csrf = None
        self.connection = None
        if login:
            answer = self.post("/api/v1/session",
                               {"login": login["login"], "password": login["password"]})
            assert answer.status == 200, answer.raw
            self.me = answer.json
            self.csrf = answer.json["csrf_token"]
            jar = http.cookies.SimpleCookie(answer.headers["Set-Cookie"])
            self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())

    def ask(self, method, path, body=None, headers=None, key=None):
        sent = {"Accept": "application/json", **(headers or {})}
        if self.cookie:
            sent["Cookie"] = self.cookie
        if self.csrf and method != "GET":
            sent["X-CSRF-Token"] = self.csrf
        if method == "POST":
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        data = None
        if isinstance(body, bytes):
            data = body
            sent.setdefault("Content-Type", "image/jpeg")
        elif body is not None:
            data = json.dumps(body)
            sent["Content-Type"] = "application/json"
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            self.connection.request(method, path, data, sent)
            got = self.connection.getresponse()
            return Answer(got.status, got.headers, got.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise

    def get(self, path):
        """Reads are tried again, also over a connection that the server has meanwhile closed."""
        return self.patient("GET", path)

    def post(self, path, body=None, key=None):
        return self.ask("POST", path, {} if body is None else body, key=key)

    def patient(self, method, path, body=None, key=None, seconds=20):
        """As a browser that keeps trying while the daemon is away; the key makes it one effect."""
        key = key or str(uuid.uuid4())
        until = time.monotonic() + seconds
        while True:
            try:
                answer = self.ask(method, path, body, key=key)
                if answer.status != 503 or method == "GET" or time.monotonic() > until:
                    return answer
            except (OSError, http.client.HTTPException):
                if time.monotonic() > until:
                    raise
            time.sleep(0.1)


class House:
    """`karkhana demo` in a folder of its own."""

    def __init__(self, engine="sqlite", clock=None):
        self.folder = tempfile.mkdtemp(prefix="karkhana-road-")
        self.engine = engine
        self.command = [PROGRAM, "demo", "--data", self.folder, "--port", "0",
                        "--profiles", str(ROOT / "devices/profiles"),
                        "--schema", str(ROOT / "schema")]
        self.database = Postgres.new_database() if engine == "postgres" else None
        if self.database:
            self.command += ["--postgres", self.database]
        if clock:
            self.command += ["--clock", clock]

    def __enter__(self):
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.log,
                                        text=True)
        for line in self.process.stdout:
            if line.startswith("Ctrl-C"):
                break
        else:
            self.log.seek(0)
            raise AssertionError("the demo did not start:\n" + self.log.read())
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        with open(os.path.join(self.folder, "demo.json"), encoding="utf-8") as file:
            self.described = json.load(file)
        self.address = self.described["address"]
        self.wait_until(lambda: Caller(self.address).get("/readyz").status == 200)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def person(self, role):
        return Caller(self.address, self.described["logins"][role])

    def simulator(self, command):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(self.described["control"])
            control.sendall((command + "\n").encode())
            answer = control.makefile().readline().strip()
        assert answer.startswith("ok"), answer
        return json.loads(answer[3:]) if len(answer) > 3 else None

    def simulated(self, slug):
        return next(m for m in self.simulator("status")["machines"] if m["slug"] == slug)

    def daemon_pid(self):
        """The process that serves this folder; None while there is none."""
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = place.read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue  # it has just ended
            if words[1:2] == ["serve"] and f"{self.folder}/karkhana.toml" in words:
                return int(place.parent.name)
        return None

    def kill_daemon(self):
        """Kills it for certain, and waits until another one has come in its place."""
        self.wait_until(lambda: self.daemon_pid() is not None)
        killed = self.daemon_pid()
        os.kill(killed, signal.SIGKILL)
        self.wait_until(lambda: self.daemon_pid() not in (None, killed))

    def rows(self, sql):
        """What the database itself says, as tuples of texts."""
        if self.database:
            done = subprocess.run([PSQL, "-q", "-A", "-t", "-F", "|", "-d", self.database,
                                   "-c", sql], check=True, capture_output=True, text=True)
            return [tuple(line.split("|")) for line in done.stdout.splitlines()]
        with contextlib.closing(sqlite3.connect(
                f"file:{self.folder}/ledger.db?mode=ro", uri=True, timeout=20)) as database:
            return [tuple("" if value is None else str(value) for value in row)
                    for row in database.execute(sql)]

    def configure(self, more):
        """Adds to the configuration; the next daemon has it, and that one comes now."""
        with open(f"{self.folder}/karkhana.toml", "a", encoding="utf-8") as file:
            file.write(more)
        self.kill_daemon()
        self.wait_until(lambda: Caller(self.address).get("/readyz").status == 200)

    def verify(self):
        done = subprocess.run([PROGRAM, "verify", "--config", f"{self.folder}/karkhana.toml"],
                              capture_output=True, text=True, check=False, cwd=ROOT)
        return done.returncode, done.stdout + done.stderr

    @staticmethod
    def wait_until(holds, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if holds():
                    return True
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise AssertionError("waited in vain")


def machine(caller, slug):
    items = caller.get("/api/v1/machines").json["items"]
    return next(one for one in items if one["slug"] == slug)


def facility_now(caller):
    return datetime.fromisoformat(caller.get("/api/v1/machines").json["now"])


def next_quarter(now):
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return quarter + timedelta(minutes=15)


def book(caller, slug, minutes=60, start=None, **more):
    start = start or next_quarter(facility_now(caller))
    return caller.patient("POST", "/api/v1/bookings", {
        "machine_id": machine(caller, slug)["id"], "start": start.isoformat(),
        "end": (start + timedelta(minutes=minutes)).isoformat(), **more})


class OnBothEngines(unittest.TestCase):
    """Runs `story(house)` of each test once on either engine."""

    def on_both(self, story, **house):
        for engine in ENGINES:
            with self.subTest(engine=engine), House(engine, **house) as home:
                story(home)
