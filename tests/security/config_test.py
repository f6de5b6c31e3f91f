"""Configurations, command lines and tables that nobody should have written: said, each with its
line, and nothing is begun or changed."""
import json
import os
import signal
import tempfile
import time
import unittest
import urllib.request
import zipfile
from pathlib import Path

from place import CONFIGURATION, PROGRAM, ROOT, Place, run

LINES = """
[[line]]
name = "hall"
tcp = "127.0.0.1:1502"

[[device]]
name = "Meter"
line = "hall"
unit = 1
profile = "eastron_sdm120"
machine = "press"
"""


class Configuration(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="karkhana-config-")
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name, "karkhana.toml")
        self.sound = CONFIGURATION.format(folder=self.folder.name, root=ROOT, port=1234, http="",
                                          store="") + LINES

    def check(self, path=None):
        done = run("serve", "--check", "--config", path or self.path)
        return done.returncode, done.stderr.strip().splitlines()

    def test_the_sound_one_passes(self):
        self.path.write_text(self.sound, encoding="utf-8")
        self.assertEqual(self.check(), (0, []))

    def test_a_file_that_is_none(self):
        """Row 63."""
        self.assertEqual(self.check()[0], 78, "missing")
        for name, text in (("empty", b""), ("no TOML", b"[[[["), ("no UTF-8", b"data = \"\xff\""),
                           ("NULs", b"\0" * 1000)):
            with self.subTest(name):
                self.path.write_bytes(text)
                status, said = self.check()
                self.assertEqual(status, 78)
                self.assertTrue(said and said[0].startswith(f"{self.path}"), said)
        self.path.unlink()
        self.path.mkdir()
        self.assertEqual(self.check()[0], 78, "a folder")
        self.path.rmdir()
        with self.path.open("wb") as file:
            file.truncate(1 << 30)
        began = time.monotonic()
        status, said = self.check()
        self.assertEqual((status, len(said)), (78, 1), "a gigabyte")
        self.assertLess(time.monotonic() - began, 5)
        self.path.write_text(self.sound, encoding="utf-8")
        self.path.chmod(0o666)
        status, said = self.check()
        self.assertEqual(status, 78)
        self.assertIn("anybody may write", said[0])

    @unittest.skipIf(os.geteuid() != 0, "only root can become somebody else")
    def test_a_file_that_cannot_be_read(self):
        """Row 63. As somebody who is not root, whom nothing stops."""
        self.path.write_text(self.sound, encoding="utf-8")
        self.path.chmod(0)
        os.chmod(self.folder.name, 0o755)
        reader = Path(self.folder.name, "karkhana")
        reader.write_bytes(Path(PROGRAM).read_bytes())
        reader.chmod(0o755)
        import subprocess
        done = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", str(reader), "serve",
                               "--check", "--config", str(self.path)], capture_output=True,
                              text=True, check=False, cwd="/")
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn("cannot be read: Permission denied", done.stderr)

    def test_every_error_is_said_at_once(self):
        """Row 64."""
        wrong = self.sound.replace("rated_w = 1500", "rated_w = -1", 1) \
            .replace('kind = "lathe"', 'kind = "lathe"\ncolour = "red"') \
            .replace("unit = 1", "unit = 300\nperiod_seconds = 0") \
            .replace('slug = "safe"', 'slug = "safe"\nzone = "Asia/Dacca2"') + LINES.replace(
                'name = "hall"\ntcp', 'name = "other"\ntcp').replace("unit = 1", "unit = 2") + """
[rate_card]
name = "First"
[[rate_card.component]]
basis = "kwh"
taka = -1
label_en = "Energy"
label_bn = "বিদ্যুৎ"
"""
        self.path.write_text(wrong, encoding="utf-8")
        status, said = self.check()
        self.assertEqual(status, 78)
        for what in ("rated_w", "colour", "unit", "period_seconds", "zone", "leads where", "Meter",
                     "taka"):
            with self.subTest(what):
                self.assertTrue(any(what in line for line in said), said)
        for line in said:
            self.assertRegex(line, rf"^{self.path}:\d+(:\d+)?: ")

    def test_a_bad_one_changes_nothing_while_it_runs(self):
        """Row 66."""
        with Place() as place:
            with open(place.config, "a", encoding="utf-8") as file:
                file.write("\n[nonsense\n")
            os.kill(place.process.pid, signal.SIGHUP)
            for _ in range(50):
                if "refused, and nothing is changed" in place.said():
                    break
                time.sleep(0.1)
            self.assertIn("refused, and nothing is changed", place.said())
            self.assertTrue(place.healthy())
            text = urllib.request.urlopen(place.address + "/metrics").read().decode()
            self.assertIn("karkhana_config_reload_failed 1\n", text)


class CommandLine(unittest.TestCase):
    def test_usage_is_64(self):
        """Row 69."""
        for words in ([], ["nonsense"], ["serve"], ["serve", "--config"], ["serve", "--confg", "x"],
                      ["serve", "--config", "x", "extra"], ["user", "fly", "--config", "x"],
                      ["verify", b"\xff\xfe"], ["probe", "scan", "--baud", "fast"]):
            with self.subTest(words):
                import subprocess
                done = subprocess.run([PROGRAM, *words], capture_output=True, check=False, cwd=ROOT)
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assertTrue(done.stderr or done.stdout)
        for words in (["--help"], ["serve", "--help"], ["--version"]):
            with self.subTest(words):
                self.assertEqual(run(*words).returncode, 0)


