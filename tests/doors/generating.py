"""Transmissions drawn from a seed: what every door can carry, well said and badly said.

Only content that has both forms is drawn: no character that XML has no way to write, no JSON number
where the contract has a text.
"""

import unicodedata
import uuid

from tests import builders
from tests.builders import ABSENT

NAMES = (
    *("Lefebvre", "LEFEBVRE", "Lefevre", "Durand", "Le Febvre", "D'Artagnan & Fils <SA>", "Ñandú"),
    *("Lefebvre-Martin", "Œuvrard", "Ólafsdóttir", "Nguyễn", "Żółć", "李", "𝔏efebvre", "🧪", "ﬁ"),
    *("Lefebvre\u2019s", "\u202eerbefeL", "Le\u00a0Febvre", "L\u0301\u0327e", 'Le "Febvre"', "]]>"),
)
BAD_TEXTS = (
    *(" Lefebvre", "Lefebvre ", "Lef\tebvre", "Lefebvre\n", "Lef\rebvre", "", "\u00a0Lefebvre"),
    *("Lef\u2028ebvre", "Lef\u0085ebvre", "Lef\u007febvre", "x" * 81, "𝔏" * 81, "\u3000"),
)
FIRST_NAMES = ("Hélène", "HELENE", "Helene", "Hélene", "Jean-Luc", "H", "Ève", "Zoë" * 26)
DECIMALS = (
    *("0", "0.0", "0.000", "0.05", "0.050", "0.1", "0.10", "0.15", "0.150", "0.2", "1", "1.05"),
    *("5", "19.95", "20", "20.05", "0.001", "0.012", "9999.95", "10000", "10000.05", "9999999.999"),
)
BAD_DECIMALS = (
    *("00.1", "0.1500", "10000000", "-0.1", "+0.1", "1e1", ".5", "5.", "0,15", "NaN", "", " 0.15"),
    *("0.15\n", "٠", "1_0", "0x1"),
)
DAYS = ("2026-10-01", "2026-10-31", "2026-09-30", "2024-02-29", "2026-11-20", "2026-11-21")
EDGE_DAYS = ("0001-01-01", "9999-12-31", "2000-02-29", "1900-02-28")
BAD_DAYS = (
    *(
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-10-00",
        "2026-1-1",
        "2026-10-31Z",
        "0000-01-01",
    ),
    *("2026-10-31\n", "2026-10-31T00:00:00Z", "31/10/2026", "1900-02-29", "２０２６-10-31"),
)
BIRTH_DATES = ("1990-06-15", "1990-06-00", "1990-00-00", "1990-00-15", "1991-06-15", "0000-00-00")
INSTANTS = (
    *("2026-11-17T08:00:00Z", "2026-11-17T09:00:00+01:00", "2026-11-17T08:00:00.1Z"),
    *("2026-11-17T08:00:00.120Z", "2026-11-17T22:00:00+14:00", "2026-11-16T18:00:00-14:00"),
    *("2026-11-17T10:30:00.999Z", "2026-11-17T10:30:00-00:00", "2026-10-25T02:30:00+02:00"),
)
BAD_INSTANTS = (
    *("2026-11-17T24:00:00Z", "2026-11-17T08:00:60Z", "2026-11-17T08:00:00.1234Z"),
    *(
        "2026-11-17T08:00:00",
        "2026-02-30T08:00:00Z",
        "2026-11-17t08:00:00z",
        "2026-11-17 08:00:00Z",
    ),
    *("2026-11-17T08:00:00+14:01", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", ""),
)
STATUSES = ("MEASURED", "BELOW_RECORDING_LEVEL", "ESTIMATED", "NOT_WORN", "LOST", "PENDING")
LOCATIONS = ("TRUNK", "WHOLE_BODY", "FINGER", "EYE_LENS", "SKIN", "ABDOMEN")
TAME = 0.6
"""How many lines are as they should be."""
COUNTS = (0, 1, 10**11, 10**12 - 1, 10**12, 10**15, 10**16)


def a_drawn_transmission(dice):
    """Who sends it and one transmission; about one in eight has a defect in its header."""
    is_operational = dice.random() < 0.3
    lines = [_line(dice, place, is_operational) for place in range(dice.choice((1, 1, 2, 3, 5)))]
    make = builders.an_operational_transmission if is_operational else builders.a_transmission
    changes = {
        "id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "results": lines,
        "issuedAt": dice.choice(INSTANTS),
    }
    if dice.random() < 0.3:
        changes["id"] = changes["id"].upper()
    if dice.random() < 0.3:
        changes["test"] = dice.random() < 0.5
    if dice.random() < 0.1:
        changes["sender__accreditation"] = dice.choice(("2-0002", "Ré 1", ABSENT))
    if dice.random() < 0.15:
        changes["sender__onBehalfOf"] = {
            "siret": dice.choice((builders.EMPLOYER, builders.STRANGER, "123"))
        }
    changes["totals"] = _totals(dice, lines)
    form = make(**changes)
    for _ in range(dice.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2)) if dice.random() < 0.5 else 0):
        _break_header(dice, form)
    return ("operator" if is_operational else "laboratory"), form


