"""Attack tools against the running daemon, each of which has to find its hole in `leaky` first.

    attack.py [--long]    the last line says how many held
"""
import argparse
import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from place import Place, answers, free_port

HERE = Path(__file__).resolve().parent
QUERY = "/verify?f=safe&n=12&c=0123456789abcdef"


def tool(*words, seconds=600):
    """What it said, both ways; colours taken out."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          errors="replace", check=False, timeout=seconds, stdin=subprocess.DEVNULL)
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@contextlib.contextmanager
def leaky(*tls):
    port = free_port()
    process = subprocess.Popen([sys.executable, HERE / "leaky.py", str(port), *map(str, tls)],
                               stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        process.port, process.address = port, f"http://127.0.0.1:{port}"
        yield process
    finally:
        process.kill()
        process.wait()


class Attack:
    """Each attack gives what it found in the leaky server and in the daemon: much, and nothing."""

    def __init__(self, place, folder, long):
        self.place, self.folder, self.long = place, Path(folder), long
        self.manager = place.person("manager")

    def sql_injection(self):
        """sqlmap: the search of a list, and the one query that takes no log-in."""
        common = ["--batch", "--flush-session", "--disable-coloring", "--output-dir",
                  self.folder / "sqlmap", "--timeout=5", "--retries=1", "--threads=4"]
        common += ["--level=3", "--risk=2"] if self.long else ["--technique=BEU"]
        planted = found = ""
        with leaky() as target:
            planted = tool("sqlmap", "-u", target.address + "/search?q=lathe", *common)
        for path in (QUERY, "/api/v1/enterprises?search=x&limit=5"):
            found += tool("sqlmap", "-u", self.place.address + path, "--cookie",
                          self.manager.cookie, "--ignore-code=401,403,422", *common)
        vulnerable = r"(?i)parameter: .*\n\s+type:|is vulnerable|appears to be .* injectable"
        assert "sqlmap" in found, found[-500:]
        return re.findall(vulnerable, planted), re.findall(vulnerable, found)

    def scripts_in_pages(self):
        """wapiti: markup in what is answered, and what else it knows."""
        def scan(name, *words):
            report = self.folder / f"{name}.json"
            tool("wapiti", *words, "-m", "all" if self.long else "xss,sql,exec,file,crlf,redirect",
                 "-f", "json", "-o", report, "--flush-session", "--max-scan-time",
                 300 if self.long else 60, "--store-session", self.folder / f"{name}.session",
                 "--no-bugreport", "-v", "0")
            kinds = json.loads(report.read_text(encoding="utf-8"))["vulnerabilities"]
            return [f"{kind}: {one.get('path')} {one.get('parameter')}"
                    for kind, ones in kinds.items() for one in ones]
        with leaky() as target:
            planted = scan("leaky", "-u", target.address + "/")
        found = scan("daemon", "-u", self.place.address + "/", "-s", self.place.address + QUERY)
        # Without TLS a cookie cannot be Secure; over TLS it is (unit_http, Cookies).
        found = [each for each in found if not re.match(r"Secure Flag|HTTP Strict Transport", each)]
        return [each for each in planted if "Cross Site Scripting" in each], found

    def hidden_paths(self):
        """ffuf: what was left lying about."""
        def hits(address, name):
            report = self.folder / f"ffuf-{name}.json"
            tool("ffuf", "-w", HERE / "paths.txt", "-u", address + "/FUZZ", "-mc",
                 "200,204,301,302,307,500", "-of", "json", "-o", report, "-s", "-H",
                 "Accept: application/json")
            return [one["url"] for one in json.loads(report.read_text())["results"]]
        with leaky() as target:
            return hits(target.address, "leaky"), hits(self.place.address, "daemon")

    def slow_clients(self):
        """slowhttptest: heads, bodies and readers that never end."""
        def closed(address, kind):
            said = tool("slowhttptest", "-c", 1000 if self.long else 400, kind, "-i", 5, "-r", 400,
                        "-l", 30 if self.long else 12, "-p", 2, "-u", address)
            told = re.findall(r"service available:\s*(YES|NO)", said)
            assert told, said[-500:]
            return [f"{kind} shut everybody else out"] if "NO" in told else []
        found = []
        with leaky() as target:
            planted = closed(target.address + "/", "-H")
        for kind in ("-H", "-B", "-X") if self.long else ("-H", "-B"):
            found += closed(self.place.address + "/healthz", kind)
        return planted, found

    def weak_tls(self):
        """testssl: protocols, ciphers, and in the long form everything it knows."""
        # The certificate is of our own authority, and nothing is told by OCSP on a LAN.
        ours = {"cert_chain_of_trust", "cert_trust", "cert_revocation", "OCSP_stapling", "DNS_CAA",
                "cert_extlifeSpan", "overall_grade", "cert_commonName_wo_SNI", "scanTime",
                "DNS_CAArecord", "cert_validityPeriod", "cert_trust_wo_SNI", "security_headers"}

        def scan(port, name):
            report = self.folder / f"testssl-{name}.json"
            kinds = [] if self.long else ["-p", "-s"]
            tool("testssl", "--quiet", "--color", "0", "--warnings", "off", "--fast", "--ip",
                 "one", "--jsonfile", report, *kinds, f"https://127.0.0.1:{port}/")
            told = json.loads(report.read_text(encoding="utf-8"))
            assert len(told) > 5, told
            return [f"{one['id']}: {one['finding']}" for one in told
                    if one["severity"] in ("LOW", "MEDIUM", "HIGH", "CRITICAL")
                    and one["id"].split(" ")[0] not in ours]
        with Place(http='own_certificate = ["127.0.0.1"]') as place:
            tls = Path(place.folder, "data/tls")
            found = scan(place.port, "daemon")
            with leaky(tls / "daemon.crt", tls / "daemon.key") as target:
                planted = scan(target.port, "leaky")
        return [each for each in planted if each.startswith("TLS1")], found

    def mutated_requests(self):
        """zzuf: bits of good requests turned over."""
        good = [b"GET " + QUERY.encode() + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                b"Content-Type: application/json\r\nContent-Length: 37\r\n\r\n"
                b'{"login":"nobody","password":"wrong"}']

        def send(port, sent):
            with socket.create_connection(("127.0.0.1", port), timeout=3) as line:
                line.settimeout(0.3)
                line.sendall(sent)
                got = b""
                with contextlib.suppress(OSError):
                    while part := line.recv(65536):
                        got += part
                return got

        def mutated(seed):
            done = subprocess.run(["zzuf", "-s", str(seed), "-r", "0.004:0.05"],
                                  input=good[seed % 2], capture_output=True, check=True)
            return done.stdout

        found = []
        with leaky() as target:
            planted = []
            for seed in range(100):
                try:
                    send(target.port, mutated(seed))
                except OSError:
                    planted = [f"seed {seed} ended it"]
                    break
        before = self.place.state()
        for seed in range(3000 if self.long else 200):
            statuses = answers(send(self.place.port, mutated(seed)))
            found += [f"seed {seed}: {status}" for status in statuses if status >= 500
                      and status != 501]
        after = self.place.state()
        changed = {name for name in after if after[name] != before[name]}
        # That somebody tried to log in is written down.
        found += sorted(changed - {"login_attempt", "audit_event", "audit_head", "head"})
        return planted, found


def main():
    parser = argparse.ArgumentParser(description="Attack tools against the running daemon.")
    parser.add_argument("--long", action="store_true", help="everything that the tools know")
    parser.add_argument("only", nargs="*", help="names of attacks")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="karkhana-attack-")
    failed = passed = 0
    with Place() as place:
        attack = Attack(place, folder, options.long)
        for name in ("hidden_paths", "mutated_requests", "slow_clients", "weak_tls",
                     "sql_injection", "scripts_in_pages"):
            if options.only and name not in options.only:
                continue
            began = time.monotonic()
            planted, found = getattr(attack, name)()
            alive = place.healthy()
            good = bool(planted) and not found and alive
            passed, failed = passed + good, failed + (not good)
            print(f"{'held' if good else 'FAILED':7} {name}: found in the leaky server "
                  f"{len(planted)}, in the daemon {len(found)} ({time.monotonic() - began:.0f} s)")
            for each in found[:20] if planted else ["the tool did not find its planted hole"]:
                print("       ", each)
            if not alive:
                print("        the daemon does not answer any more")
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