HEAD = "name_en,name_bn,phone,place,women_led\r\n"


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.place.__enter__()
        cls.manager = cls.place.person("manager")

    @classmethod
    def tearDownClass(cls):
        cls.place.__exit__()

    def take(self, text, dry=False):
        return self.manager.post("/api/v1/imports/enterprises", {"text": text, "dry_run": dry})

    def enterprises(self):
        return self.place.state()["enterprise"]

    def test_a_table_is_taken_whole_or_not_at_all(self):
        """Row 70."""
        row = "Rahim,রহিম,,,no\r\n"
        for name, text in [
                ("missing column", "phone\r\n+8801712345678\r\n"),
                ("extra column",
                 HEAD.replace("\r\n", ",price\r\n") + row.replace("\r\n", ",1\r\n")),
                ("unclosed quote", HEAD + '"Rahim,x,,,no\r\n'),
                ("a bad row among good ones", HEAD + row + ",,not a number,,perhaps\r\n"),
                ("the same twice", HEAD + row + row),
                ("too few cells", HEAD + "Rahim\r\n" + "x,y,z,a,b,c,d\r\n"),
                ("NUL", HEAD + "Ra\0him,x,,,no\r\n"),
                ("nothing", ""), ("a head alone", HEAD)]:
            with self.subTest(name):
                before = self.enterprises()
                answer = self.take(text)
                self.assertLess(answer.status, 500, answer.raw[:300])
                if answer.status in (200, 201):
                    told = answer.json
                    known = name in ("the same twice", "a head alone")
                    self.assertTrue(told.get("faults") or known, told)
                    self.assertLessEqual(len(told.get("faults", [])), 100)
                if name not in ("the same twice",):
                    self.assertEqual(self.enterprises(), before)

    def test_marks_line_ends_and_semicolons_are_understood(self):
        """Row 70."""
        for number, text in enumerate((
                "\ufeff" + HEAD + "Marked,চিহ্নিত,,,no\r\n",
                HEAD.replace("\r\n", "\n") + "Mixed,মিশ্র,,,no\r\nMore,আরও,,,no\n",
                HEAD.replace(",", ";") + "Semi;সেমি;;;no\r\n",
                HEAD + '"Two\nlines",দুই,,,no\r\n')):
            with self.subTest(number):
                answer = self.take(text, dry=True)
                self.assertEqual(answer.status, 200, answer.raw)
                if number < 3:
                    self.assertFalse(answer.json.get("faults"), answer.raw)

    def send(self, data, kind="application/json"):
        return self.manager.ask("POST", "/api/v1/imports/enterprises", data,
                                headers={"Content-Type": kind})

    def test_other_encodings_sizes_and_archives_are_refused(self):
        """Rows 70, 72."""
        before = self.enterprises()
        body = json.dumps({"text": HEAD + "Rahim,রহিম,,,no\r\n"}, ensure_ascii=False)
        self.assertIn(self.send(body.encode("utf-16")).status, (400, 415))
        wide = self.send(body.encode("utf-16"), "application/json; charset=utf-16")
        self.assertEqual(wide.status, 415)
        self.assertEqual(self.send(body.replace("রহিম", "Rahmé").encode("cp1252")).status, 400)
        with tempfile.TemporaryDirectory() as folder:
            bomb = Path(folder, "bomb.zip")
            with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("x.csv", b"0" * 20_000_000)
            self.assertEqual(self.send(bomb.read_bytes(), "application/zip").status, 415)
        for size in (10_000_000, 10 * (1 << 30)):
            got, closed = self.place.raw(
                "POST /api/v1/imports/enterprises HTTP/1.1\r\nHost: a\r\n"
                f"Content-Length: {size}\r\nContent-Type: application/json\r\n\r\n".encode())
            self.assertIn(b" 413 ", got.split(b"\r\n")[0])
            self.assertTrue(closed)
        cell = json.dumps({"text": HEAD + "x" * 900_000 + ",,,,no\r\n"}).encode()
        self.assertIn(self.send(cell).status, (200, 400, 413, 422))
        many = json.dumps({"text": HEAD + "Rahim,রহিম,,,no\r\n" * 1_000_000}).encode()
        try:
            self.assertEqual(self.send(many).status, 413)
        except OSError:
            pass  # it was told so before it had sent all
        self.assertEqual(self.enterprises(), before)
        self.assertTrue(self.place.healthy())

    def test_a_path_in_a_name_is_a_name(self):
        """Row 72."""
        before = self.enterprises()
        for what in ("..%2f..%2fetc%2fpasswd", "../enterprises", "enterprises%00", "ledger.db"):
            with self.subTest(what):
                got, _ = self.place.raw((f"POST /api/v1/imports/{what} HTTP/1.1\r\nHost: a\r\n"
                                         "Content-Length: 0\r\nConnection: close\r\n\r\n").encode())
                self.assertRegex(got.split(b"\r\n")[0], rb" (400|401|404|405|428) ")
        self.assertEqual(self.enterprises(), before)


if __name__ == "__main__":
    unittest.main()