def _totals(dice, lines):
    try:
        totals = builders.totals_of(lines)
    except ArithmeticError:
        totals = {"results": len(lines), "measurements": 9, "sumMsv": "99999999.999"}
    if "N" in totals["sumMsv"] or totals["sumMsv"].startswith("-"):
        totals["sumMsv"] = "99999999.999"
    chance = dice.random()
    if chance < 0.05:
        totals["sumMsv"] = dice.choice(("0", "999999999999.999", "1000000000000"))
    elif chance < 0.1:
        totals[dice.choice(("results", "measurements"))] = dice.choice(COUNTS)
    elif "." not in totals["sumMsv"]:
        totals["sumMsv"] += dice.choice(("", ".0", ".000"))
    return totals


def _break_header(dice, form):
    defects = (
        ("version", ("1.1", "2.0", "1", "", ABSENT)),
        ("id", ("123", "", ABSENT, f"{uuid.UUID(int=7)}0", f"{uuid.UUID(int=7)}\n")),
        ("flow", ("RADON", "COMMITTED_DOSE", "UNHEARD_OF", "passive_external", ABSENT)),
        ("test", ("maybe", "TRUE", "")),
        ("sender__type", ("OPERATOR", "BAKER", ABSENT)),
        ("sender__siret", (builders.STRANGER, "9000 0001", "", ABSENT, "0" * 33)),
        ("sender__accreditation", ("x" * 33, " 1", "")),
        ("issuedAt", (*BAD_INSTANTS, ABSENT)),
        ("totals__sumMsv", (*BAD_DECIMALS, ABSENT)),
        ("totals__results", (ABSENT,)),
        ("totals", (ABSENT,)),
        ("sender", (ABSENT,)),
        ("remark", ("unheard of",)),
        ("sender__remark", ("unheard of",)),
    )
    path, values = dice.choice(defects)
    if path.partition("__")[0] in form or "__" not in path:
        builders.changed(form, {path: dice.choice(values)})


def _tame_line(dice, place, is_operational):
    """A line that a careful sender writes; what is on record may still be against it."""
    day = dice.randrange(1, 20)
    changes = {
        "ref": f"T-{place}",
        "worker": builders.a_worker(dice.choice((1, 2, 3, 4))),
        "measurements": [
            builders.a_measurement(
                value=dice.choice(("0", "0.15", "0.150", "0.2", "1.05", "5")),
                radiation=dice.choice(("PHOTON", "NEUTRON", "BETA")),
                recordingLevel=ABSENT,
            )
        ],
    }
    if is_operational:
        return builders.an_operational_line(
            **changes,
            exposureTime__startAt=f"2026-11-{day:02d}T08:00:00+01:00",
            exposureTime__endAt=f"2026-11-{day:02d}T08:00:00.5Z",
        )
    month = dice.choice(("2025-12", "2026-01", "2026-04", "2026-07", "2026-09"))
    period = {"start": f"{month}-{day:02d}", "end": f"{month}-{dice.randrange(day, 29):02d}"}
    return builders.a_line(**changes, period=period)


def _line(dice, place, is_operational):
    if dice.random() < TAME:
        return _tame_line(dice, place, is_operational)
    make = builders.an_operational_line if is_operational else builders.a_line
    line = make(
        ref=dice.choice(("A", "A", f"L-{place}", f"L-{place}", f"L-{place}", "x" * 64)),
        worker=_worker(dice),
        measurements=[_measurement(dice) for _ in range(dice.choice((1, 1, 1, 2, 3)))],
    )
    if dice.random() < 0.5:
        line["measurements"] = line["measurements"][:1]
        line["measurements"][0]["value"] = dice.choice(DECIMALS)
    if is_operational:
        builders.changed(
            line,
            {
                "exposureTime__startAt": dice.choice(INSTANTS),
                "exposureTime__endAt": "2026-11-17T12:00:00Z",
            },
        )
    else:
        first, last = sorted(dice.sample(DAYS, 2))
        builders.changed(line, {"period__start": first, "period__end": last})
    for _ in range(dice.choice((0, 0, 0, 1, 1, 2))):
        _vary(dice, line)
    return line


