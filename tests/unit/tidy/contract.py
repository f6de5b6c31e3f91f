"""What SQL, the role table and the two languages must agree on."""

import json
import re

# Tables of no facility: the list of them, and what migrations have run.
NOT_OF_A_FACILITY = {"facility", "schema_migration"}

VALUE_WORDS = re.compile(
    r"poisha|amount|price|cost|rate|energy|mass|quantity|_m?wh$|_m?w$|_m?g$|_us$|_e4$")
FRACTION = re.compile(r"^(REAL|DOUBLE|FLOAT|NUMERIC|DECIMAL|MONEY)", re.IGNORECASE)
WHOLE = {"schema/sqlite": {"INTEGER"}, "schema/postgres": {"BIGINT"}}
KEY = re.compile(r"^(?:CONSTRAINT\s+\w+\s+)?(PRIMARY KEY|UNIQUE|FOREIGN KEY|EXCLUDE USING \w+)"
                 r"\s*\(\s*(\w+)", re.IGNORECASE)
TABLE = re.compile(r"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)\s*\(", re.IGNORECASE)
INDEX = re.compile(r"\bCREATE\s+UNIQUE\s+INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\w+\s+ON\s+(\w+)\s*"
                   r"(?:USING\s+\w+\s*)?\(\s*(\w+)", re.IGNORECASE)
ALTER = re.compile(r"\bALTER\s+TABLE\s+(?:ONLY\s+)?(\w+)\s+ADD\s+(?:COLUMN\s+)?([^;]*)",
                   re.IGNORECASE)

VERB = r"(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|REPLACE\s+INTO)\s"
STRING = r'"(?:\\.|[^"\\\n])*"'
# A constant list of columns may be shared: kColumns + "WHERE ..." holds nothing of a request.
NO_CONSTANT = r"(?!(?:std::string(?:_view)?\s*[{(]\s*)?k[A-Z]\w*|\s)"
AFTER_CONSTANT = re.compile(r'(?:"|\bk[A-Z]\w*[)}]*)\s*$')
GLUED = [
    re.compile(rf'"\s*{VERB}(?:\\.|[^"\\\n])*"(?:\s*{STRING})*\s*\+\s*{NO_CONSTANT}'),
    re.compile(rf'R"(\w*)\(\s*{VERB}[^"]*\)\1"\s*\+\s*{NO_CONSTANT}'),
    re.compile(rf'\bformat(?:_to)?\s*\([^"]*"(?:\w*\()?\s*{VERB}'),
    re.compile(r'\+\s*"\s*(?:WHERE|AND|OR|ORDER BY|GROUP BY|LIMIT|VALUES|FROM|SET)\s'),
    re.compile(r"\b(?:sql|query)\s*(?:\+=|\.append\()"),
]


def check(tree):
    found = []
    for file in tree.code_files(".sql"):
        if file.folder in WHOLE:
            found += tables_of(file)
    for file in tree.under("server", "devices"):
        if file.kind in (".cpp", ".hpp") and not file.folder.startswith("server/store"):
            found += glued_sql(file)
    found += operations(tree)
    found += languages(tree)
    return found


def of_no_facility(table):
    return table in NOT_OF_A_FACILITY or "global" in table


def tables_of(file):
    sql = re.sub(r"--[^\n]*", "", file.text)
    sql = re.sub(r"'(?:[^'])*'", "''", sql)
    for match in TABLE.finditer(sql):
        line = file.line_of(match.start(), sql)
        keyed = False
        for item, offset in items_of(sql, match.end()):
            at = file.line_of(offset, sql)
            keyed |= bool(re.search(r"\bPRIMARY\s+KEY\b", item, re.IGNORECASE))
            yield from item_is_right(file, match.group(1), item, at)
        if not keyed:
            yield file.finding("key", line, f"{match.group(1)} has no primary key")
    for match in ALTER.finditer(sql):
        at = file.line_of(match.start(), sql)
        yield from item_is_right(file, match.group(1), match.group(2).strip(), at)
    for match in INDEX.finditer(sql):
        if match.group(2) != "facility_id" and not of_no_facility(match.group(1)):
            yield file.finding("key", file.line_of(match.start(), sql),
                               f"unique index of {match.group(1)} is not led by facility_id")


