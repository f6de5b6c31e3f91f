"""The connection: new protocols and authenticated ciphers alone, and the facility's own authority,
which phones take once and which can sign for nobody else."""
import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from place import PROGRAM, ROOT, Place, free_port, run


def openssl(*words, **options):
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True,
                          check=False, timeout=30, **options)


class OwnAuthority(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = free_port()
        cls.place = Place(http='own_certificate = ["karkhana.lan", "127.0.0.1", "192.168.7.9"]\n'
                               f'page_port = {cls.page}')
        cls.place.__enter__()
        cls.tls = Path(cls.place.folder, "data/tls")
        cls.authority = cls.tls / "authority.crt"

    @classmethod
    def tearDownClass(cls):
        cls.place.__exit__()

    def s_client(self, *words):
        return openssl("s_client", "-connect", f"127.0.0.1:{self.place.port}", "-CAfile",
                       self.authority, *words, input="")

    def test_keys_are_for_their_owner_alone(self):
        for name in ("authority.key", "daemon.key"):
            self.assertEqual(stat.S_IMODE((self.tls / name).stat().st_mode), 0o600, name)
        self.assertEqual(stat.S_IMODE(self.tls.stat().st_mode), 0o700)

    def test_is_trusted_by_who_took_it_and_by_nobody_else(self):
        where = ["--resolve", f"karkhana.lan:{self.place.port}:127.0.0.1"]
        for host in ("karkhana.lan", "127.0.0.1"):
            with self.subTest(host):
                words = ["curl", "-sS", *where, f"https://{host}:{self.place.port}/healthz"]
                good = subprocess.run([*words, "--cacert", str(self.authority)],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(good.returncode, 0, good.stderr)
                bad = subprocess.run(words, capture_output=True, check=False)
                self.assertEqual(bad.returncode, 60)

    def test_says_how_long_browsers_shall_insist(self):
        done = subprocess.run(
            ["curl", "-sSI", "--cacert", str(self.authority), "--resolve",
             f"karkhana.lan:{self.place.port}:127.0.0.1",
             f"https://karkhana.lan:{self.place.port}/healthz"], capture_output=True, text=True,
            check=True)
        self.assertRegex(done.stdout, r"(?i)strict-transport-security: max-age=31536000")
        plain = urllib.request.urlopen(f"http://127.0.0.1:{self.page}/")
        self.assertNotIn("Strict-Transport-Security", plain.headers)

    def test_old_protocols_and_bare_ciphers_are_refused(self):
        for words in (["-tls1"], ["-tls1_1"], ["-tls1_2", "-cipher", "AES128-SHA"],
                      ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"],
                      ["-tls1_2", "-cipher", "NULL"]):
            with self.subTest(words):
                done = self.s_client(*words, "-cipher" if "-cipher" not in words else "-brief",
                                     *(["ALL:@SECLEVEL=0"] if "-cipher" not in words else []))
                self.assertNotEqual(done.returncode, 0, done.stdout)
        for words in (["-tls1_2"], ["-tls1_3"]):
            done = self.s_client(*words, "-verify_return_error")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"Cipher(?: is|\s+:) \S*(GCM|CHACHA20)")

    def sign(self, names, folder):
        """With the authority's own key, as somebody who stole it would."""
        key, request, made = (f"{folder}/{name}" for name in ("k", "r", "c"))
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-out", request, "-subj", "/CN=x")
        Path(folder, "e").write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey",
                self.tls / "authority.key", "-days", "30", "-extfile", f"{folder}/e", "-out", made)
        return openssl("verify", "-CAfile", self.authority, made).returncode

    def test_can_sign_for_nobody_else(self):
        with tempfile.TemporaryDirectory() as folder:
            for names in ("DNS:karkhana.lan", "IP:192.168.1.77", "IP:10.1.2.3"):
                self.assertEqual(self.sign(names, folder), 0, names)
            for names in ("DNS:bank.example.org", "DNS:google.com", "DNS:*.com", "IP:8.8.8.8",
                          "DNS:karkhana.lan,DNS:bank.example.org", "IP:2001:db8::1"):
                self.assertNotEqual(self.sign(names, folder), 0, names)
        said = openssl("x509", "-in", self.authority, "-noout", "-text").stdout
        self.assertRegex(said, r"Name Constraints: critical")
        self.assertRegex(said, r"CA:TRUE, pathlen:0")

    def test_the_page_hands_it_out_in_both_languages(self):
        base = f"http://127.0.0.1:{self.page}"
        answer = urllib.request.urlopen(base + "/")
        page = answer.read().decode()
        fingerprint = openssl("x509", "-in", self.authority, "-noout", "-fingerprint",
                              "-sha256").stdout.strip().split("=")[1]
        for words in ("নিরাপদ সংযোগের সনদ", "Certificate for a secure connection", fingerprint,
                      "/karkhana-ca.crt", "<svg"):
            self.assertIn(words, page)
        self.assertIn("script-src 'self'", answer.headers["Content-Security-Policy"])
        file = urllib.request.urlopen(base + "/karkhana-ca.crt")
        self.assertEqual(file.headers["Content-Type"], "application/x-x509-ca-cert")
        self.assertEqual(file.read(), self.authority.read_bytes())
        for path in ("/api/v1/machines", "/healthz", "/daemon.key", "/authority.key"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(base + path)
            self.assertEqual(refused.exception.code, 404)

    def test_the_code_leads_to_the_page(self):
        page = urllib.request.urlopen(f"http://127.0.0.1:{self.page}/").read().decode()
        with tempfile.TemporaryDirectory() as folder:
            svg = re.search(r"<svg.*?</svg>", page, re.DOTALL)[0]
            side = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
            dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1", svg)}
            scale = 8
            rows = []
            for y in range(side):
                row = b"".join(b"\0" * scale if (x, y) in dark else b"\xff" * scale
                               for x in range(side))
                rows.append(row * scale)
            picture = Path(folder, "code.pgm")
            picture.write_bytes(b"P5 %d %d 255\n" % (side * scale, side * scale) + b"".join(rows))
            read = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True,
                                  text=True, check=False)
            self.assertEqual(read.stdout.strip(), f"http://karkhana.lan:{self.page}/")


