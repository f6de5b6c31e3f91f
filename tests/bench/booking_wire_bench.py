"""What a booking costs the whole daemon, from its socket to a durable commit: 32 people with
keep-alive connections book slots that nobody else wants, each the next one as soon as they are
answered. CPU is that of the daemon's process, less what it uses for its meters and jobs meanwhile,
which is measured before; what it does in that time to tell people of their bookings is in it.
Argument: how many bookings (2,000 unless said)."""
import json
import os
import random
import selectors
import socket
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration/road"))
from house import House, facility_now  # noqa: E402  pylint: disable=wrong-import-position

PEOPLE = 32
BOOKINGS = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
WARM_UP = 200  # statements are prepared, pages are in memory
LIMIT_US = 170
DAYS = 27  # machines of the demo may be booked for four weeks
LENGTH = timedelta(minutes=30)
TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def slots(caller):
    """Free ones of half an hour each, over all machines and the days that may be booked."""
    now = facility_now(caller)
    found = []
    for machine in caller.get("/api/v1/machines").json["items"]:
        for day in range(1, DAYS):
            first = (now + timedelta(days=day)).replace(hour=9, minute=0, second=0, microsecond=0)
            found += [(machine["id"], first + LENGTH * i) for i in range(16)]
    random.Random(1).shuffle(found)
    return found


def request(caller, party, machine, at):
    body = json.dumps({"machine_id": machine, "enterprise_id": party, "start": at.isoformat(),
                       "end": (at + LENGTH).isoformat()})
    head = {"Host": caller.host, "Accept": "application/json", "Cookie": caller.cookie,
            "X-CSRF-Token": caller.csrf, "Idempotency-Key": uuid.uuid4(),
            "Content-Type": "application/json", "Content-Length": len(body)}
    lines = [f"{name}: {value}\r\n" for name, value in head.items()]
    return ("POST /api/v1/bookings HTTP/1.1\r\n" + "".join(lines) + "\r\n" + body).encode()


class People:
    """All of them in one thread, so that the client leaves the daemon its processor."""

    def __init__(self, caller):
        host, port = caller.host.split(":")
        self.selector = selectors.DefaultSelector()
        self.sockets = [socket.create_connection((host, int(port))) for _ in range(PEOPLE)]
        for each in self.sockets:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(each, selectors.EVENT_READ, bytearray())

    def ask(self, requests):
        """Sends them all and counts the answers by status."""
        counts, waiting = {}, list(reversed(requests))
        in_flight = 0
        for each in self.sockets[:len(waiting)]:
            each.sendall(waiting.pop())
            in_flight += 1
        while in_flight:
            for key, _ in self.selector.select():
                key.data.extend(key.fileobj.recv(65536))
                status = self.whole_answer(key.data)
                if status is None:
                    continue
                key.data.clear()
                counts[status] = counts.get(status, 0) + 1
                in_flight -= 1
                if waiting:
                    key.fileobj.sendall(waiting.pop())
                    in_flight += 1
        return counts

    @staticmethod
    def whole_answer(got):
        head, end, body = bytes(got).partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return int(head[9:12]) if len(body) >= length else None


def main():
    with House() as house:
        member = house.person("operator")
        party = member.get("/api/v1/enterprises").json["items"][0]["id"]
        wanted = slots(member)[:WARM_UP + BOOKINGS]
        requests = [request(member, party, machine, at) for machine, at in wanted]
        people, pid = People(member), house.daemon_pid()
        people.ask(requests[:WARM_UP])
        time.sleep(3)  # what they are told of is told
        before, start = cpu_seconds(pid), time.monotonic()
        time.sleep(5)
        idle = (cpu_seconds(pid) - before) / (time.monotonic() - start)
        before, start = cpu_seconds(pid), time.monotonic()
        counts = people.ask(requests[WARM_UP:])
        elapsed = time.monotonic() - start
        used = cpu_seconds(pid) - before - idle * elapsed
        booked = counts.pop(201, 0)
        each_us = used * 1e6 / max(booked, 1)
        print(f"{booked} bookings by {PEOPLE} people in {elapsed:.1f} s "
              f"(other answers: {counts or 'none'}), the daemon idles at {idle * 100:.1f} %")
        print(f"from socket to durable commit {each_us:10.1f} us CPU each  (limit {LIMIT_US})")
        return 0 if booked and each_us <= LIMIT_US else 1


if __name__ == "__main__":
    sys.exit(main())
