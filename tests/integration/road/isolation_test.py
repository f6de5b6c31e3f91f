"""Every operation of the document, asked by every role, by nobody and by a token, of what is its
own and what is another ME's or another facility's; and every column of every table sent to
whatever changes something."""
import http.client
import re
import subprocess
import unittest
import uuid
from datetime import timedelta

from contract_test import DOCUMENT, JPEG, Contract, operations
from house import PROGRAM, ROOT, Caller, House, book, facility_now, next_quarter

ROLES = ("manager", "operator", "desk", "member", "helper", "accountant", "committee", "trainer",
         "mechanic", "partner", "programme", "auditor", "technician", "administrator")
# What belongs to one ME: another one does not even learn that it is there.
OF_AN_ME = ("bookings", "usage-sessions", "invoices", "series", "enterprises", "payments")
# The log-in form, and what a printed paper is checked by.
OPEN = [operation["operationId"] for _, _, operation in operations() if "security" in operation]


# Sent one at a time; all others together, because a body may not hold one field too many either.
DEAR = {"facility_id", "person_id", "enterprise_id", "role", "roles", "state", "status", "price",
        "price_e4", "amount", "tenant_id", "version", "created_by", "password_hash", "disabled",
        "suspended", "women_led", "shares_data", "granted", "decided_by"}


class Token(Caller):
    """A program that shows a bearer token."""

    def __init__(self, address, token):
        super().__init__(address)
        self.token = token

    def ask(self, method, path, body=None, headers=None, key=None):
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return super().ask(method, path, body, sent, key)


def table():
    """operation -> roles, as the documentation says it."""
    rows = (ROOT / "schema/roles.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows
             if row.startswith("|")]
    return {row[0]: {role for role, mark in zip(cells[0][1:], row[1:]) if mark == "x"}
            for row in cells[2:]}


def resolved(schema):
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "allOf" in schema:
        whole = {"properties": {}, "required": []}
        for part in map(resolved, schema["allOf"]):
            whole["properties"].update(part.get("properties", {}))
            whole["required"] += part.get("required", [])
        return whole
    if "oneOf" in schema:
        return resolved(schema["oneOf"][0])
    return schema


