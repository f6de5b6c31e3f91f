"""The router and the document list the same operations, and real answers are as it says."""
import datetime
import re
import unittest
import uuid

import jsonschema
import yaml

from house import Caller, House, ROOT, book, facility_now, machine

DOCUMENT = yaml.safe_load((ROOT / "schema/openapi.yaml").read_text(encoding="utf-8"))


# A grey picture of one pixel.
JPEG = bytes.fromhex(
    "ffd8ffdb004300030202020202030202020303030304060404040404080606050609080a0a090809090a0c0f"
    "0c0a0b0e0b09090d110d0e0f101011100a0c12131210130f101010ffc9000b080001000101011100ffcc0006"
    "00101005ffda0008010100003f00d2cf20ffd9")


# Of no version.
OUTSIDE = ("/healthz", "/readyz", "/metrics", "/verify")


def operations():
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def schema_of(operation, status):
    answer = operation["responses"].get(str(status), {})
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    for content in answer.get("content", {}).values():
        return content["schema"]
    return None


def validate(document, schema):
    whole = {**schema, "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(
        whole, format_checker=jsonschema.FormatChecker()).validate(document)


def routes_of_the_source():
    """(path, operation) of every route that is written down: its two texts stand side by side."""
    written = re.compile(r'"(/?[a-z][\w/{}.-]*)",\s*(?:\.operation_id = )?"([a-z]{3,}[A-Z]\w+)"')
    for file in (ROOT / "server").glob("*/*.cpp"):
        for path, operation in written.findall(file.read_text(encoding="utf-8")):
            if re.fullmatch(r"[a-z]+[A-Z]\w*", path):
                continue  # two operations side by side
            whole = path.startswith("/api/") or path in OUTSIDE
            yield path if whole else "/api/v1/" + path.lstrip("/"), operation


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.house = House().__enter__()
        cls.roles = {role: cls.house.person(role)
                     for role in ("manager", "operator", "member", "accountant")}
        cls.ids = cls.some_ids()

    @classmethod
    def tearDownClass(cls):
        cls.house.__exit__()

    @classmethod
    def told(cls, operation, answer):
        """Remembers what was answered, to be held against the document."""
        cls.answers.append((operation, answer))
        return answer.json

    @classmethod
    def a_booking(cls):
        """Priced, booked, refused for two reasons, and used."""
        member, operator = cls.roles["member"], cls.roles["operator"]
        booked = cls.told("createBooking", book(member, "laser-1", quantity=2))
        again = {"machine_id": booked["machine"]["id"], "start": booked["start"],
                 "end": booked["end"]}
        cls.told("createQuote", member.post("/api/v1/quotes", again))
        cls.told("createBooking", member.post("/api/v1/bookings", again))
        long_ago = {**again, "start": "2020-01-01T03:07:00+06:00",
                    "end": "2020-01-01T03:08:00+06:00"}
        cls.told("createBooking", member.post("/api/v1/bookings", long_ago))
        path = f"/api/v1/bookings/{booked['id']}"
        cls.told("startBooking", operator.post(f"{path}/start"))
        cls.told("pauseBooking", operator.post(f"{path}/pause"))
        cls.told("startBooking", operator.post(f"{path}/start"))
        done = cls.told("stopBooking", operator.post(f"{path}/stop", {"quantity": 2}))
        return booked, done

    @classmethod
    def a_breakdown(cls):
        """Reported with a photo, mended; and a plan so that it does not come again."""
        manager, operator = cls.roles["manager"], cls.roles["operator"]
        press = machine(manager, "press-1")["id"]
        plan = cls.told("createPlan", manager.post("/api/v1/maintenance-plans", {
            "machine_id": press, "name": {"en": "Oil", "bn": "তেল"}, "basis": "hours",
            "every": 100, "warn_before": 10, "minutes": 60}))
        path = f"/api/v1/maintenance-plans/{plan['id']}"
        cls.told("completePlan", operator.post(f"{path}/complete", {"note": "SAE 30"}))
        ticket = cls.told("openTicket", operator.post("/api/v1/tickets", {
            "machine_id": press, "kind": "breakdown", "words": "The ram hangs."}))
        path = f"/api/v1/tickets/{ticket['id']}"
        photo = cls.told("addPhoto", operator.post(f"{path}/photos", JPEG))
        cls.told("changeTicket", operator.ask("PATCH", path, {"spares": "1 seal"},
                                              {"If-Match": '"1"'}))
        cls.told("closeTicket", operator.ask("POST", f"{path}/close", {"cause": "worn"},
                                             {"If-Match": '"2"'}))
        return {"maintenance-plans": plan["id"], "tickets": ticket["id"], "photo": photo["id"]}

    @classmethod
    def a_month_of_costs(cls, today):
        """The utility's bill and a wage; scrap on the scale, sold again by hand."""
        manager, operator = cls.roles["manager"], cls.roles["operator"]
        day = datetime.date.fromisoformat(today)
        taka = lambda amount: {"amount": amount * 100, "currency": "BDT"}
        bill = {"paper_number": "0412", "from": str(day - datetime.timedelta(40)),
                "to": str(day - datetime.timedelta(9)), "source": "paper", "total": taka(500),
                "lines": [{"head": "energy", "window": "peak", "energy_wh": 9000,
                           "amount": taka(120)},
                          {"head": "energy", "window": "off_peak", "energy_wh": 30000,
                           "amount": taka(300)},
                          {"head": "demand", "amount": taka(80)}]}
        billed = cls.told("createUtilityBill", manager.post("/api/v1/utility-bills", bill))
        path = f"/api/v1/utility-bills/{billed['id']}"
        cls.told("correctUtilityBill", manager.post(f"{path}/correct", {**bill, "reason": "why"}))
        wage = {"head": "operators", "month_from": today[:7], "month_to": today[:7],
                "monthly": taka(9000), "source": "pay sheet"}
        cost = cls.told("createCost", manager.post("/api/v1/costs", wage))
        path = f"/api/v1/costs/{cost['id']}/correct"
        cls.told("correctCost", manager.post(path, {**wage, "reason": "why"}))
        since = {"from": f"{today}T00:00:00+06:00"}
        cls.told("addCostSetting", manager.post("/api/v1/cost-settings", {
            **since, "demand_by": "booked", "tolerance_e4": 100}))
        later = {"from": "2099-01-01T00:00:00+06:00"}
        cls.told("switchFacilityMode", manager.post("/api/v1/facility-modes", {
            **later, "mode": "non_revenue", "reason": "lease"}))
        cls.told("addRecyclingSetting", manager.post("/api/v1/recycling-settings", {
            **since, "tolerance_e4": 100, "goal_kg": 700000}))
        soles = cls.told("createMaterial", manager.post("/api/v1/materials", {
            "name": {"en": "Soles", "bn": "সোল"}}))
        path = f"/api/v1/materials/{soles['id']}/prices"
        cls.told("addMaterialPrice", manager.post(path, {
            **later, "deal": "scrap", "price_e4": 15000000, "source": "board"}))
        batch = cls.told("beginRecyclingBatch", operator.post("/api/v1/recycling-batches", {
            "machine_id": machine(manager, "recycler-1")["id"]}))
        ticket = cls.told("createWeighTicket", operator.post("/api/v1/weigh-tickets", {
            "direction": "in", "material_id": soles["id"], "batch_id": batch["id"],
            "source": "indicator"}))
        path = f"/api/v1/weigh-tickets/{ticket['id']}/correct"
        cls.told("correctWeighTicket", manager.post(path, {
            "direction": "in", "material_id": soles["id"], "batch_id": batch["id"],
            "gross_g": 25000, "reason": "the empty scale was weighed"}))
        path = f"/api/v1/recycling-batches/{batch['id']}/end"
        cls.told("endRecyclingBatch", operator.post(path, {}))
        return {"utility-bills": billed["id"], "costs": cost["id"], "materials": soles["id"],
                "weigh-tickets": ticket["id"], "recycling-batches": batch["id"]}

    @classmethod
    def a_sale(cls, invoice):
        """A service is sold, a scan is told of and withdrawn, and a bit of a bill given back."""
        manager, operator = cls.roles["manager"], cls.roles["operator"]
        accountant = cls.roles["accountant"]
        later = {"effective_from": "2099-01-01T00:00:00+06:00", "source": "order no. 7"}
        whose = {"enterprise_id": invoice["enterprise"]["id"], "quantity": 2}
        name = {"en": "Print", "bn": "প্রিন্ট"}
        cls.told("createService", manager.post("/api/v1/services", {
            "code": "print", "label": name, "unit": "page", "price_e4": 5_000_000,
            "full_price_e4": 8_000_000, "sector": "public", "source": "board"}))
        cls.told("sellService", operator.post("/api/v1/services/sales",
                                              {**whose, "code": "print", "note": "A4"}))
        item = cls.told("createUsageEvent", operator.post("/api/v1/usage-events", {
            **whose, "source": "scanner", "id": "7", "label": name, "unit": "page",
            "price_e4": 1_000_000, "at": facility_now(operator).isoformat()}))
        path = f"/api/v1/items/{item['id']}/withdraw"
        cls.told("withdrawItem", accountant.post(path, {"reason": "a test of the scanner"}))
        cls.told("setTaxCode", accountant.post("/api/v1/taxes/codes", {
            **later, "code": "standard", "rate_e4": 1500, "service_code": "S099.20",
            "label": {"en": "Standard", "bn": "সাধারণ"}}))
        cls.told("setTaxRegime", accountant.post("/api/v1/taxes/regimes", {
            **later, "regime": "vat", "rounding": "invoice", "inclusive": True,
            "bin": "001234567-0101"}))
        line = next(one for one in invoice["lines"] if one["amount"]["amount"] > 0)
        path = f"/api/v1/invoices/{invoice['id']}/credit-notes"
        cls.told("createCreditNote", accountant.post(path, {
            "reason": "counted twice",
            "lines": [{"line": line["line"], "amount": {"amount": 1, "currency": "BDT"}}]}))
        return {"items": item["id"]}

    @classmethod
    def some_ids(cls):
        cls.answers = []
        booked, done = cls.a_booking()
        accountant = cls.roles["accountant"]
        period = booked["start"][:7]
        cls.told("createBillingRun", accountant.post("/api/v1/billing-runs",
                                                     {"period": period, "dry_run": True}))
        run = cls.told("createBillingRun", accountant.post("/api/v1/billing-runs",
                                                           {"period": period}))
        path = f"/api/v1/invoices/{run['invoices'][0]['id']}"
        invoice = cls.told("finalizeInvoice", accountant.post(
            f"{path}/finalize", {"reason": "The account is closed."}))
        payment = {"amount": {"amount": 100, "currency": "BDT"}, "method": "cash"}
        paid = cls.told("createPayment", accountant.post(f"{path}/payments", payment))
        path = f"/api/v1/enterprises/{invoice['enterprise']['id']}/packs"
        pack = cls.told("sellPack", accountant.post(
            path, {"component": accountant.get(path).json["offers"][0]["component"]}))
        block = {"box": "Mobile unit", "count": 10}
        block = cls.told("reserveNumbers",
                         cls.roles["manager"].post("/api/v1/number-blocks", block))
        cls.told("returnNumbers", cls.roles["manager"].post(
            f"/api/v1/number-blocks/{block['id']}/return",
            {"last_used": block["first"], "reason": "it is back"}))
        for table in ("name_en,phone\nRina,\n", "name_en,phone\nRina,12\n"):
            for dry in (True, False):
                cls.told("importTable", cls.roles["manager"].post(
                    "/api/v1/imports/enterprises", {"text": table, "dry_run": dry}))
        line = cls.roles["manager"].get("/api/v1/lines").json["items"][0]["name"]
        device = accountant.get("/api/v1/devices").json["items"][0]["id"]
        feed = {"scope": "machine", "scope_id": booked["machine"]["id"]}
        calendar = cls.told("createFeed", cls.roles["manager"].post("/api/v1/feeds", feed))
        token = calendar["url"].split("/")[-1].removesuffix(".ics")
        series = cls.told("createSeries", cls.roles["member"].post("/api/v1/series", {
            "machine_id": booked["machine"]["id"], "start": booked["start"],
            "end": booked["end"], "rule": "FREQ=DAILY;COUNT=4"}))
        path = f"/api/v1/series/{series['id']}"
        cls.told("changeSeries", cls.roles["member"].post(
            f"{path}/change", {"length_minutes": 60, "clash": "skip", "dry_run": True}))
        cls.told("cancelSeries", cls.roles["member"].post(f"{path}/cancel", {"dry_run": True}))
        # None of its dates waits for anybody.
        for step, body in (("approve", {"dry_run": True}), ("refuse", {"reason": "no die"})):
            answer = cls.roles["manager"].post(f"{path}/{step}", body)
            assert (answer.status, answer.json["code"]) == (409, "wrong_state"), answer.json
        return {**cls.a_breakdown(), **cls.a_sale(invoice),
                **cls.a_month_of_costs(booked["start"][:10]),
                "line": line, "bookings": booked["id"],
                "machines": booked["machine"]["id"], "token": token, "series": series["id"],
                "alarms": str(uuid.uuid4()), "devices": device,
                "people": cls.roles["member"].me["person_id"],
                "enterprise": invoice["enterprise"]["id"],
                "enterprises": invoice["enterprise"]["id"],
                "usage-sessions": done["session_ids"][0], "invoices": invoice["id"],
                "payments": paid["id"], "packs": pack["id"],
                "from": booked["start"], "period": period}

    def path_for(self, path):
        subject = path.split("/")[3] if path.startswith("/api/v1/") else ""
        an_id = self.ids.get(subject, str(uuid.uuid4()))
        filled = path.replace("{id}", an_id).replace("{line}", "1")
        filled = filled.replace("{channel}", "2").replace("{what}", "usage")
        filled = filled.replace("{token}", self.ids["token"]).replace("{format}", "csv")
        filled = filled.replace("{name}", self.ids["line"]).replace("{photo}", self.ids["photo"])
        day = self.ids["from"][:10]
        asked = {"getAvailability": "duration_minutes=60&",
                 "listAvailability": "duration_minutes=60&", "previewCorrection": "edge=stop&",
                 "findTime": f"day={day}&duration_minutes=60&machine_kind=laser&"}
        return filled, day, asked

    def query(self, operation, day, asked):
        offset = "%2B06:00"
        names = {p.get("name") for p in operation.get("parameters", [])}
        text = asked.get(operation["operationId"], "")
        if "from" in names:
            text += f"from={day}T00:00:00{offset}&to={day}T23:00:00{offset}&"
        if "period" in names:
            text += f"period={self.ids['period']}&"
        if "enterprise" in names:
            text += f"enterprise={self.ids['enterprise']}"
        return "?" + text if text else ""

    def test_every_operation_of_the_document_has_a_route(self):
        nobody = Caller(self.house.address)
        for method, path, operation in operations():
            path = re.sub(r"\{(line|channel|name)\}", "1", path).replace("{what}", "usage")
            path = path.replace("{id}", str(uuid.uuid4())).replace("{token}", self.ids["token"])
            path = path.replace("{format}", "csv")
            answer = nobody.ask(method, path, {} if method in ("POST", "PATCH") else None)
            with self.subTest(operation=operation["operationId"]):
                self.assertNotIn(answer.status, (404, 405, 500))

    def test_every_route_of_the_router_is_in_the_document(self):
        nobody = Caller(self.house.address)
        for path, methods in DOCUMENT["paths"].items():
            asked = path.replace("{id}", str(uuid.uuid4())).replace("{what}", "usage")
            answer = nobody.ask("PUT", re.sub(r"\{\w+\}", "1", asked))
            with self.subTest(path=path):
                self.assertEqual(answer.status, 405)
                allowed = set(re.split(r",\s*", answer.headers["Allow"])) - {"HEAD", "OPTIONS"}
                self.assertEqual(allowed, {method.upper() for method in methods})
        documented = {(path, operation["operationId"]) for _, path, operation in operations()}
        self.assertEqual(set(routes_of_the_source()), documented)

    def test_what_a_day_at_the_facility_answers_is_as_the_document_says(self):
        by_id = {operation["operationId"]: operation for _, _, operation in operations()}
        seen = set()
        for name, answer in self.answers:
            seen.add((name, answer.status))
            with self.subTest(operation=name, status=answer.status):
                validate(answer.json, schema_of(by_id[name], answer.status))
        self.assertEqual(seen, {
            ("createBooking", 201), ("createQuote", 200), ("createBooking", 409),
            ("createBooking", 422), ("startBooking", 200), ("pauseBooking", 200),
            ("stopBooking", 200), ("createBillingRun", 200), ("finalizeInvoice", 200),
            ("createPayment", 201), ("sellPack", 201), ("reserveNumbers", 201),
            ("returnNumbers", 200), ("importTable", 200), ("importTable", 422),
            ("createFeed", 201), ("createSeries", 201),
            ("changeSeries", 200), ("cancelSeries", 200),
            ("createPlan", 201), ("completePlan", 200),
            ("createUtilityBill", 201), ("correctUtilityBill", 200), ("createCost", 201),
            ("correctCost", 200), ("addCostSetting", 201), ("switchFacilityMode", 201),
            ("addRecyclingSetting", 201), ("createMaterial", 201), ("addMaterialPrice", 201),
            ("beginRecyclingBatch", 201), ("createWeighTicket", 201), ("correctWeighTicket", 201),
            ("endRecyclingBatch", 200),
            ("createService", 201), ("sellService", 201), ("createUsageEvent", 201),
            ("withdrawItem", 200), ("setTaxCode", 201), ("setTaxRegime", 201),
            ("createCreditNote", 201), ("openTicket", 201), ("addPhoto", 201),
            ("changeTicket", 200), ("closeTicket", 200)})
        refused = {answer.status: answer.json for name, answer in self.answers
                   if name == "createBooking" and answer.status >= 400}
        self.assertEqual(refused[409]["code"], "slot_taken")
        self.assertTrue(refused[409]["alternatives"])
        self.assertEqual(refused[422]["code"], "policy_refused")
        self.assertTrue(refused[422]["violations"])

    def test_what_can_be_read_is_as_the_document_says(self):
        manager = self.roles["manager"]
        for method, path, operation in operations():
            if method != "GET" or operation["operationId"] == "streamEvents":
                continue
            filled, day, asked = self.path_for(path)
            answer = manager.get(filled + self.query(operation, day, asked))
            with self.subTest(operation=operation["operationId"]):
                self.assertEqual(answer.status, 200, (filled, answer.raw[:300]))
                if answer.json is not None:
                    validate(answer.json, schema_of(operation, 200))

    def test_refusals_are_problem_documents_with_a_code(self):
        member = self.roles["member"]
        for method, path, operation in operations():
            if method not in ("POST", "PATCH") or not path.startswith("/api/v1/"):
                continue
            filled = self.path_for(path)[0]
            for body in ({"no_such_field": 1}, {"machine_id": 7}, []):
                answer = member.ask(method, filled, body, {"If-Match": '"1"'})
                with self.subTest(operation=operation["operationId"], body=body):
                    self.assertLess(answer.status, 500, answer.raw)
                    self.assertGreaterEqual(answer.status, 400)
                    self.assertIn("problem+json", answer.headers["Content-Type"])
                    validate(answer.json, {"$ref": "#/components/schemas/Problem"})

    def test_a_member_may_not_do_what_is_for_staff(self):
        for method, path, operation in operations():
            if operation["operationId"] in self.roles["member"].me["operations"]:
                continue
            if "security" in operation:
                continue
            takes = operation.get("requestBody", {}).get("content", {})
            other = next((kind for kind in takes if kind != "application/json"), None)
            body = JPEG if other else {} if method != "GET" else None
            answer = self.roles["member"].ask(method, self.path_for(path)[0], body,
                                              {"Content-Type": other} if other else None)
            with self.subTest(operation=operation["operationId"]):
                self.assertEqual(answer.code, "forbidden")


if __name__ == "__main__":
    unittest.main()