def _worker(dice):
    worker = builders.a_worker(dice.choice((1, 1, 2, 3, 4, 5)))
    for member, values in (
        ("usedName", NAMES),
        ("otherFirstNames", ("Marie Ève", "Zoë")),
        ("idType", ("NIR", "NIA")),
    ):
        if dice.random() < 0.2:
            worker[member] = dice.choice(values)
    if dice.random() < 0.3:
        worker["birthName"] = dice.choice(NAMES)
        worker["firstName"] = dice.choice(FIRST_NAMES)
    form = dice.choice(("NFC", "NFD", "NFKD" if dice.random() < 0.1 else "NFC"))
    for member in ("birthName", "usedName", "firstName", "otherFirstNames"):
        if member in worker:
            worker[member] = unicodedata.normalize(form, worker[member])
    for member, values in (("birthDate", BIRTH_DATES), ("sex", ("F", "F", "M"))):
        worker[member] = dice.choice(values) if dice.random() < 0.3 else worker[member]
        if dice.random() < 0.2:
            del worker[member]
    return worker


def _measurement(dice):
    status = dice.choice(STATUSES) if dice.random() < 0.3 else "MEASURED"
    measurement = {
        "quantity": dice.choice(("HP10", "HP10", "HP007", "HP3", "E")),
        "radiation": dice.choice(("PHOTON", "NEUTRON", "BETA", "TOTAL")),
        "status": status,
    }
    if dice.random() < 0.9:
        measurement["value"] = "0" if status[0] == "B" else dice.choice(DECIMALS)
    for member, values in (
        ("recordingLevel", DECIMALS[:8]),
        ("uncertainty", ("0.5", "0.123456789", "999999999999")),
        ("background", ("CONTROL", "OTHER")),
        ("exposure", ({"value": "12.50", "unit": "Bq.h/m3"}, {"value": "1", "unit": "mJ.h/m3"})),
    ):
        if dice.random() < 0.15:
            measurement[member] = dice.choice(values)
    return measurement


def _vary(dice, line):
    """Another value of one member: right, wrong by a rule, or wrong by the schema."""
    variations = (
        ("ref", (f"N-{builders.nir_of(1)[:13]}", "A/B:c._-", "a b", "", "x" * 65, ABSENT)),
        ("operation", ("LATE", "ABSENCE", "CORRECTION", "CANCELLATION", "initial", ABSENT)),
        ("worker__nir", (builders.nir_of(1)[:13] + "00", "2a0069912345612", "712340000000123")),
        ("worker__nir", ("12345", "1 90", "", "é", "1" * 33, ABSENT)),
        ("worker__birthName", (*BAD_TEXTS, ABSENT)),
        ("worker__firstName", BAD_TEXTS),
        ("worker__birthDate", ("1990-13-00", "1990-02-30", "0000-06-15", "1990")),
        ("worker__sex", ("X", "f", "")),
        ("employer__siret", (builders.OPERATOR, "90000003500016", "123", "", ABSENT)),
        ("monitoring__type", ("SR", "SDX", ABSENT)),
        ("monitoring__category", ("B", "C", ABSENT)),
        ("monitoring__otherExposures", (["RADON"], ["EMERGENCY_2", "COSMIC"], ["NOISE"], [])),
        ("monitoring__situation", ("PLANNED", "EMERGENCY", "WAR")),
        ("period__start", (*EDGE_DAYS, *BAD_DAYS, ABSENT)),
        ("period__end", (*EDGE_DAYS, *BAD_DAYS, ABSENT)),
        ("period", (ABSENT,)),
        ("exposureTime__startAt", (*BAD_INSTANTS, ABSENT)),
        ("exposureTime__endAt", (*BAD_INSTANTS, *INSTANTS)),
        ("exposureTime", (ABSENT,)),
        ("dosimeter", (ABSENT, {}, {"type": "TLD", "serial": "é" * 64, "location": "FINGER"})),
        ("dosimeter__type", ("TLD", "XYZ", "", "x" * 33)),
        ("dosimeter__location", (*LOCATIONS, "HAT")),
        ("dosimeter__side", ("LEFT", "RIGHT", "TOP")),
        ("dosimeter__serial", ("Ø 12", "e\u0301", *BAD_TEXTS[:5], "x" * 65)),
        ("measurements", (ABSENT, [])),
        ("site", ({"siret": builders.OPERATOR}, {"siret": "1", "work": "Été <&>"}, {}, ABSENT)),
        ("remark", ("unheard of", {"deep": "er"})),
        ("worker__remark", ("unheard of",)),
    )
    path, values = dice.choice(variations)
    if path.partition("__")[0] in line or "__" not in path:
        builders.changed(line, {path: dice.choice(values)})
    elif dice.random() < 0.5:
        entry = dice.choice(line.get("measurements") or [{}])
        entry["value"] = dice.choice(BAD_DECIMALS)
