"""Bodies and queries that no honest client sends, to every operation of the contract: a refusal of
the right kind, never a fault of ours, and nothing written."""
import json
import re
import time
import unittest
import uuid
from datetime import datetime, timedelta

import yaml

from place import Caller, ROOT, Place

DOCUMENT = yaml.safe_load((ROOT / "schema/openapi.yaml").read_text(encoding="utf-8"))
NOBODY = str(uuid.UUID(int=(0x0190 << 112) | (7 << 76) | (2 << 62) | 5))


def changing_operations():
    """(operation, method, path with ids that nobody has, takes JSON)"""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if method not in ("post", "put", "patch"):
                continue
            kinds = operation.get("requestBody", {}).get("content", {})
            yield (operation["operationId"], method.upper(), re.sub(r"\{[^}]*\}", NOBODY, path),
                   "application/json" in kinds)


def reading_operations():
    for path, methods in DOCUMENT["paths"].items():
        if "get" in methods and "events" not in path:
            yield (methods["get"]["operationId"], re.sub(r"\{[^}]*\}", NOBODY, path),
                   [each["name"] for each in methods["get"].get("parameters", [])
                    if each.get("in") == "query"])


class Bodies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.place.__enter__()
        cls.manager = cls.place.person("manager")
        cls.machine = cls.manager.get("/api/v1/machines").json["items"][0]
        cls.now = datetime.fromisoformat(cls.manager.get("/api/v1/machines").json["now"])
        cls.enterprise = cls.manager.post(
            "/api/v1/enterprises", {"name": {"en": "First", "bn": "প্রথম"}}).json["id"]

    @classmethod
    def tearDownClass(cls):
        cls.place.__exit__()

    def setUp(self):
        self.before = self.place.state()
        self.may_write = False

    def tearDown(self):
        if not self.may_write:
            time.sleep(0.1)
            after = self.place.state()
            more = {name for name in after if after[name] != self.before[name]}
            # Who asked for what is written down, and so is what a key was answered; a secret is
            # made when it is first needed.
            self.assertLessEqual(more, {"idempotency_key", "login_attempt", "audit_event",
                                        "audit_head", "head", "facility_secret"})
        self.assertTrue(self.place.healthy())

    def send(self, text, method="POST", path="/api/v1/enterprises", kind="application/json",
             who=None, **more):
        data = text if isinstance(text, bytes) else text.encode()
        return (who or self.manager).ask(method, path, data, headers={
            "Content-Type": kind, "If-Match": '"1"', "Idempotency-Key": str(uuid.uuid4()), **more})

    def assert_refused(self, answer, statuses, code=None):
        self.assertIn(answer.status, statuses, answer.raw[:300])
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        if code:
            self.assertEqual(answer.code, code)

    def test_every_operation_refuses_what_is_no_object(self):
        """Rows 21, 22, 23, 29, 30, 31."""
        wrong = ["", "null", "[]", '"x"', "1", "{", '{"a":1}x', "{'a':1}", '{"a":1,"a":2}',
                 "[" * 33 + "]" * 33, '{"a":' * 33 + "1" + "}" * 33,
                 "[" + "1," * 10_000 + "1]", "{" + ",".join(f'"k{i}":1' for i in range(1001)) + "}",
                 '{"a":"\\ud800"}', '{"a":"\\u0000"}', b'{"a":"\xff\xfe"}', b"\xef\xbb\xbf{}",
                 '{"a":NaN}', '{"a":Infinity}', '{"a":01}', '{"a":1e400}',
                 '{"facility_id":"x","tenant_id":"y","price":1,"role":"manager","__proto__":{}}']
        for name, method, path, takes_json in changing_operations():
            if name in ("createSession", "takeAllProposals") or not takes_json:
                continue
            for body in wrong:
                with self.subTest(f"{name} {body[:30]}"):
                    answer = self.send(body, method, path)
                    self.assertIn(answer.status, (400, 403, 404, 409, 412, 415, 422, 428, 503),
                                  answer.raw[:200])
            self.assertEqual(self.send("{}", method, path, kind="text/plain").status
                             in (415, 403, 404), True, name)
            self.assert_refused(self.send("{}", method, path, **{"Content-Encoding": "gzip"}),
                                (415, 403))

    def test_the_kind_of_each_refusal(self):
        for row, body, status, code in [
                (21, "null", 400, None), (21, "[]", 400, None),
                (21, '"x"', 400, None), (22, "[" * 33 + "]" * 33, 400, "too_deep"),
                (22, "[" + "1," * 10_000 + "1]", 400, None),
                (22, "{" + ",".join(f'"k{i}":1' for i in range(1001)) + "}", 400, None),
                (23, '{"name":{"en":"a","en":"b"}}', 400, "duplicate_key"),
                (31, '{"name":{"en":"a"},"facility_id":"x"}', 422, "unknown_field"),
                (31, '{"name":{"en":"a"},"price":1}', 422, "unknown_field"),
                (31, '{"name":{"en":"a","role":"manager"}}', 422, "unknown_field")]:
            with self.subTest(f"{row} {body[:40]}"):
                self.assert_refused(self.send(body), (status,), code)
        for kind in ("text/plain", "application/json; charset=utf-7", "text/json", "",
                     "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            with self.subTest(f"29 {kind}"):
                self.assert_refused(self.send('{"name":{"en":"a"}}', kind=kind), (415,))
        for coding in ("gzip", "deflate", "br", "identity"):
            with self.subTest(f"30 {coding}"):
                self.assert_refused(self.send("x", **{"Content-Encoding": coding}), (415,))

    def pay(self, amount):
        """`amount` as it stands in the text of the request."""
        return self.send('{"enterprise_id":"%s","amount":{"amount":%s,"currency":"BDT"},'
                         '"method":"cash"}' % (self.enterprise, amount), path="/api/v1/payments")

    def test_money_is_a_whole_number_of_poisha(self):
        """Rows 24, 25, 27, 49."""
        for amount in ("1e400", "1.10", "99999999999999999999", '"100"', '"১০০"', "null", "true",
                       "1e2", "-1", "0", "-0", "9223372036854775807", "9223372036854775808"):
            with self.subTest(amount):
                self.assert_refused(self.pay(amount), (422,))
        self.assert_refused(self.pay("NaN"), (400,))
        self.assertEqual(self.pay("1.10").code, "integer_required")

    def test_large_money_stays_exact(self):
        """Row 25."""
        self.may_write = True
        answer = self.pay("9007199254740993")
        if answer.status == 201:
            self.assertEqual(answer.json["amount"]["amount"], 9007199254740993)
        else:
            self.assert_refused(answer, (422,))

    def test_names_of_any_script_are_kept_as_written(self):
        """Rows 27, 28."""
        self.may_write = True
        for name in ("সেলাই মেশিন ৩", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
                     "=cmd|' /C calc'!A0", "Robert'); DROP TABLE person;--", "{{7*7}}", "%s%n"):
            with self.subTest(name):
                made = self.manager.post("/api/v1/enterprises", {"name": {"en": name, "bn": name}})
                self.assertEqual(made.status, 201, made.raw)
                found = self.manager.get(f"/api/v1/enterprises/{made.json['id']}").json
                self.assertEqual(found["name"], {"en": name, "bn": name})

    def book(self, start, end):
        start, end = (each if isinstance(each, str) else each.isoformat() for each in (start, end))
        return self.manager.post("/api/v1/bookings", {
            "machine_id": self.machine["id"], "enterprise_id": self.enterprise,
            "start": start, "end": end})

    def test_times_that_are_none(self):
        """Row 32."""
        day = (self.now + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
        hour = timedelta(hours=1)
        for name, start, end in [
                ("no length", day, day), ("backwards", day + hour, day),
                ("a second", day, day + timedelta(seconds=1)),
                ("ten years", day, day + timedelta(days=3650)),
                ("the past", day - timedelta(days=9), day - timedelta(days=9) + hour),
                ("ambiguous", "2009-12-31T23:30:00", "2009-12-31T23:45:00"),
                ("30 February", "2027-02-30T10:00:00+06:00", "2027-02-30T11:00:00+06:00"),
                ("24:00", f"{day.date()}T24:00:00+06:00", f"{day.date()}T24:30:00+06:00"),
                ("hour 25", f"{day.date()}T25:00:00+06:00", f"{day.date()}T26:00:00+06:00"),
                ("no offset", f"{day.date()}T10:00:00", f"{day.date()}T11:00:00"),
                ("words", "tomorrow", "later"), ("a number", "1790000000", "1790003600"),
                ("year 9999", "9999-12-31T23:00:00Z", "9999-12-31T23:59:00Z"),
                ("year 292278", "+292278-01-01T00:00:00Z", "+292278-01-01T01:00:00Z"),
                ("leap second", "2026-12-31T23:59:60Z", "2027-01-01T00:59:60Z")]:
            with self.subTest(name):
                self.assert_refused(self.book(start, end), (422,))

    def test_neighbours_touch_and_do_not_overlap(self):
        """Rows 33, 34, 40."""
        self.may_write = True
        day = (self.now + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
        hour = timedelta(hours=1)
        first, second = self.book(day, day + hour), self.book(day + hour, day + 2 * hour)
        self.assertEqual((first.status, second.status), (201, 201), first.raw + second.raw)
        third = self.book(day + hour - timedelta(minutes=15), day + hour)
        self.assert_refused(third, (409,), "slot_taken")
        self.assertNotIn("First", third.raw.decode())
        self.assertNotIn(self.enterprise, third.raw.decode())
        path = f"/api/v1/bookings/{second.json['id']}/cancel"
        once, twice = (self.manager.post(path, {"reason": "ill"}) for _ in range(2))
        self.assertEqual(once.status, 200, once.raw)
        self.assertIn(twice.status, (200, 409), twice.raw)
        self.assertLess(twice.status, 500)

    def test_a_key_is_one_effect(self):
        """Rows 36, 37."""
        self.may_write = True
        key = str(uuid.uuid4())
        body = {"name": {"en": "Once", "bn": "একবার"}}
        first = self.manager.post("/api/v1/enterprises", body, key=key)
        for _ in range(20):
            self.assertEqual(self.manager.post("/api/v1/enterprises", body, key=key).raw, first.raw)
        other = self.manager.post("/api/v1/enterprises", {"name": {"en": "Twice"}}, key=key)
        self.assert_refused(other, (422,), "idempotency_key_reused")

    def test_a_stale_version_changes_nothing(self):
        """Row 39."""
        count = 0
        for path, methods in DOCUMENT["paths"].items():
            for method, operation in methods.items():
                if not any("ifMatch" in each.get("$ref", "")
                           for each in operation.get("parameters", [])):
                    continue
                where = re.sub(r"\{[^}]*\}", NOBODY, path)
                for match in ('"77"', '"x"', "*", "", '"1", "2"', 'W/"1"'):
                    count += 1
                    with self.subTest(f"{operation['operationId']} {match}"):
                        answer = self.manager.ask(method.upper(), where, {}, headers={
                            "If-Match": match, "Idempotency-Key": str(uuid.uuid4())})
                        self.assertIn(answer.status, (400, 404, 412, 422, 428), answer.raw)
        self.assertGreater(count, 12)

    def test_queries_out_of_all_range(self):
        """Row 43."""
        for name, path, known in reading_operations():
            for query in ("?limit=1e9", "?limit=-1", "?limit=0", "?cursor=%27%3B--", "?cursor=-1",
                          "?from=x&to=y", "?from=9999-12-31T23:59:59Z&to=0001-01-01T00:00:00Z",
                          "?period=2026-13", "?period=%00", "?sort=;drop", "?machine_id=../..",
                          "?limit=9&limit=8"):
                with self.subTest(name + query):
                    answer = self.manager.get(path + query)
                    self.assertLess(answer.status, 500, answer.raw[:200])
                    asked = query[1:].split("=")[0]
                    if asked == "limit" and "limit" in str(known) and "&" not in query:
                        self.assertIn(answer.status, (404, 422), answer.raw[:200])
        for query in ("limit=1e9", "limit=-1", "limit=0", "cursor=%27%3B--"):
            with self.subTest(query):
                self.assert_refused(self.manager.get("/api/v1/bookings?" + query), (422,))

    def test_no_path_leaves_the_house(self):
        """Row 44."""
        for path in ("/static/..%2f..%2fetc/passwd", "/%252e%252e/etc/passwd", "/./etc/passwd",
                     "//etc/passwd", "/../etc/passwd", "/..;/etc/passwd", "/....//etc/passwd",
                     "/%2e%2e/%2e%2e/etc/passwd", "/.git/config", "/karkhana.toml", "/ledger.db",
                     "/api/v1/../../etc/passwd", "/api/v1/machines/%2e%2e", "/assets/%5c..%5c",
                     "/api/v1/invoices/..%2f..%2fledger.db.pdf"):
            with self.subTest(path):
                got, _ = self.place.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\n"
                                        "Connection: close\r\n\r\n".encode())
                self.assertRegex(got.split(b"\r\n")[0], rb"^HTTP/1\.1 (400|401|404) ")
                self.assertNotIn(b"root:", got)

    def test_no_other_page_may_change_anything(self):
        """Row 46."""
        body = {"name": {"en": "Forged"}}
        good = self.manager.csrf
        for name, headers, token in [
                ("no token", {}, None), ("a wrong token", {}, "0" * 32),
                ("origin null", {"Origin": "null"}, good),
                ("another origin", {"Origin": "https://evil.example"}, good),
                ("another port", {"Origin": "http://127.0.0.1:1"}, good),
                ("another site", {"Sec-Fetch-Site": "cross-site"}, good),
                ("a form", {"Content-Type": "application/x-www-form-urlencoded"}, good)]:
            with self.subTest(name):
                self.manager.csrf = token
                try:
                    answer = self.manager.ask("POST", "/api/v1/enterprises",
                                              json.dumps(body).encode(),
                                              headers={"Content-Type": "application/json",
                                                       **headers})
                finally:
                    self.manager.csrf = good
                self.assert_refused(answer, (415,) if name == "a form" else (403,))

    def test_webhooks_lead_to_no_address_of_the_house(self):
        """Row 50."""
        for url in ("http://127.0.0.1:502", "https://127.0.0.1/", "https://[::1]/", "file:///etc",
                    "https://169.254.169.254/latest", "https://localhost/", "https://0x7f.1/",
                    "https://[::ffff:127.0.0.1]/", "https://10.0.0.1/", "https://100.64.0.1/",
                    "https://user@example.org/", "gopher://example.org/", "https://2130706433/",
                    "https://example.org:22/", "ftp://example.org/", "javascript:alert(1)"):
            with self.subTest(url):
                answer = self.manager.post("/api/v1/webhooks", {"url": url, "kinds": []})
                self.assertIn(answer.status, (422,), answer.raw)


class Guessing(unittest.TestCase):
    def test_the_eleventh_wrong_password_has_to_wait(self):
        """Row 47: and a name that nobody has is answered alike, in like time."""
        with Place() as place:
            seconds = {"manager": [], "nobody-at-all": []}
            said = {}
            for login, times in seconds.items():
                caller = Caller(place.address)
                for _ in range(10):
                    began = time.monotonic()
                    answer = caller.post("/api/v1/session", {"login": login, "password": "wrong"})
                    times.append(time.monotonic() - began)
                    self.assertEqual(answer.status, 401)
                document = {key: value for key, value in answer.json.items() if key != "request_id"}
                said[login] = document
            self.assertEqual(said["manager"], said["nobody-at-all"])
            fast, slow = sorted(sorted(times)[5] for times in seconds.values())
            self.assertLess(slow / fast, 1.5, seconds)
            for login in seconds:
                answer = Caller(place.address).post("/api/v1/session",
                                                    {"login": login, "password": "wrong"})
                self.assertEqual(answer.status, 429)
                self.assertGreater(int(answer.headers["Retry-After"]), 0)
            right = Caller(place.address).post("/api/v1/session", {
                "login": "manager", "password": place.passwords["manager"]})
            self.assertEqual(right.status, 429, "the right one too, or guessing would go on")


if __name__ == "__main__":
    unittest.main()