class Renewal(unittest.TestCase):
    def certificates(self, path, ahead=None):
        words = [PROGRAM, "ca", "--config", path]
        clock = dict(os.environ)
        if ahead:
            library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
            clock.update(LD_PRELOAD=library, FAKETIME=f"+{ahead}d", DONT_FAKE_MONOTONIC="1")
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT,
                              env=clock)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_is_kept_renewed_and_made_anew_when_its_bounds_are_too_narrow(self):
        place = Place(http='own_certificate = ["karkhana.lan", "192.168.7.9"]')
        self.assertEqual(self.certificates(place.config).count(": made"), 2)
        self.assertEqual(self.certificates(place.config).count(": kept"), 2)
        leaf = Path(place.folder, "data/tls/daemon.crt")
        first = leaf.read_bytes()
        text = Path(place.config).read_text(encoding="utf-8")
        Path(place.config).write_text(text.replace("192.168.7.9", "192.168.7.10"), encoding="utf-8")
        said = self.certificates(place.config)
        self.assertRegex(said, r"authority.crt: kept\n.*daemon.crt: made")
        self.assertNotEqual(leaf.read_bytes(), first)
        Path(place.config).write_text(text.replace("karkhana.lan", "other.lan"), encoding="utf-8")
        self.assertEqual(self.certificates(place.config).count(": made"), 2)
        # A month before its end it is renewed, and the authority stays; phones need do nothing.
        made = self.certificates(place.config, ahead=340)
        self.assertRegex(made, r"authority.crt: kept\n.*daemon.crt: made")
        leaf.unlink()
        self.assertRegex(self.certificates(place.config), r"kept\n.*daemon.crt: made")
        shutil.rmtree(place.folder)

    def test_what_it_may_not_sign_is_said_before_it_starts(self):
        place = Place()
        text = Path(place.config).read_text(encoding="utf-8")
        for line in ('own_certificate = ["a b"]', 'own_certificate = ["x,DNS:y"]',
                     "page_port = 99"):
            Path(place.config).write_text(text.replace("[http]", f"[http]\n{line}"),
                                          encoding="utf-8")
            self.assertEqual(run("serve", "--check", "--config", place.config).returncode, 78)
        Path(place.config).write_text(text.replace("[http]", '[http]\nown_certificate = '
                                                   '["8.8.8.8"]'), encoding="utf-8")
        done = run("ca", "--config", place.config)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("outside private networks", done.stderr)
        shutil.rmtree(place.folder)


if __name__ == "__main__":
    unittest.main()
