"""Reads a Green Button file as a stranger would, by the names of NAESB's espi.xsd.

    green_button.py FILE QUALITY:WH...   the readings it must have, in order
"""

import sys
import xml.etree.ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
ESPI = "{http://naesb.org/espi}"
# Children by element, in the order of the schema.
ORDER = {
    "UsagePoint": ["ServiceCategory"],
    "ServiceCategory": ["kind"],
    "MeterReading": [],
    "ReadingType": ["accumulationBehaviour", "commodity", "flowDirection", "kind",
                    "powerOfTenMultiplier", "uom"],
    "IntervalBlock": ["interval", "IntervalReading"],
    "interval": ["duration", "start"],
    "IntervalReading": ["ReadingQuality", "timePeriod", "value"],
    "ReadingQuality": ["quality"],
    "timePeriod": ["duration", "start"],
}


def check(element):
    name = element.tag.removeprefix(ESPI)
    children = [child.tag.removeprefix(ESPI) for child in element]
    if name not in ORDER:
        assert not children, f"{name} is unknown and has children"
        int(element.text)
        return
    places = [ORDER[name].index(child) for child in children]
    assert places == sorted(places), f"{name}: {children}"
    for child in element:
        check(child)


def main(path, *wanted):
    feed = ET.parse(path).getroot()
    assert feed.tag == ATOM + "feed"
    for name in ("id", "title", "updated"):
        assert feed.find(ATOM + name) is not None, name
    entries = feed.findall(ATOM + "entry")
    ids = [entry.find(ATOM + "id").text for entry in entries]
    assert len(ids) == len(set(ids)), "an id twice"
    kinds, readings = [], []
    for entry in entries:
        assert any(link.get("rel") == "self" for link in entry.findall(ATOM + "link"))
        (content,) = entry.find(ATOM + "content")
        kinds.append(content.tag.removeprefix(ESPI))
        check(content)
        if kinds[-1] != "IntervalBlock":
            continue
        whole = content.find(ESPI + "interval/" + ESPI + "duration").text
        parts = content.findall(ESPI + "IntervalReading")
        times = [int(part.find(ESPI + "timePeriod/" + ESPI + "duration").text) for part in parts]
        assert int(whole) == sum(times), "the readings of a block do not fill it"
        for part in parts:
            quality = part.find(ESPI + "ReadingQuality/" + ESPI + "quality").text
            readings.append(f"{quality}:{part.find(ESPI + 'value').text}")
    assert {"UsagePoint", "MeterReading", "ReadingType", "IntervalBlock"} == set(kinds), kinds
    assert readings == list(wanted), f"{readings} instead of {list(wanted)}"


main(*sys.argv[1:])
