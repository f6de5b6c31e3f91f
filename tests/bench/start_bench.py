"""How long a daemon takes to its first answer, beside a bound, over the database of five years: ten
machines with eight sessions a day each, their registers, every quarter of an hour of every meter,
and the readings of the last ninety days. The rows are written straight into the tables that the
daemon made itself, so that five years take a minute. Argument: years (5 unless said)."""
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import daemon_bench as bench

MACHINES, SESSIONS_A_DAY, READINGS_KEPT_DAYS, MOST_START_S = 10, 8, 90, 1.0
SECOND, QUARTER, DAY = 1_000_000, 900_000_000, 86_400_000_000


def write_config(folder, port):
    text = (f'data = "{folder}/data"\nschema = "{bench.ROOT}/schema"\nsimulated = true\n'
            f'profiles = "{bench.ROOT}/devices/profiles"\nhttp = {{ port = {port} }}\n'
            'facility = { slug = "bench", name_en = "Bench", opening = [] }\n'
            '[[line]]\nname = "hall"\ntcp = "127.0.0.1:1"\n')
    for i in range(1, MACHINES + 1):
        text += (f'[[machine]]\nslug = "press-{i}"\nname_en = "Press {i}"\nname_bn = "প্রেস {i}"\n'
                 f'kind = "press"\nrated_w = 2500\npiece_unit = "pair"\n'
                 f'[[device]]\nname = "Meter {i}"\nline = "hall"\nunit = {i}\n'
                 f'profile = "eastron_sdm120"\nmachine = "press-{i}"\n')
    (folder / "karkhana.toml").write_text(text)


def fast(path):
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("PRAGMA cache_size = -200000")
    return database


def fill_series(path, facility, channels, now, years):
    database = fast(path)
    first = now - years * 365 * DAY
    for channel in channels:
        database.executemany(
            "INSERT INTO boundary_15m (facility_id, channel, at, value, quality, method) "
            "VALUES (?, ?, ?, ?, 'good', 'read')",
            ((facility, channel, at, (at - first) // QUARTER * 40)
             for at in range(first - first % QUARTER, now, QUARTER)))
        hour = now // (3600 * SECOND)
        database.executemany(
            "INSERT INTO chunk (facility_id, channel, hour, samples, codec, data, good) "
            "VALUES (?, ?, ?, 3600, 0, zeroblob(1500), 0)",
            ((facility, channel, hour - i) for i in range(2, READINGS_KEPT_DAYS * 24)))
    database.commit()
    rows = sum(database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
               for table in ("boundary_15m", "chunk"))
    database.close()
    return rows


def fill_sessions(path, facility, channel_of, now, years):
    database = fast(path)
    sessions, registers = [], []
    for machine, channel in channel_of.items():
        value = 0
        for day in range(years * 365, 0, -1):
            for turn in range(SESSIONS_A_DAY):
                start = now - day * DAY + turn * 3600 * SECOND
                stop = start + 3000 * SECOND
                session = str(uuid.uuid4())
                sessions.append((facility, session, machine, start, stop))
                for edge, at in (("start", start), ("stop", stop)):
                    registers.append((facility, session, channel, edge, at, value))
                    value += 900
    database.executemany(
        "INSERT INTO usage_session (facility_id, session_id, machine_id, kind, state, opened_by, "
        "start_at, stop_at, energy_wh, quality) "
        "VALUES (?, ?, ?, 'own_use', 'closed', 'power', ?, ?, 900, 'good')", sessions)
    # Registers are kept before their session is closed, one at a time; here they come all at once.
    guard = "usage_register_before_close"
    made = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (guard,)).fetchone()[0]
    database.execute(f"DROP TRIGGER {guard}")
    database.executemany(
        "INSERT INTO usage_register (facility_id, session_id, channel, edge, at, value_wh, "
        "carried_wh, words, quality, method) VALUES (?, ?, ?, ?, ?, ?, 0, '', 'good', 'read')",
        registers)
    database.execute(made)
    database.commit()
    database.close()
    return len(sessions) + len(registers)


def fill(folder, years):
    now = int(time.time()) * SECOND
    ledger = sqlite3.connect(folder / "data/ledger.db")
    facility = ledger.execute("SELECT facility_id FROM facility").fetchone()[0]
    points = ledger.execute("SELECT channel, machine_id FROM point WHERE counter = 1 "
                            "AND billing = 1").fetchall()
    ledger.close()
    rows = fill_series(folder / "data/telemetry.db", facility, [p[0] for p in points], now, years)
    rows += fill_sessions(folder / "data/ledger.db", facility, {m: c for c, m in points}, now,
                          years)
    return rows


def start_once(folder, port):
    daemon, seconds = bench.serve(folder, port)
    daemon.terminate()
    daemon.wait(60)
    return seconds


def main():
    years = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    folder = Path(tempfile.mkdtemp(prefix="karkhana-bench-"))
    port = bench.free_port()
    write_config(folder, port)
    start_once(folder, port)
    rows = fill(folder, years)
    subprocess.run(["sync"], check=True)
    size = sum(file.stat().st_size for file in (folder / "data").iterdir()) / 2**20
    print(f"{years} years: {rows} rows, {size:.0f} MB")
    return 0 if bench.row(f"start to first answer, database of {years} years",
                          min(start_once(folder, port) for _ in range(3)), "s",
                          MOST_START_S) else 1


if __name__ == "__main__":
    sys.exit(main())
