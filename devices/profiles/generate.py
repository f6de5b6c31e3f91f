"""Writes the first version of a profile for every device of registers.csv that has none.

    generate.py [DIR]     DIR: where the profiles are, this folder unless said otherwise

A profile that is there is left alone: from its first day it is owned by hand. The words of the
self-tests are made here, by struct, and share no code with the program that decodes them.
"""

import csv
import struct
import sys
from fractions import Fraction
from pathlib import Path

from facts import BASE, DEVICES, LEFT_OUT, NAMES, POINTS, SCALES

TYPES = {"float32": "f32", "float32_4q_pf": "f32", "uint16": "u16", "int16": "s16",
         "uint32": "u32", "int32": "s32", "uint64": "u64", "int64": "s64",
         "coil": "bits", "discrete": "bits"}
FORMATS = {"f32": ">f", "u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i", "u64": ">Q",
           "s64": ">q"}
GAP = 8  # registers between two points of one self-test frame
COUNTERS = ("energy", "water_total", "counter_", "running_hours", "load_hours")
STATES = ("error_bits", "alarm_status", "fault", "status", "id_", "cfg_", "digital_", "d0")


def read(path):
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            row["address"] = int(row.pop("address0"))
            row["fc"] = int(row["fc"])
            yield row


def name_of(quantity):
    word = quantity.split(" ")[0].lower()
    for ours, theirs in NAMES:
        word = word.replace(theirs, ours)
    return word


def kind_of(row, name):
    if row["fc"] > 4:
        return "command"
    if row["type"] in ("coil", "discrete") or name.startswith(STATES):
        return "state"
    return "counter" if name.startswith(COUNTERS) else "gauge"


def limits_of(name):
    """In base units; what lies outside is questionable."""
    if name == "voltage_ll_avg" or name.startswith("voltage_l") and name.count("_l") == 2:
        return 0, 700_000
    if name == "frequency":
        return 0, 70_000
    for start, least, most in (("voltage", 0, 400_000), ("current", 0, 10_000_000),
                               ("power_factor_4q", -2000, 2000), ("power_factor", -1000, 1000),
                               ("active_power_l", -5_000_000, 5_000_000),
                               ("active_power", -10_000_000, 10_000_000)):
        if name.startswith(start):
            return least, most
    return None, None


def point_of(row, device):
    name = name_of(row["quantity"])
    if row["type"] == "float32_4q_pf":
        name = "power_factor_4q"
    point = {"name": name, "kind": kind_of(row, name), "fc": row["fc"], "address": row["address"],
             "type": TYPES[row["type"]]}
    if row["wordorder"] == "little":
        point["order"] = "little"
    unit = SCALES.get(row["unit"], row["unit"])
    if not unit:
        unit = "1" if name.startswith("power_factor") else "count"
    if point["type"] == "bits":
        unit = "flag"
    else:
        point["scale"] = row["scale"]
    point["unit"] = unit
    least, most = limits_of(name)
    if point["kind"] == "counter":
        least = 0
    if least is not None:
        point["min"] = least
    if most is not None:
        point["max"] = most
    if device.get("sentinels") and point["type"] in device["sentinels"]:
        point["sentinels"] = device["sentinels"][point["type"]]
    if point["kind"] == "counter" and unit == "kWh" and "modulus" in device:
        point["counter"] = device["modulus"]
    if name == device.get("bills"):
        point["billing"] = True
    if device.get("transformed") and unit in ("V", "A", "W", "kW", "VA", "kVA", "var", "kvar",
                                              "kWh", "kVAh", "kvarh"):
        point["transformed"] = True
    point.update(POINTS.get((row["device"], name), {}))
    if row["confidence"] != "A" and device["confidence"] == "mixed":
        point["comment"] = f"One source alone ({row['confidence']}): to be confirmed on the bench."
    return point


def points_of(device_name, rows, device):
    points = []
    for row in rows:
        if (device_name, row["quantity"]) not in LEFT_OUT:
            points.append(point_of(row, device))
    points += device.get("more", [])
    return sorted(points, key=lambda p: (p["fc"], p["address"], p["name"]))


