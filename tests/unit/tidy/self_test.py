"""A check must once have been seen failing: each violation is planted and must be found."""

import sys
import tempfile
from pathlib import Path

WORDS = "A sentence says what is here.\n"
LONG_TABLE = "".join(f'    {{"{n}", {{{n}, "}}"}}}},\n' for n in range(90))

# A small house in order, with look-alikes that no check may take for a violation.
CLEAN = {
    "CMakeLists.txt": """room(server/base PUBLIC_LIBS tl::expected)
room(server/store LINKS server/base)
room(server/http LINKS server/base)
room(server/facility LINKS server/base server/store server/http)
room(server/people LINKS server/base server/store server/http)
room(server/booking
    LINKS server/base server/store server/http server/facility)  # not people
room(server/app LINKS server/base server/booking EXCEPT main.cpp)
room(devices/modbus LINKS server/base PRIVATE_LIBS modbus)
""",
    "README.md": WORDS,
    "server/README.md": WORDS, "server/base/README.md": WORDS, "server/store/README.md": WORDS,
    "server/http/README.md": WORDS, "server/facility/README.md": WORDS,
    "server/people/README.md": WORDS, "server/booking/README.md": WORDS,
    "server/app/README.md": WORDS, "devices/README.md": WORDS, "devices/modbus/README.md": WORDS,
    "schema/README.md": WORDS, "schema/sqlite/README.md": WORDS,
    "schema/postgres/README.md": WORDS, "web/README.md": WORDS, "web/src/README.md": WORDS,
    "tests/README.md": WORDS, "tests/unit/README.md": WORDS, "deploy/README.md": WORDS,
    "server/base/money.hpp": "#pragma once\n#include <cstdint>\n#include <tl/expected.hpp>\n",
    "server/base/zones.cpp": '#include "server/base/money.hpp"\n#include <date/tz.h>\n',
    "server/store/store.hpp": "#pragma once\n#include <string>\n",
    "server/facility/hours.hpp": '#pragma once\n#include "server/base/money.hpp"\n',
    "server/facility/records.hpp": '#pragma once\n#include "server/store/store.hpp"\n',
    "server/booking/rules.hpp": '#pragma once\n#include <vector>\n'
                                '#include "server/facility/hours.hpp"\n',
    "server/booking/records.cpp": '#include "server/facility/records.hpp"\n'
    'auto const sql = R"(SELECT a FROM b\n WHERE facility_id = ?)";\n'
    'auto const other = "SELECT a " "FROM b";  // never a + "WHERE " b\n'
    'auto const third = std::string{kColumns} + "WHERE a = ?";\n'
    "Table const rows = {{\n" + LONG_TABLE + "}};\n"
    "namespace a {\n" + "int x;\n" * 80 + "}\n"
    "struct B {\n" + "    int y() const { return 1'000; }\n" * 80 + "};\n"
    "B::B(int x) : x_{x}, y_{x} {\n    go();\n}\n",
    "server/people/roles.cpp": 'Row const rows[] = {{"createBooking", true}};\n',
    "server/http/session.cpp": "#include <boost/asio/ip/tcp.hpp>\n"
                               "void f() { auto n = co_await socket.read(buffer, token); }\n",
    "server/app/main.cpp": "#include <CLI/CLI.hpp>\nint main() { std::printf(text); }\n",
    "devices/modbus/line.cpp": '#include <modbus.h>\n#include "server/base/money.hpp"\n'
                               "void f() { std::snprintf(a, b, c); }\n",
    "schema/openapi.yaml": "paths:\n  /b:\n    post:\n      operationId: createBooking\n",
    "schema/sqlite/0001_start.sql": """CREATE TABLE facility (facility_id TEXT PRIMARY KEY);
CREATE TABLE bill (  -- one, two
  facility_id TEXT NOT NULL REFERENCES facility (facility_id),
  id TEXT NOT NULL,
  total_poisha INTEGER NOT NULL CHECK (total_poisha >= 0 AND total_poisha < 9),
  PRIMARY KEY (facility_id, id),
  CONSTRAINT numbered UNIQUE (facility_id, total_poisha)
) STRICT;
CREATE UNIQUE INDEX one ON bill (facility_id, id) WHERE id <> 'x)';
""",
    "schema/postgres/0001_start.sql": "CREATE TABLE bill (facility_id uuid, id uuid, "
                                      "total_poisha bigint, PRIMARY KEY (facility_id, id));\n",
    "web/package-lock.json": '{"integrity": "sha512-x"}\n',
    "web/src/i18n/en.json": '{"a": {"b": "Hello {name}"}}\n',
    "web/src/i18n/bn.json": '{"a": {"b": "হ্যালো {name}"}}\n',
    "web/src/app.ts": "export function f(a: number): string {\n"
                      "  return `${a}//` + /[/{]/.source;\n}\n",
    "web/src/app.svelte": "<script lang=\"ts\">\n  let n = 1;\n</script>\n" + "<p>{n}</p>\n" * 90,
    "tests/unit/a_test.cpp": "TEST(a, holds) { EXPECT_TRUE(b()); }\n",
    "tests/unit/words.sql": "-- " + "\u0995\u09cb" * 70 + "\n",
}