def sample(schema):
    """Something of the schema's shape; what it means is for the rules."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        needed = schema.get("required", [])
        return {name: sample(one) for name, one in schema.get("properties", {}).items()
                if name in needed}
    if kind == "array":
        return [sample(schema["items"])] * schema.get("minItems", 0)
    if kind == "string":
        shapes = {"uuid": str(uuid.UUID(int=7)), "date": "2026-01-01",
                  "date-time": "2026-01-01T10:00:00+06:00"}
        wanted = schema.get("pattern", "")
        if wanted.startswith("^[0-9]{4}-[0-9]{2}$"):
            return "2026-01"
        return shapes.get(schema.get("format"), "x" * max(1, schema.get("minLength", 1)))
    return {"integer": schema.get("minimum", 1), "number": 1, "boolean": True}.get(kind)


def body_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    json_body = content.get("application/json")
    return resolved(json_body["schema"]) if json_body else None


class Isolation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # On PostgreSQL, where the command line can add a facility beside the daemon.
        Contract.house = cls.house = House("postgres").__enter__()
        Contract.roles = {role: cls.house.person(role)
                          for role in ("manager", "operator", "member", "accountant")}
        Contract.ids = Contract.some_ids()
        cls.of_a = Contract.ids
        cls.callers = {role: cls.house.person(role) for role in ROLES}
        cls.other = cls.house.person("member_b")
        cls.token = Token(cls.house.address, cls.command(
            "token", "--login", "operator", "--label", "a test"))
        cls.elsewhere()
        cls.table = table()

    @classmethod
    def tearDownClass(cls):
        cls.house.__exit__()

    @classmethod
    def command(cls, what, *words, config="karkhana.toml"):
        done = subprocess.run(
            [PROGRAM, "user", what, "--config", f"{cls.house.folder}/{config}", *words],
            capture_output=True, text=True, check=True, cwd=ROOT)
        return done.stdout.strip()

    @classmethod
    def elsewhere(cls):
        """Another facility in the same database, with a manager, an ME and a booking."""
        with open(f"{cls.house.folder}/karkhana.toml", encoding="utf-8") as file:
            text = file.read().replace('slug = "footwear"', 'slug = "elsewhere"', 1)
        with open(f"{cls.house.folder}/elsewhere.toml", "w", encoding="utf-8") as file:
            file.write(text)
        password = cls.command("add", "--login", "stranger", "--role", "manager",
                               config="elsewhere.toml")
        cls.stranger = Caller(cls.house.address,
                              {"login": "elsewhere/stranger", "password": password})
        made = cls.stranger.post("/api/v1/enterprises", {"name": {"en": "Far away"}})
        assert made.status == 201, made.raw
        cls.far = {"enterprises": made.json["id"],
                   "machines": cls.stranger.get("/api/v1/machines").json["items"][0]["id"],
                   "people": cls.stranger.me["person_id"]}

    def as_role(self, name):
        return {"member": "owner", "helper": "member"}.get(name, name)

    def filled(self, path, ids):
        subject = path.split("/")[3] if path.startswith("/api/v1/") else ""
        an_id = ids.get(subject, str(uuid.uuid4()))
        path = path.replace("{id}", an_id).replace("{format}", "csv").replace("{what}", "usage")
        path = path.replace("{photo}", str(uuid.uuid4())).replace("{card}", str(uuid.uuid4()))
        return re.sub(r"\{\w+\}", "1", path)

    def query(self, operation):
        """What it has to be asked with, whatever is looked for."""
        day = self.of_a["from"][:10]
        known = {"from": f"{day}T00:00:00%2B06:00", "to": f"{day}T23:00:00%2B06:00",
                 "period": self.of_a["period"], "day": day, "duration_minutes": "60",
                 "machine_kind": "laser", "edge": "stop"}
        names = {one.get("name") for one in operation.get("parameters", [])}
        return "?" + "&".join(f"{name}={text}" for name, text in known.items() if name in names)

    def setUp(self):
        # What was opened by an earlier story the daemon may have closed by now.
        for caller in (*self.callers.values(), self.other, self.token, self.stranger):
            caller.connection = None

    def ask(self, caller, *what):
        try:
            return self.ask_once(caller, *what)
        except (OSError, http.client.HTTPException):
            return self.ask_once(caller, *what)

    def ask_once(self, caller, method, path, operation, body=None):
        takes = operation.get("requestBody", {}).get("content", {})
        other = next((kind for kind in takes if kind != "application/json"), None)
        if method == "GET":
            return caller.ask(method, path + self.query(operation))
        headers = {"If-Match": '"1"'}
        if other:
            return caller.ask(method, path, JPEG, {**headers, "Content-Type": other})
        return caller.ask(method, path, {} if body is None else body, headers)

    def test_the_table_is_what_the_daemon_tells_each_role(self):
        for name, caller in self.callers.items():
            told = set(caller.me["operations"])
            written = {one for one, roles in self.table.items() if self.as_role(name) in roles}
            self.assertEqual(told, written, name)
        self.assertEqual(set(self.table), {one["operationId"] for _, _, one in operations()})

    def test_nobody_gets_in(self):
        nobody = Caller(self.house.address)
        for method, path, operation in operations():
            if operation["operationId"] in OPEN:
                continue
            answer = self.ask(nobody, method, self.filled(path, self.of_a), operation)
            with self.subTest(operation=operation["operationId"]):
                self.assertEqual(answer.status, 401, answer.raw[:200])

    def test_a_role_that_may_not_is_refused_whatever_it_asks_of(self):
        for name, caller in [*self.callers.items(), ("token", self.token)]:
            role = "operator" if name == "token" else self.as_role(name)
            for method, path, operation in operations():
                what = operation["operationId"]
                if what in OPEN or role in self.table[what]:
                    continue
                for ids in (self.of_a, self.far):
                    answer = self.ask(caller, method, self.filled(path, ids), operation)
                    with self.subTest(role=name, operation=what):
                        self.assertEqual((answer.status, answer.code), (403, "forbidden"),
                                         answer.raw[:200])

    def test_what_is_in_another_facility_is_not_there(self):
        for name, caller in [*self.callers.items(), ("token", self.token),
                             ("stranger", self.stranger)]:
            role = {"token": "operator", "stranger": "manager"}.get(name, self.as_role(name))
            ids = self.of_a if name == "stranger" else self.far
            for method, path, operation in operations():
                what = operation["operationId"]
                if "{id}" not in path or what in OPEN or role not in self.table[what]:
                    continue
                known = path.split("/")[3] in ids
                if not known:
                    continue
                shape = body_of(operation)
                answer = self.ask(caller, method, self.filled(path, ids), operation,
                                  sample(shape) if shape else None)
                with self.subTest(role=name, operation=what):
                    # What does not make sense may be refused before it is looked for.
                    fine = (404,) if method == "GET" else (404, 409, 412, 422)
                    self.assertIn(answer.status, fine, (path, answer.raw[:200]))

    def test_what_is_another_mes_is_not_there(self):
        """Of workshop A, asked by the owner of B and by an officer who has no ME."""
        offices = self.callers["administrator"].post(
            "/api/v1/partners", {"name": {"en": "Another partner organisation"}}).json
        password = "nodir-par-" + uuid.uuid4().hex[:6]
        made = self.callers["administrator"].post("/api/v1/people", {
            "login": "officer-2", "name": {"en": "Officer"}, "password": password,
            "roles": [{"role": "partner", "partner_id": offices["id"]}]})
        self.assertEqual(made.status, 201, made.raw)
        officer = Caller(self.house.address, {"login": "officer-2", "password": password})
        chosen = officer.post("/api/v1/me/password", {"old_password": password,
                                                      "password": password + "-own"})
        self.assertEqual(chosen.status, 200, chosen.raw)
        officer = Caller(self.house.address, {"login": "officer-2", "password": password + "-own"})
        for name, caller, role in (("owner of B", self.other, "owner"),
                                   ("officer", officer, "partner")):
            for method, path, operation in operations():
                what = operation["operationId"]
                subject = path.split("/")[3] if path.startswith("/api/v1/") else ""
                if subject not in OF_AN_ME or "{id}" not in path or role not in self.table[what]:
                    continue
                shape = body_of(operation)
                answer = self.ask(caller, method, self.filled(path, self.of_a), operation,
                                  sample(shape) if shape else None)
                with self.subTest(who=name, operation=what):
                    fine = (404,) if method == "GET" else (404, 409, 412, 422)
                    self.assertIn(answer.status, fine, (path, answer.raw[:200]))

    def test_no_list_says_anything_of_another_me(self):
        ids = [self.of_a[one] for one in ("bookings", "invoices", "usage-sessions", "enterprises",
                                          "series", "payments")]
        for method, path, operation in operations():
            what = operation["operationId"]
            if method != "GET" or "{" in path or what in OPEN or what == "streamEvents" \
                    or "owner" not in self.table[what]:
                continue
            answer = self.other.get(path + self.query(operation))
            with self.subTest(operation=what):
                self.assertLess(answer.status, 500)
                for one in ids:
                    self.assertNotIn(one.encode(), answer.raw)

    def test_an_officer_sees_the_mes_of_the_own_organisation_alone(self):
        seen = self.callers["partner"].get("/api/v1/enterprises").json["items"]
        self.assertEqual([one["id"] for one in seen], [self.of_a["enterprises"]])
        found = self.callers["partner"].get("/api/v1/enterprises?search=workshop").json["items"]
        self.assertEqual(len(found), 1)
        page = self.callers["partner"].get(f"/api/v1/enterprises/{self.of_a['enterprises']}")
        self.assertEqual(page.status, 200)
        other = self.other.me["enterprises"][0]["id"]
        self.assertEqual(self.callers["partner"].get(f"/api/v1/enterprises/{other}").status, 404)

    def test_a_programme_officer_sees_an_me_when_it_agreed(self):
        def consenting():
            report = self.callers["programme"].get("/api/v1/reports/programme").json["items"]
            self.assertEqual(len(report), 2, "both facilities")
            return [one["id"] for each in report for one in each["consenting"]]
        own = self.callers["manager"].get("/api/v1/reports/programme").json["items"]
        self.assertEqual(len(own), 1, "a manager sees the own facility")
        self.assertEqual(consenting(), [])
        path = f"/api/v1/enterprises/{self.of_a['enterprises']}"
        manager = self.callers["manager"]
        version = manager.get(path).headers["ETag"]
        changed = manager.ask("PATCH", path, {"shares_data": True}, {"If-Match": version})
        self.assertEqual(changed.status, 200, changed.raw)
        self.assertEqual(consenting(), [self.of_a["enterprises"]])
        self.assertEqual(manager.ask("PATCH", path, {"shares_data": False},
                                     {"If-Match": version}).status, 412)

    def test_the_stream_tells_an_owner_nothing_of_another_me(self):
        connection = http.client.HTTPConnection(self.other.host, timeout=3)
        connection.request("GET", "/api/v1/events", headers={"Cookie": self.other.cookie})
        stream = connection.getresponse()
        self.assertEqual(stream.status, 200)
        start = next_quarter(facility_now(self.callers["member"])) + timedelta(hours=30)
        made = book(self.callers["member"], "cad-1", start=start)
        self.assertIn("id", made.json, made.raw)
        heard = b""
        try:
            while True:
                heard += stream.read1(65536)
        except TimeoutError:
            pass
        connection.close()
        self.assertIn(b"event", heard)
        for one in (made.json["id"], self.of_a["enterprises"]):
            self.assertNotIn(one.encode(), heard)

    def test_no_column_is_taken_from_a_body(self):
        """A body of the right shape with one column more: whoever may do everything is refused."""
        columns = {name for (name,) in self.house.rows(
            "SELECT DISTINCT column_name FROM information_schema.columns "
            "WHERE table_schema = 'public'")} | {"price", "tenant_id", "status"}
        self.assertGreater(len(columns), 300)
        manager, looked_at = self.callers["manager"], 0
        for method, path, operation in operations():
            shape = body_of(operation)
            what = operation["operationId"]
            if method not in ("POST", "PATCH") or shape is None or what in OPEN:
                continue
            whole = sample(shape)
            others = columns - set(shape.get("properties", {}))
            more = [{column: 1} for column in sorted(others & DEAR)]
            more.append({column: 1 for column in others})
            filled = self.filled(path, self.of_a)
            probe = self.ask(manager, method, filled, operation, {**whole, "no_such_field": 1})
            if probe.code != "unknown_field":
                # Something else of it is refused first, which one column more does not mend.
                with self.subTest(operation=what):
                    self.assertGreaterEqual(probe.status, 400, probe.raw[:200])
            else:
                looked_at += 1
            for column in more:
                answer = self.ask(manager, method, filled, operation, {**whole, **column})
                if answer.code != probe.code or answer.status < 400:
                    with self.subTest(operation=what, column=list(column)[:3]):
                        self.assertEqual((answer.status, answer.code), (probe.status, probe.code))
        self.assertGreater(looked_at, 70)


if __name__ == "__main__":
    unittest.main()