def shown(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(shown(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {shown(v)}" for k, v in value.items()) + " }"
    return f"{value:_}" if abs(value) >= 10_000 else str(value)


def plain(point):
    """The point as lines of TOML; addresses are written as on the wire."""
    lines = ["", f"# {point['comment']}"] if "comment" in point else [""]
    lines.append("[[points]]")
    for key, value in point.items():
        if key == "counter":
            lines.append(f'counter = {{ modulus = "{value}" }}')
        elif key in ("address", "sentinels"):
            lines.append(f"{key} = {value}")
        elif key != "comment":
            lines.append(f"{key} = {shown(value)}")
    return lines


def rounded(value):
    """Half away from zero."""
    sign = -1 if value < 0 else 1
    return sign * int(abs(value) + Fraction(1, 2))


def example(point, number):
    """Something such a device might show, in the point's unit; never the same twice."""
    name, step = point["name"], Fraction(number, 10)
    for start, value in (("voltage_ll", 400), ("voltage", 229), ("dc_bus", 540),
                         ("output_voltage", 380), ("current", 5), ("frequency", 49),
                         ("output_frequency", 48), ("power_factor", Fraction(9, 10)),
                         ("active_power", 1150), ("apparent_power", 1200),
                         ("reactive_power", 210), ("energy", 12345), ("phase_angle", 21)):
        if name.startswith(start):
            break
    else:
        value = 7
    if name.startswith("power_factor"):
        return value + Fraction(number, 1000)
    if point["unit"].startswith("k") and "power" in name:
        return (value + step) / 1000
    return value + step


def encoded(point, number):
    """Words as the device would send them, and what they mean in base units."""
    if point["type"] == "bits":
        return [1 << point.get("bit", 0)], 1
    unit, scale = BASE[point["unit"]], Fraction(point["scale"])
    if "fraction" in point:
        whole, part = 1200 + number, struct.unpack(">f", struct.pack(">f", number / 64))[0]
        words = words_of("s32", whole, point) + words_of("f32", part, point)
        return words, rounded((whole + Fraction(part)) * scale * unit)
    wanted = example(point, number) / scale
    if point["type"] == "f32":
        raw = struct.unpack(">f", struct.pack(">f", float(wanted)))[0]
        value = Fraction(raw)
    else:
        raw = max(1, rounded(wanted))
        raw = min(raw, 60_000) if point["type"] in ("u16", "s16") else raw
        raw = min(raw, 32_000) if point["type"] == "s16" else raw
        value = Fraction(raw)
    return words_of(point["type"], raw, point), rounded(value * scale * unit)


def words_of(kind, raw, point):
    data = struct.pack(FORMATS[kind], raw)
    words = list(struct.unpack(f">{len(data) // 2}H", data))
    return words[::-1] if point.get("order") == "little" else words


def frames(points):
    """Runs of points that one frame can hold: (function, address, words, expected)."""
    found = []
    for number, point in enumerate((p for p in points if p["kind"] != "command"), 1):
        words, value = encoded(point, number)
        run = found[-1] if found else None
        start = point["address"]
        end = run[1] + len(run[2]) if run else 0
        shared = run and run[0] == point["fc"] and start < end
        if shared:  # a bit of this register was before: the whole of it is that bit
            value = run[2][start - run[1]]
        elif run and run[0] == point["fc"] and start - end <= GAP and start - run[1] < 100:
            run[2].extend([0] * (start - end) + words)
        else:
            run = [point["fc"], start, words, {}]
            found.append(run)
        run[3][point["name"]] = value
    return found


def wrapped(text, items, end):
    """Items after each other, in lines of a hundred columns."""
    lines, line = [], text
    for i, item in enumerate(items):
        piece = item + (", " if i + 1 < len(items) else "")
        if len(line) + len(piece.rstrip()) + len(end) > 98:
            lines.append(line.rstrip())
            line = "  "
        line += piece
    return lines + [line + end]


def self_tests(points):
    lines = []
    for function, address, words, expected in frames(points):
        lines += ["", "[[self_test]]", f"fc = {function}", f"address = {address}"]
        lines += wrapped("words = [", [f"0x{w:04X}" if w > 9 else str(w) for w in words], "]")
        lines += ["", "[self_test.expect]"] + [f"{k} = {shown(v)}" for k, v in expected.items()]
    return lines


def profile(device_name, rows, device):
    confidences = {row["confidence"] for row in rows}
    device["confidence"] = "mixed" if len(confidences) > 1 else confidences.pop()
    lines = [f"# {line}" for line in device["about"]]
    if device["confidence"] in "BC":
        lines.append("# From one source alone: to be confirmed on the bench before it bills.")
    lines += [f'device = "{device_name}"', f'maker = "{device["maker"]}"',
              f"models = {shown(device['models'])}", "", "[limits]"]
    lines += [f"{k} = {shown(v)}" for k, v in device["limits"].items()]
    for table in ("identity", "model", "relay"):
        if table in device:
            comment, keys = device[table]
            lines += [""] + [f"# {line}" for line in comment] + [f"[{table}]"]
            lines += [f"{k} = {v if k == 'address' else shown(v)}" for k, v in keys.items()]
    points = points_of(device_name, rows, device)
    for point in points:
        lines += plain(point)
    return "\n".join(lines + self_tests(points)) + "\n"


def main():
    here = Path(__file__).resolve().parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    devices = {}
    for row in read(here / "registers.csv"):
        devices.setdefault(row["device"], []).append(row)
    for name, rows in devices.items():
        path = folder / f"{name}.toml"
        if not path.exists():
            path.write_text(profile(name, rows, DEVICES[name]))
            print(path.name)


if __name__ == "__main__":
    main()
