"""Ten thousand connections at once: held, the next one told so, and those who ask are answered."""
import resource
import select
import socket
import time
import unittest
from pathlib import Path

from place import Place, answers

MANY = 10_000


class Crowd(unittest.TestCase):
    def setUp(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        # For the daemon, which inherits it, as for these ends of the lines.
        wanted = MANY + 1000
        if hard != resource.RLIM_INFINITY and hard < wanted:
            self.fail(f"{hard} open files are too few: ulimit -Hn {wanted}")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

    def test_ten_thousand_connections_are_held(self):
        with Place() as place:
            before = place.state()
            lines, asked = [], b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
            self.addCleanup(lambda: [line.close() for line in lines])
            for number in range(MANY):
                # From several addresses: one has not as many ports as it takes.
                line = socket.create_connection(("127.0.0.1", place.port), timeout=10,
                                                source_address=(f"127.0.0.{2 + number % 4}", 0))
                line.sendall(asked)
                lines.append(line)
            for line in lines:
                self.assertTrue(line.recv(4096).startswith(b"HTTP/1.1 200 "))
            refused, closed = place.raw(asked)
            self.assertEqual((answers(refused), closed), ([503], True), "one too many is told so")
            slowest = 0.0
            for line in lines[::200]:
                began = time.monotonic()
                line.sendall(asked)
                self.assertTrue(line.recv(4096).startswith(b"HTTP/1.1 200 "))
                slowest = max(slowest, time.monotonic() - began)
            self.assertLess(slowest, 1.0)
            status = Path(f"/proc/{place.process.pid}/status").read_text()
            kilobytes = int(status.split("VmRSS:")[1].split()[0])
            self.assertLess(kilobytes, 200_000)
            for line in lines[:5000]:
                line.close()
            time.sleep(1)
            self.assertTrue(place.healthy(), "there is room again")
            self.assertEqual(place.state(), before)
            watch = select.poll()
            for line in lines[5000:]:
                watch.register(line, select.POLLIN)
            self.assertFalse(watch.poll(0), "who was there is there still")


if __name__ == "__main__":
    unittest.main()
