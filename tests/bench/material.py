"""Messages and a directory for the benchmark: fictitious workers, good lines, a fixed seed."""

import json
import random
import uuid
from datetime import date, timedelta
from pathlib import Path

NAMES = ["MARTIN", "BERNARD", "DUBOIS", "THOMAS", "ROBERT", "RICHARD", "PETIT", "DURAND", "LEROY"]
FIRST = ["ANNE", "MARIE", "PAUL", "JEAN", "LUC", "ZOE", "HUGO", "LEA", "NOE"]
OA = "55208131766522"
MOST_LINES = 5_000
"""Of one transmission."""
EMPLOYERS = ["26750045200011", "26750045200029", "77568501900488", "37904139500045"]


def nir(rng: random.Random, number: int) -> str:
    """A well-formed NIR of nobody: commune 999, which does not exist."""
    body = (
        f"{rng.choice('12')}{rng.randint(60, 99)}{rng.randint(1, 12):02d}75999{number % 1000:03d}"
    )
    return f"{body}{97 - int(body) % 97:02d}"


def workers(count: int) -> list[dict[str, str]]:
    """That many distinct fictitious workers."""
    rng, found = random.Random(7), {}
    while len(found) < count:
        number = nir(rng, rng.randint(1, 999))
        found.setdefault(
            number,
            {
                "nir": number,
                "birthName": rng.choice(NAMES),
                "firstName": rng.choice(FIRST),
                "birthDate": f"19{number[1:3]}-{number[3:5]}-{rng.randint(1, 28):02d}",
                "sex": "M" if number[0] == "1" else "F",
                "employer": EMPLOYERS[len(found) % len(EMPLOYERS)],
            },
        )
    return list(found.values())


def directory_csv(file: Path, people: list[dict[str, str]]) -> None:
    """The directory in which every line of `transmission` is plainly accepted."""
    head = (
        "nir;birth_name;first_name;birth_date;sex;employer_siret;nuclear_domain;category;"
        "contract_start;oa_sirets\n"
    )
    rows = (
        f"{w['nir']};{w['birthName']};{w['firstName']};{w['birthDate']};{w['sex']};"
        f"{w['employer']};no;B;2015-01-01;{OA}\n"
        for w in people
    )
    file.write_text(head + "".join(rows), encoding="utf-8")


def transmission(people: list[dict[str, str]], *, month: int, seed: int) -> dict:
    """One line for each worker: a delayed-reading dosimeter worn for one month of the past year."""
    rng = random.Random(seed)
    today = date.today()  # noqa: DTZ011 - the wear period must lie just behind the real clock
    end = today.replace(day=1) - timedelta(days=1 + 31 * month)
    end = (end.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    period = {"start": end.replace(day=1).isoformat(), "end": end.isoformat()}
    results = [_line(rng, index, worker, period) for index, worker in enumerate(people)]
    total = sum(round(float(m["value"]) * 1000) for r in results for m in r["measurements"])
    return {
        "version": "1.0",
        "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "flow": "PASSIVE_EXTERNAL",
        "sender": {"type": "OA", "siret": OA},
        "issuedAt": f"{today.isoformat()}T00:00:00.000Z",
        "totals": {
            "results": len(results),
            "measurements": len(results),
            "sumMsv": f"{total / 1000:.3f}",
        },
        "results": results,
    }


def _line(rng: random.Random, index: int, worker: dict[str, str], period: dict[str, str]) -> dict:
    value = rng.choice(["0", "0", "0", "0", "0.1", "0.15", "0.45"])
    return {
        "ref": f"L{index:05d}",
        "operation": "INITIAL",
        "worker": {k: worker[k] for k in ("nir", "birthName", "firstName", "birthDate", "sex")},
        "employer": {"siret": worker["employer"]},
        "monitoring": {"type": "SDI", "category": "B"},
        "period": period,
        "dosimeter": {"type": "RPL", "serial": f"S{index:06d}", "location": "TRUNK"},
        "measurements": [
            {
                "quantity": "HP10",
                "radiation": "PHOTON",
                "status": "MEASURED" if value != "0" else "BELOW_RECORDING_LEVEL",
                "value": value,
                "recordingLevel": "0.1",
                "background": "CONTROL",
            }
        ],
    }


_LISTS = {"results": "result", "measurements": "measurement"}


def as_xml(form: dict) -> bytes:
    """The same content as XML, by string building."""
    body = _xml_members(form)
    return f'<transmission xmlns="urn:siseri:gateway:transmission:1">{body}</transmission>'.encode()


def _xml_members(form: dict) -> str:
    out = []
    for name, value in form.items():
        if isinstance(value, list):
            child = _LISTS[name]
            items = "".join(f"<{child}>{_xml_members(item)}</{child}>" for item in value)
            out.append(f"<{name}>{items}</{name}>")
        elif isinstance(value, dict):
            out.append(f"<{name}>{_xml_members(value)}</{name}>")
        else:
            out.append(f"<{name}>{value}</{name}>")
    return "".join(out)


def as_soap(xml: bytes) -> bytes:
    """The same in a SOAP 1.1 envelope."""
    return (
        b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        b'<s:SubmitTransmission xmlns:s="urn:siseri:gateway:service:1">'
        + xml
        + b"</s:SubmitTransmission></soap:Body></soap:Envelope>"
    )


def as_json(form: dict) -> bytes:
    """The JSON body."""
    return json.dumps(form, ensure_ascii=False).encode()