BILL = "CREATE TABLE t (facility_id TEXT, {} PRIMARY KEY (facility_id));\n"
SQL = "schema/sqlite/0002_more.sql"
BODY = "    int a = 1;\n" * 70

# (check that must speak, file it must speak of, what that file then says)
PLANTS = [
    ("arrow", "server/facility/api.cpp", '#include "server/booking/rules.hpp"\n'),
    ("arrow", "server/booking/api.cpp", '#include "server/people/roles.cpp"\n'),
    ("arrow", "devices/modbus/a.cpp", '#include "server/store/store.hpp"\n'),
    ("arrow", "server/booking/api.cpp", '#include "rules.hpp"\n'),
    ("arrow", "CMakeLists.txt", CLEAN["CMakeLists.txt"].replace(
        "room(server/store LINKS server/base", "room(server/store LINKS server/base server/app")),
    ("room", "server/booking/series/a.cpp", "int a;\n"),
    ("base", "server/base/text.hpp", "#include <utf8proc.h>\n"),
    ("base", "server/base/text.cpp", "#include <unistd.h>\n"),
    ("rules", "server/booking/rules.cpp", '#include "server/facility/records.hpp"\n'),
    ("rules", "server/booking/rules.cpp", "#include <fstream>\n"),
    ("rules", "server/booking/rules.cpp", "#include <boost/json/value.hpp>\n"),
    ("rules", "server/booking/rules.cpp", "auto n = std::chrono::system_clock::now();\n"),
    ("rules", "server/booking/rules.hpp", '#include "server/facility/hours.hpp"\n#include <a.h>\n'),
    ("external", "server/booking/records.cpp", "#include <sqlite3.h>\n"),
    ("external", "server/booking/records.cpp", "#include <libpq-fe.h>\n"),
    ("external", "server/app/a.cpp", "#include <modbus.h>\n"),
    ("external", "server/app/a.cpp", "#include <toml++/toml.h>\n"),
    ("external", "server/base/main2.cpp", "#include <CLI/CLI.hpp>\n"),
    ("external", "server/base/zones_two.cpp", "#include <date/tz.h>\n"),
    ("external", "server/facility/a.cpp", "#include <spdlog/spdlog.h>\n"),
    ("external", "server/facility/a.cpp", "#include <boost/beast/http.hpp>\n"),
    ("external", "server/facility/a.cpp", "#include <boost/uuid/uuid.hpp>\n"),
    ("external", "server/facility/a.cpp", "#include <sodium.h>\n"),
    ("external", "server/facility/a.cpp", "#include <zstd.h>\n"),
    ("coroutine", "server/http/a.cpp", "void f() { co_await g([x](int) { h(); }); }\n"),
    ("coroutine", "server/http/a.cpp", "void f() { co_await g(Agg{1}); }\n"),
    ("coroutine", "server/facility/a.cpp", "void f() { co_await g(x); }\n"),
    ("function-length", "server/http/a.cpp", "int f(int x) {\n" + BODY + "}\n"),
    ("function-length", "server/http/a.cpp", "auto f(int x) const -> Foo {\n" + BODY + "}\n"),
    ("function-length", "server/http/a.cpp", "A::A(int x) : a_{x}, b_{x} {\n" + BODY + "}\n"),
    ("function-length", "server/http/a.cpp", "TEST(a, b) {\n  if (x) {\n" + BODY + "  }\n}\n"),
    ("function-length", "web/src/a.ts", "export const f = async (a) => {\n" + BODY + "};\n"),
    ("function-length", "web/src/a.svelte", "<script>\nfunction f() {\n" + BODY + "}\n</script>\n"),
    ("function-length", "tests/unit/a.py", "def f():\n" + "    a = 1\n" * 70),
    ("file-length", "server/http/a.cpp", "int a;\n" * 601),
    ("columns", "server/http/a.cpp", "int a;" + " " * 95 + "\n"),
    ("columns", "deploy/run", "#!/usr/bin/env bash\n# " + "a" * 100 + "\n"),
    ("leftover", "deploy/notes.md", "TO" "DO: write this.\n"),
    ("leftover", "server/http/a.cpp", "// FIX" "ME\n"),
    ("debugging", "server/http/a.cpp", 'void f() { printf("here"); }\n'),
    ("debugging", "devices/modbus/a.cpp", "void f() { std::cerr << 1; }\n"),
    ("debugging", "web/src/a.ts", "console.log(1);\n"),
    ("disabled", "tests/unit/a_test.cpp", "TEST(a, DISABLED_b) {}\n"),
    ("disabled", "tests/unit/a_test.cpp", "TEST(a, b) { GTEST_SKIP(); }\n"),
    ("disabled", "tests/unit/a_test.cpp", "#if 0\n#endif\n"),
    ("disabled", "tests/e2e/a.ts", "test.skip('a', () => {});\n"),
    ("key", SQL, "CREATE TABLE t (facility_id TEXT, id TEXT, PRIMARY KEY (id, facility_id));\n"),
    ("key", SQL, "CREATE TABLE t (facility_id TEXT, id TEXT PRIMARY KEY);\n"),
    ("key", SQL, "CREATE TABLE t (facility_id TEXT, id TEXT);\n"),
    ("key", SQL, BILL.format("id TEXT, FOREIGN KEY (id) REFERENCES bill (id),")),
    ("key", SQL, BILL.format("id TEXT REFERENCES bill (id),")),
    ("key", SQL, BILL.format("id TEXT UNIQUE,")),
    ("key", SQL, BILL.format("id TEXT, UNIQUE (id, facility_id),")),
    ("key", SQL, "CREATE UNIQUE INDEX i ON bill (id);\n"),
    ("key", SQL, "ALTER TABLE bill ADD COLUMN person TEXT REFERENCES person (id);\n"),
    ("key", "schema/postgres/0002_more.sql", BILL.format("EXCLUDE USING gist (during WITH &&),")),
    ("money", SQL, BILL.format("a_poisha REAL,")),
    ("money", "schema/postgres/0002_more.sql", BILL.format("a_poisha INTEGER,")),
    ("money", SQL, BILL.format("energy_wh REAL,")),
    ("sql", "server/booking/records.cpp", 'auto q = "SELECT a FROM " + table;\n'),
    ("sql", "server/booking/records.cpp", 'auto q = base + " WHERE id = " + id;\n'),
    ("sql", "server/booking/records.cpp", 'auto q = fmt::format("UPDATE {}", table);\n'),
    ("sql", "server/booking/records.cpp", 'auto q = "DELETE FROM a WHERE b = " + kind;\n'),
    ("sql", "server/booking/records.cpp", "void f() { sql += part; }\n"),
    ("roles", "schema/openapi.yaml", "a:\n  operationId: createBooking\n  operationId: other\n"),
    ("roles", "server/people/roles.cpp", 'Row a[] = {{"createBooking", 1}, {"other", 1}};\n'),
    ("roles", "server/people/roles.cpp", None),
    ("language", "web/src/i18n/bn.json", '{"a": {}}\n'),
    ("language", "web/src/i18n/bn.json", '{"a": {"b": "হ্যালো"}}\n'),
    ("language", "web/src/i18n/bn.json", '{"a": {"b": ""}}\n'),
    ("language", "web/src/i18n/bn.json", None),
    ("readme", "server/booking/README.md", None),
    ("readme", "server/README.md", None),
    ("readme", "web/src/README.md", "# A title alone\n"),
    ("lockfile", "web/package-lock.json", '{"resolved": "a"}\n'),
    ("door", "tools/a.md", WORDS),
]

# What only many files together break: (check, files).
CROWDS = [
    ("file-length", {f"server/http/a{n}.cpp": "int a;\n" * 300 for n in range(60)}),
    ("external", {f"server/http/a{n}.cpp": "#include <boost/asio.hpp>\n" for n in range(9)}),
    ("external", {f"server/people/a{n}.cpp": "#include <sodium.h>\n" for n in range(2)}),
]


def build(root, files):
    for path, text in files.items():
        if text is not None:
            place = Path(root) / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")


def run(findings):
    problems = []
    with tempfile.TemporaryDirectory() as root:
        build(root, CLEAN)
        problems += [f"found in a house in order: {finding}" for finding in findings(root)]
    plants = [(check, {path: text}) for check, path, text in PLANTS] + CROWDS
    for check, files in plants:
        with tempfile.TemporaryDirectory() as root:
            build(root, {**CLEAN, **files})
            if not any(finding.check == check for finding in findings(root)):
                problems.append(f"not found: [{check}] in {files}")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(plants)} planted, {len(problems)} problems")
    return 1 if problems else 0