def items_of(sql, start):
    """(text, offset) of what stands between the commas of the parenthesis opened before start."""
    depth, begin = 1, start
    for offset in range(start, len(sql)):
        sign = sql[offset]
        depth += (sign == "(") - (sign == ")")
        if (sign == "," and depth == 1) or depth == 0:
            text = sql[begin:offset]
            if text.strip():
                yield text.strip(), begin + len(text) - len(text.lstrip())
            begin = offset + 1
        if depth == 0:
            return


def item_is_right(file, table, item, line):
    item = re.sub(r"\s+", " ", item)
    key = KEY.match(item)
    if key:
        if key.group(2) != "facility_id" and not of_no_facility(table):
            yield file.finding("key", line, f"{key.group(1)} of {table} is not led by facility_id")
        return
    if re.match(r"(CONSTRAINT \w+ )?CHECK\b", item, re.IGNORECASE):
        return
    name, _, rest = item.partition(" ")
    kind = rest.split(" ")[0].split("(")[0].upper()
    alone = re.search(r"\b(PRIMARY KEY|UNIQUE|REFERENCES)\b", rest, re.IGNORECASE)
    if alone and not of_no_facility(table):
        leads = name == "facility_id" and alone.group(1).upper() == "REFERENCES"
        if not leads:
            yield file.finding("key", line,
                               f"{alone.group(1)} of {table}.{name} is not led by facility_id")
    if name.endswith("_poisha") and kind not in WHOLE[file.folder]:
        yield file.finding("money", line, f"{table}.{name} is {kind}, not a 64-bit integer")
    elif VALUE_WORDS.search(name) and FRACTION.match(kind):
        yield file.finding("money", line, f"{table}.{name} is {kind}: no fractions are kept")


def glued_sql(file):
    code = file.code_with_strings
    for pattern in GLUED:
        for match in pattern.finditer(code):
            if match.group(0).startswith("+") and AFTER_CONSTANT.search(code[:match.start()]):
                continue
            yield file.finding("sql", file.line_of(match.start(), code),
                               "SQL is prepared, never put together from parts")


def operations(tree):
    contract = tree.by_path.get("schema/openapi.yaml")
    if contract is None:
        return
    roles = tree.by_path.get("server/people/roles.cpp")
    if roles is None:
        yield contract.finding("roles", 1, "server/people/roles.cpp is absent")
        return
    rows = set(re.findall(r'\{\s*"(\w+)"', roles.code_with_strings))
    named = {}
    for number, line in enumerate(contract.lines, 1):
        match = re.match(r"\s*operationId:\s*['\"]?(\w+)", line)
        if match:
            named[match.group(1)] = number
    for operation, line in named.items():
        if operation not in rows:
            yield contract.finding("roles", line, f"{operation} has no row in the role table")
    for row in sorted(rows - set(named)):
        yield roles.finding("roles", 1, f"{row} is no operation of schema/openapi.yaml")


def languages(tree):
    english = tree.by_path.get("web/src/i18n/en.json")
    bengali = tree.by_path.get("web/src/i18n/bn.json")
    if english is None and bengali is None:
        return
    if english is None or bengali is None:
        yield (english or bengali).finding("language", 1, "the other language is absent")
        return
    texts = {file: flat(json.loads(file.text)) for file in (english, bengali)}
    for file, other in ((english, bengali), (bengali, english)):
        for key in sorted(set(texts[other]) - set(texts[file])):
            yield file.finding("language", 1, f"{key} is absent")
        for key, text in texts[file].items():
            if not str(text).strip():
                yield file.finding("language", 1, f"{key} says nothing")
    for key in sorted(set(texts[english]) & set(texts[bengali])):
        if blanks(texts[english][key]) != blanks(texts[bengali][key]):
            yield bengali.finding("language", 1, f"{key} fills in other values than English")


def flat(texts, before=""):
    found = {}
    for key, text in texts.items():
        if isinstance(text, dict):
            found.update(flat(text, f"{before}{key}."))
        else:
            found[before + key] = text
    return found


def blanks(text):
    return set(re.findall(r"\{\s*(\w+)", str(text)))
