"""What two readers of HTTP could read differently, and who sends too slowly or too much, as raw
bytes to the running daemon: refused once, the connection closed, nothing written."""
import socket
import struct
import threading
import time
import unittest

from place import Place, answers, problem

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


def post(fields=b"", body=HIDDEN, version=b"1.1", host=b"Host: a\r\n"):
    return (b"POST /api/v1/session HTTP/" + version + b"\r\n" + host +
            b"Content-Type: application/json\r\n" + fields + b"\r\n" + body)


def get(target, fields=b"Host: a\r\n"):
    return b"GET " + target + b" HTTP/1.1\r\n" + fields + b"\r\n" + HIDDEN


# row of bad_inputs.csv, what it is, the bytes, the one status that comes back
REFUSED = [
    (1, "length and encoding", post(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400),
    (2, "two lengths", post(b"Content-Length: 0\r\nContent-Length: 35\r\n"), 400),
    (2, "two lengths that agree", post(b"Content-Length: 2\r\nContent-Length: 2\r\n"), 400),
    (2, "two lengths in a list", post(b"Content-Length: 2, 2\r\n"), 400),
    (3, "xchunked", post(b"Transfer-Encoding: xchunked\r\n"), 400),
    (3, "chunked twice", post(b"Transfer-Encoding: chunked, chunked\r\n"), 400),
    (3, "chunked and something", post(b"Transfer-Encoding: chunked, identity\r\n"), 400),
    (3, "chunked in two fields",
     post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400),
    (4, "gzip and a length", post(b"Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 400),
    (5, "chunked on HTTP/1.0", post(b"Transfer-Encoding: chunked\r\n", version=b"1.0"), 400),
    (6, "length -1", post(b"Content-Length: -1\r\n"), 400),
    (6, "length +5", post(b"Content-Length: +5\r\n"), 400),
    (6, "length 0x10", post(b"Content-Length: 0x10\r\n"), 400),
    (6, "length of 20 digits", post(b"Content-Length: 99999999999999999999\r\n"), 400),
    (6, "length empty", post(b"Content-Length:\r\n"), 400),
    (6, "length in Bangla digits", post("Content-Length: ৫\r\n".encode()), 400),
    (7, "length 70000", post(b"Content-Length: 70000\r\n", b""), 413),
    (7, "length 10 GB", post(b"Content-Length: 10737418240\r\n", b""), 413),
    (8, "chunk of 17 digits",
     post(b"Transfer-Encoding: chunked\r\n", b"FFFFFFFFFFFFFFFFF\r\nx" + HIDDEN), 400),
    (8, "chunk of 16 digits",
     post(b"Transfer-Encoding: chunked\r\n", b"FFFFFFFFFFFFFFFF\r\nx" + HIDDEN), (400, 413)),
    (9, "chunk without its line end",
     post(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}X\r\n0\r\n\r\n" + HIDDEN), 400),
    (9, "chunk with an extension",
     post(b"Transfer-Encoding: chunked\r\n", b"2;a=b\r\n{}\r\n0\r\n\r\n" + HIDDEN), 400),
    (10, "folded field", get(b"/", b"Host: a\r\nX: a\r\n b\r\n"), 400),
    (10, "folded first field", get(b"/", b" X: a\r\nHost: a\r\n"), 400),
    (11, "blank before the colon", get(b"/", b"Host: a\r\nX : a\r\n"), 400),
    (11, "no colon", get(b"/", b"Host: a\r\nX\r\n"), 400),
    (11, "empty name", get(b"/", b"Host: a\r\n: a\r\n"), 400),
    (12, "no Host", get(b"/", b""), 400),
    (12, "two Hosts", get(b"/", b"Host: a\r\nHost: a\r\n"), 400),
    (12, "Host with a user", get(b"/", b"Host: me@a\r\n"), 400),
    (12, "Host with a bad port", get(b"/", b"Host: a:99999\r\n"), 400),
    (12, "Host with a port of letters", get(b"/", b"Host: a:b\r\n"), 400),
    (12, "Host with a path", get(b"/", b"Host: a/b\r\n"), 400),
    (12, "Host of two words", get(b"/", b"Host: a b\r\n"), 400),
    (13, "bare line feeds", b"GET / HTTP/1.1\nHost: a\n\n" + HIDDEN, 400),
    (13, "CR alone in a value", get(b"/", b"Host: a\r\nX: a\rb\r\n"), 400),
    (14, "absolute target", get(b"http://evil/"), (400, 421)),
    (14, "target of CONNECT", b"CONNECT evil:443 HTTP/1.1\r\nHost: a\r\n\r\n" + HIDDEN, (400, 501)),
    (15, "target of 9 kB", get(b"/" + b"a" * 9000), 414),
    (15, "101 fields", get(b"/", b"Host: a\r\n" + b"X: a\r\n" * 100), 431),
    (15, "field of 8 kB", get(b"/", b"Host: a\r\nX: " + b"a" * 8192 + b"\r\n"), 431),
    (15, "head of 20 kB", get(b"/", b"Host: a\r\n" + (b"X: " + b"a" * 2000 + b"\r\n") * 10), 431),
    (16, "NUL in the target", get(b"/\0"), 400),
    (16, "CR in the target", get(b"/\r"), 400),
    (16, "line feed in the target", get(b"/\n"), 400),
    (16, "0x80 in the target", get(b"/\x80"), 400),
    (16, "0xFF in the target", get(b"/\xff"), 400),
    (16, "NUL, escaped", get(b"/%00"), 400),
    (16, "no target", b"GET  HTTP/1.1\r\nHost: a\r\n\r\n" + HIDDEN, 400),
    (17, "HTTP/9.9", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n" + HIDDEN, 400),
    (17, "HTTP/0.9", b"GET /\r\n\r\n" + HIDDEN, 400),
    (17, "preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN, 400),
    (17, "hello of TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n" * 4, 400),
    (18, "TRACE", b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n" + HIDDEN, 501),
    (18, "a method of our own", b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n" + HIDDEN, 501),
    (18, "NUL in a value", get(b"/", b"Host: a\r\nX: a\0b\r\n"), 400),
]


class Framing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.place.__enter__()
        cls.place.person("manager")  # logs in, so that there is something to lose
        cls.before = cls.place.state()

    @classmethod
    def tearDownClass(cls):
        cls.place.__exit__()

    def tearDown(self):
        self.assertEqual(self.place.state(), self.before, "the records have changed")
        self.assertTrue(self.place.healthy())

    def test_one_refusal_and_no_second_answer(self):
        for row, name, sent, status in REFUSED:
            with self.subTest(f"{row}: {name}"):
                got, closed = self.place.raw(sent)
                wanted = status if isinstance(status, tuple) else (status,)
                self.assertEqual(len(answers(got)), 1, got[:300])
                self.assertIn(answers(got)[0], wanted)
                self.assertTrue(closed, "the connection stays open")
                said = problem(got)
                self.assertLessEqual({"type", "title", "status", "code"}, said.keys())
                self.assertNotRegex(str(said), r"(?i)select |sqlite|\.cpp|exception")

    def test_well_framed_requests_pass(self):
        """The same bytes but for the one fault: it is the fault that is refused."""
        good = [get(b"/healthz"), post(b"Content-Length: 2\r\n", b"{}" + HIDDEN),
                post(b"Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
                get(b"/healthz", b"Host: [::1]:8080\r\n"),
                get(b"/healthz", b"Host: a\r\n" + b"X: a\r\n" * 99)]
        for sent in good:
            with self.subTest(sent[:80]):
                self.assertEqual(answers(self.place.raw(sent, 1)[0])[-1:], [200])
                self.assertEqual(len(answers(self.place.raw(sent, 1)[0])), 2)

    def test_a_thousand_pipelined_come_back_in_order(self):
        """Row 20."""
        sent = b"".join(b"GET /api/v1/nothing-%d HTTP/1.1\r\nHost: a\r\n\r\n" % i if i % 2 else
                        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" for i in range(1000))
        got, _ = self.place.raw(sent, 3)
        self.assertEqual(answers(got), [404 if i % 2 else 200 for i in range(1000)])


class SlowClients(unittest.TestCase):
    """Row 19: whoever is slower than a bad line is cut within ten seconds, and holds up nobody."""

    def seconds_until_closed(self, line, drip=None, every=1.0, most=13.0):
        line.settimeout(0.2)
        began = last = time.monotonic()
        got = b""
        while time.monotonic() - began < most:
            if drip and time.monotonic() - last > every:
                last = time.monotonic()
                try:
                    line.send(drip)
                except OSError:
                    return time.monotonic() - began, got
            try:
                part = line.recv(4096)
                if not part:
                    return time.monotonic() - began, got
                got += part
            except TimeoutError:
                pass
            except OSError:
                return time.monotonic() - began, got
        return None, got

    def never_reads(self, seconds, out):
        """Asks for much and reads nothing; how long until the other side has given up on it."""
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", self.place.port))
            began = time.monotonic()
            # A reader takes no more than fits into its window: the rest stays with the sender.
            line.setblocking(False)
            asked = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 400
            while time.monotonic() - began < seconds:
                try:
                    asked = asked[line.send(asked):] if asked else b""
                except BlockingIOError:
                    pass
                except OSError:
                    break
                info = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)
                if struct.unpack("B", info[:1])[0] in (7, 8):  # CLOSE, CLOSE_WAIT
                    break
                time.sleep(0.1)
            out.append(("reads nothing", time.monotonic() - began, b""))

    def test_they_are_cut_within_ten_seconds_and_hold_up_nobody(self):
        with Place() as self.place:
            before = self.place.state()
            out, threads = [], []

            def one(name, sent, drip=None, every=1.0):
                with socket.create_connection(("127.0.0.1", self.place.port)) as line:
                    line.sendall(sent)
                    out.append((name, *self.seconds_until_closed(line, drip, every)))

            slow = [("silent", b""), ("head drips", b"GET / HTTP/1.1\r\nHost: a\r\n", b"X", 1.0),
                    ("head of fields", b"GET / HTTP/1.1\r\nHost: a\r\n", b"X: a\r\n", 1.0),
                    ("body stalls", post(b"Content-Length: 60000\r\n", b"{")),
                    ("body drips", post(b"Content-Length: 9000\r\n", b"{"), b" ", 1.0),
                    ("chunk stalls", post(b"Transfer-Encoding: chunked\r\n", b"5\r\n{"))]
            for case in slow:
                threads.append(threading.Thread(target=one, args=case))
            threads.append(threading.Thread(target=self.never_reads, args=(13, out)))
            for _ in range(200):
                threads.append(threading.Thread(target=one, args=slow[1]))
            for thread in threads:
                thread.start()
            longest = 0.0
            while any(thread.is_alive() for thread in threads):
                began = time.monotonic()
                self.assertTrue(self.place.healthy())
                longest = max(longest, time.monotonic() - began)
                time.sleep(0.1)
            for name, seconds, got in out:
                with self.subTest(name):
                    self.assertIsNotNone(seconds, f"{name}: still open")
                    self.assertLessEqual(seconds, 10.0, name)
                    if name not in ("silent", "reads nothing"):
                        self.assertEqual(answers(got), [408], name)
            self.assertLess(longest, 1.0, "others waited")
            self.assertEqual(self.place.state(), before)


if __name__ == "__main__":
    unittest.main()
