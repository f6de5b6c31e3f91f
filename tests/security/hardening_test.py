"""What the program is made of and what it may do: the flags it was linked with, the unit it runs
as, its parts' list, and that nothing secret stands where others read."""
import ctypes
import ctypes.util
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from place import Caller, PROGRAM, ROOT, Place, run

UNIT = ROOT / "deploy/systemd/karkhana.service"


def weaknesses(program):
    """What an ELF file lacks of what makes an overflow hard to use."""
    def read(*words):
        return subprocess.run(["readelf", "-W", *words, program], capture_output=True, text=True,
                              check=True).stdout
    head, dynamic, parts = read("-h"), read("-d"), read("-l")
    symbols = read("--dyn-syms")
    stack = re.search(r"GNU_STACK.*", parts)
    lacks = {"pie": "DYN (Position-Independent" not in head,
             "relro": "GNU_RELRO" not in parts,
             "now": not re.search(r"BIND_NOW|Flags:.*\bNOW\b", dynamic),
             "stack": stack is None or " RWE " in stack[0],
             "protector": "__stack_chk_fail" not in symbols,
             "fortify": not re.search(r"__\w+_chk\b(?<!__stack_chk)", symbols)}
    return {name for name, lacking in lacks.items() if lacking}


class Program(unittest.TestCase):
    def test_is_hard_to_take_over(self):
        self.assertEqual(weaknesses(PROGRAM), set())

    def test_a_soft_one_is_found_out(self):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "soft.c")
            source.write_text("#include <string.h>\nchar b[9];int main(int c,char**v)"
                              "{char a[9];strcpy(a,v[c-1]);strcpy(b,a);return b[0];}")
            subprocess.run(["gcc", "-O1", "-U_FORTIFY_SOURCE", "-fno-stack-protector", "-no-pie",
                            "-z", "execstack", "-z", "norelro", "-z", "lazy", "-w", source,
                            "-o", f"{folder}/soft"], check=True, stderr=subprocess.DEVNULL)
            self.assertEqual(weaknesses(f"{folder}/soft"),
                             {"pie", "relro", "now", "stack", "protector", "fortify"})


def settings_of(unit):
    """[(name, value)] in the order of the file."""
    return [tuple(line.split("=", 1)) for line in unit.read_text().splitlines()
            if "=" in line and not line.startswith("#")]


def allowed_calls():
    """The system calls that the unit leaves, as systemd would work them out."""
    def group(name):
        if not name.startswith("@"):
            return {name}
        text = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], check=True,
                              capture_output=True, text=True).stdout
        found = set()
        for word in re.findall(r"^\s+(@?[\w-]+)$", text, re.MULTILINE):
            found |= group(word)
        return found
    allowed = set()
    for name, value in settings_of(UNIT):
        if name != "SystemCallFilter":
            continue
        calls = set().union(*(group(word) for word in value.lstrip("~").split()))
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed


def confine(calls):
    """In a child: nothing but these system calls, no capability, nobody, and never more again."""
    seccomp = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    refuse = 0x00050000 | 1  # EPERM
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(refuse)))
    for name in calls:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            seccomp.seccomp_rule_add(context, ctypes.c_uint32(0x7FFF0000), number, 0)
    libc = ctypes.CDLL(None)
    for capability in range(64):
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    if seccomp.seccomp_load(context) != 0:
        os._exit(99)


class Unit(unittest.TestCase):
    def exposure(self, unit):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
                              capture_output=True, text=True, check=False)
        return float(re.search(r"exposure level for .*: ([0-9.]+)", done.stdout)[1])

    def test_leaves_little_open(self):
        self.assertLessEqual(self.exposure(UNIT), 2.0)
        with tempfile.TemporaryDirectory() as folder:
            bare = Path(folder, "bare.service")
            bare.write_text("[Service]\nExecStart=/usr/bin/true\n")
            self.assertGreater(self.exposure(bare), 9.0)

    @unittest.skipIf(os.geteuid() != 0, "only root can become nobody")
    def test_the_daemon_does_its_work_with_what_the_unit_leaves(self):
        calls = allowed_calls()
        self.assertGreater(len(calls), 200)
        self.assertLessEqual({"ptrace", "mount", "reboot", "init_module", "bpf", "setuid"} & calls,
                             set())
        place = Place()
        subprocess.run(["cp", PROGRAM, f"{place.folder}/karkhana"], check=True)
        subprocess.run(["cp", "-r", str(ROOT / "schema"), str(ROOT / "devices/profiles"),
                        place.folder], check=True)
        text = Path(place.config).read_text(encoding="utf-8")
        Path(place.config).write_text(text.replace(f"{ROOT}/devices/", f"{place.folder}/").replace(
            f"{ROOT}/schema", f"{place.folder}/schema"), encoding="utf-8")
        subprocess.run(["chown", "-R", "65534:65534", place.folder], check=True)
        place.log = open(f"{place.folder}/log", "w+", encoding="utf-8")
        place.process = subprocess.Popen(
            [f"{place.folder}/karkhana", "serve", "--config", place.config], stdout=place.log,
            stderr=place.log, cwd="/", preexec_fn=lambda: confine(calls))
        try:
            place.await_port()
            held = Path(f"/proc/{place.process.pid}/status").read_text()
            self.assertRegex(held, r"Seccomp:\s+2")
            self.assertRegex(held, r"CapEff:\s+0+\n")
            manager = place.person("manager")
            made = manager.post("/api/v1/enterprises", {"name": {"en": "A", "bn": "ক"}})
            self.assertEqual(made.status, 201, made.raw)
            accountant = place.person("accountant")
            month = manager.get("/api/v1/machines").json["now"][:7]
            for what in ("payments.csv", "payments.xlsx", "journal.hledger"):
                answer = accountant.get(f"/api/v1/exports/{what}?period={month}")
                self.assertEqual(answer.status, 200, what)
            self.assertEqual(manager.get("/metrics").status, 200)
            self.assertNotIn("Operation not permitted", place.said())
        finally:
            place.__exit__()


