"""What the daemon itself costs: its start, and polling 32 units of 60 registers every second with
every reading durable, beside what polling alone takes. mqmgateway, which stores nothing, was
measured at 12.9 ms of CPU a 1000 polls where a bare libmodbus loop took 5.3; because a poll that
wakes a sleeping machine costs several times one in a tight loop, the same loop is run here at the
same pace, and the daemon may take 12.9 / 5.3 of what it takes. Argument: seconds of polling that
are measured (60 unless said)."""
import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("KARKHANA_BIN", str(ROOT / "build/release/karkhana"))
LINES, UNITS, REGISTERS = 4, 8, 60
PACED_LOOP = os.environ.get("KARKHANA_PACED", str(ROOT / "build/release/bench_paced_loop_bench"))
MOST_OF_BARE, MOST_RSS_MB, MOST_START_S = 12.9 / 5.3, 40, 0.3
SETTLES_S = 10


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def profile():
    points = "".join(f"""
[[points]]
name = "value_{i}"
kind = "gauge"
fc = 4
address = {i}
type = "u16"
scale = "1"
unit = "g"
min = 0
max = 65535
""" for i in range(REGISTERS))
    test = '\n[[self_test]]\nfc = 4\naddress = 0\nwords = [7]\nexpect = { value_0 = 7 }\n'
    return 'device = "bench_meter"\nmaker = "None"\nmodels = ["None"]\n' + points + test


def write_files(folder, modbus, port):
    (folder / "profiles").mkdir()
    (folder / "profiles/bench_meter.toml").write_text(profile())
    scene = "seed = 7\n"
    config = (f'data = "{folder}/data"\nprofiles = "{folder}/profiles"\nschema = "{ROOT}/schema"\n'
              'simulated = true\nhttp = { port = ' + str(port) + ' }\n'
              'facility = { slug = "bench", name_en = "Bench", opening = [] }\n')
    for line, place in enumerate(modbus):
        scene += f'\n[[line]]\nname = "line-{line}"\nport = {place}\n'
        config += f'\n[[line]]\nname = "line-{line}"\ntcp = "127.0.0.1:{place}"\n'
        for unit in range(1, UNITS + 1):
            scene += f'[[line.unit]]\nunit = {unit}\nprofile = "bench_meter"\n'
            config += (f'[[device]]\nname = "meter-{line}-{unit}"\nline = "line-{line}"\n'
                       f'unit = {unit}\nprofile = "bench_meter"\nrole = "site"\n')
    (folder / "scene.toml").write_text(scene)
    (folder / "karkhana.toml").write_text(config)


def seconds_until_answered(port, start):
    while time.monotonic() < start + 30:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return time.monotonic() - start
        except OSError:
            time.sleep(0.002)
    raise SystemExit("the daemon does not answer")


def serve(folder, port):
    start = time.monotonic()
    daemon = subprocess.Popen([PROGRAM, "serve", "--config", str(folder / "karkhana.toml")],
                              stdout=subprocess.DEVNULL)
    return daemon, seconds_until_answered(port, start)


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise SystemExit("no VmRSS")


def durable_readings(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/metrics")
    for line in connection.getresponse().read().decode().splitlines():
        if line.startswith("karkhana_readings_durable "):
            return int(line.split()[1])
    raise SystemExit("the daemon does not say what is durable")


def row(what, value, unit, bound):
    held = value <= bound
    print(f"{what:<52} {value:8.2f} {unit} (at most {bound:.2f}{'' if held else ', MISSED'})")
    return held


def bare_loop_ms(ports, seconds):
    """CPU of a bare loop that polls the same units at the same pace, ms per 1000 polls."""
    return float(subprocess.run([PACED_LOOP, str(seconds), str(UNITS), *map(str, ports)],
                                check=True, capture_output=True, text=True).stdout)


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    folder = Path(tempfile.mkdtemp(prefix="karkhana-bench-"))
    port = free_port()
    ports = [free_port() for _ in range(LINES)]
    write_files(folder, ports, port)
    plant = subprocess.Popen([PROGRAM, "sim", "--scene", str(folder / "scene.toml"),
                              "--profiles", str(folder / "profiles"),
                              "--control", str(folder / "control")], stdout=subprocess.DEVNULL)
    try:
        daemon, first = serve(folder, port)
        daemon.terminate()
        daemon.wait(30)
        daemon, again = serve(folder, port)
        time.sleep(SETTLES_S)
        cpu, kept = cpu_seconds(daemon.pid), durable_readings(port)
        time.sleep(seconds)
        cpu, kept = cpu_seconds(daemon.pid) - cpu, durable_readings(port) - kept
        polls = kept / REGISTERS
        print(f"{LINES * UNITS} units of {REGISTERS} registers: {polls / seconds:.1f} polls a "
              f"second for {seconds} s, {kept} readings durable")
        memory = memory_mb(daemon.pid)
        daemon.terminate()
        daemon.wait(30)
        ours, bare = cpu * 1e6 / polls, bare_loop_ms(ports, seconds)
        print(f"CPU of 1000 polls: {ours:.1f} ms durable, {bare:.1f} ms a bare libmodbus loop")
        held = [row("CPU beside the bare loop at the same pace", ours / bare, "x", MOST_OF_BARE),
                row("memory of the daemon", memory, "MB", MOST_RSS_MB),
                row("first start to first answer, tables made", first, "s", MOST_START_S),
                row("start to first answer, empty database", again, "s", MOST_START_S)]
        return 0 if all(held) else 1
    finally:
        plant.terminate()


if __name__ == "__main__":
    sys.exit(main())