class PartsList(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        def made(*more):
            done = subprocess.run([sys.executable, ROOT / "deploy/sbom/sbom.py", *more],
                                  capture_output=True, text=True, check=True)
            return json.loads(done.stdout)
        cls.whole, cls.runs = made(), made("--run")

    def test_is_a_cyclonedx_document(self):
        self.assertEqual((self.whole["bomFormat"], self.whole["specVersion"]), ("CycloneDX", "1.5"))
        refs = [one["bom-ref"] for one in self.whole["components"]]
        self.assertEqual(len(refs), len(set(refs)))
        for one in self.whole["components"]:
            with self.subTest(one["name"]):
                self.assertRegex(one["purl"], r"^pkg:(deb/debian|npm)/[^@]+@.+")
                self.assertTrue(one["version"])
                if one["purl"].startswith("pkg:npm"):
                    self.assertRegex(one["hashes"][0]["content"], r"^[0-9a-f]{40,128}$")

    def test_has_every_library_that_the_program_is_linked_to(self):
        done = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True)
        names = {one["name"] for one in self.runs["components"]}
        files = [os.path.realpath(path) for path in re.findall(r"=> (/\S+)", done.stdout)]
        self.assertGreater(len(files), 20)
        asked = files + [file.removeprefix("/usr") for file in files]
        said = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True,
                              check=False).stdout
        owned = {}
        for line in said.splitlines():
            owner, _, file = line.partition(": ")
            owned.setdefault("/usr" + file.removeprefix("/usr"), set()).add(owner.split(":")[0])
        for file in files:
            with self.subTest(file):
                self.assertTrue(owned.get("/usr" + file.removeprefix("/usr"), set()) & names)
        self.assertIn("better-sqlite3", names)

    def test_has_what_the_lockfiles_pin_and_tells_what_runs(self):
        lock = json.loads((ROOT / "web/package-lock.json").read_text())
        names = {one["name"] for one in self.whole["components"]}
        for path in lock["packages"]:
            if path and "integrity" in lock["packages"][path]:
                self.assertIn(path.rsplit("node_modules/", 1)[1], names)
        scopes = {one["name"]: one["scope"] for one in self.whole["components"]}
        self.assertEqual(scopes["libssl3"], "required")
        self.assertEqual(scopes["cmake"], "excluded")
        self.assertTrue(all(one["scope"] == "required" for one in self.runs["components"]))


class Secrets(unittest.TestCase):
    def test_stand_nowhere_that_others_read(self):
        with Place() as place:
            secrets = dict(place.passwords)
            manager = place.person("manager")
            secrets["csrf"], secrets["session"] = manager.csrf, manager.cookie.split("=", 1)[1]
            secrets["guess"] = "Canary-guess-7391"
            Caller(place.address).post("/api/v1/session", {"login": secrets["guess"],
                                                           "password": "Canary-word-5520"})
            secrets["word"] = "Canary-word-5520"
            hook = manager.post("/api/v1/webhooks", {"url": "https://example.org/x", "kinds": []})
            if hook.status == 201:
                secrets["webhook"] = hook.json["secret"]
            person = manager.post("/api/v1/people", {
                "login": "newcomer", "password": "Canary-person-8841",
                "name": {"en": "N", "bn": "ন"},
                "roles": [{"role": "operator", "enterprise_id": None}]})
            self.assertEqual(person.status, 201, person.raw)
            secrets["person"] = "Canary-person-8841"
            feed = manager.post("/api/v1/feeds", {"kind": "mine"})
            if feed.status == 201 and "url" in feed.json:
                secrets["feed"] = feed.json["url"].rsplit("/", 1)[1].removesuffix(".ics")
                manager.get("/feeds/" + secrets["feed"][::-1] + ".ics")
            for path in ("/api/v1/enterprises/x", "/api/v1/nothing", "/api/v1/audit"):
                manager.get(path)
            place.process.terminate()
            place.process.wait(30)
            log = place.said()
            kept = b"".join(file.read_bytes() for file in Path(place.folder, "data").glob("*"))
            for name, secret in secrets.items():
                with self.subTest(name):
                    self.assertGreater(len(secret), 7)
                    self.assertNotIn(secret, log)
                    if name != "webhook":  # which has to be signed with
                        self.assertNotIn(secret.encode(), kept)
            self.assertIn("serving safe", log, "it is the log of this daemon")
            for file in Path(place.folder, "data").glob("*"):
                with self.subTest(file.name):
                    self.assertEqual(stat.S_IMODE(file.stat().st_mode) & 0o077, 0)


if __name__ == "__main__":
    unittest.main()
