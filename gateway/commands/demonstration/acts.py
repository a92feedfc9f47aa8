"""The acts that send and compare: each says what it does, shows it, and expects."""

import copy
import uuid
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from gateway.commands.demonstration.checks import Checks, act
from gateway.commands.demonstration.plan import Planned, drawn
from gateway.commands.doors import Door
from gateway.commands.posting import Posted, Poster
from gateway.commands.receipts import acknowledgement_of, keep_beside
from gateway.commands.samples.files import as_json, as_xml
from gateway.commands.samples.transmissions import Sample
from gateway.commands.terminal import OUT
from gateway.commands.verdicts import verdict_view
from gateway.model.acknowledgement import Acknowledgement, Disposition
from gateway.model.transmission import Flow

MAX_SHOWN: Final = 12
_OWN: Final = ("id", "decidedAt", "received", "transmission")
"""What each answer has of its own (contract.md §3)."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """What the acts share."""

    folder: Path
    posters: dict[Flow, Poster]
    checks: Checks
    kept: list[Path] = field(default_factory=list)
    answers: dict[str, Posted] = field(default_factory=dict)

    def post(self, flow: Flow, door: Door, body: bytes, name: str) -> Acknowledgement:
        """Send a body, keep it and its receipt."""
        file = self.folder / name
        file.write_bytes(body)
        posted = self.posters[flow].post(body, door)
        self.answers[name] = posted
        self.kept.append(keep_beside(file, posted.receipt))
        return acknowledgement_of(posted.receipt)


def comparison_sample(day: date) -> Sample:
    """What is sent by the four doors: a test, so that it is never on record."""
    return drawn(
        Flow.PASSIVE_EXTERNAL, seed=20, day=day, lines=12, defects=5, test=True,
        defect_names=("wrong-key", "future", "slip-in-name", "other-name", "wrong-place"),
    )  # fmt: skip


def send_all(stage: Stage, planned: tuple[Planned, ...]) -> None:
    """Each transmission, its verdict, and whether it is the one expected."""
    for number, one in enumerate(planned, 1):
        act(f"Envoi {number} · {one.title} · {one.flow.value} · {one.door.title}")
        read = stage.post(one.flow, one.door, one.body(), one.name)
        OUT.print(verdict_view(read, max_shown=MAX_SHOWN))
        stage.checks.expect(f"verdict attendu : {one.disposition.value}", _is_as_planned(one, read))
        if one.code is None:
            stage.checks.expect(
                "chaque ligne a le verdict et le code prévus", _lines_hold(one, read)
            )


def _is_as_planned(one: Planned, read: Acknowledgement) -> bool:
    codes = {finding.code for finding in read.findings}
    return read.disposition is one.disposition and (one.code is None or one.code in codes)


def _lines_hold(one: Planned, read: Acknowledgement) -> bool:
    """Whether just the lines that were spoilt were found, each with its code and verdict."""
    found = {line.index: line for line in read.lines}
    if found.keys() != {spoilt.index for spoilt in one.sample.spoilt}:
        return False
    return all(
        found[spoilt.index].verdict is spoilt.defect.verdict
        and spoilt.defect.code in {finding.code for finding in found[spoilt.index].findings}
        for spoilt in one.sample.spoilt
    )


def replay(stage: Stage, first: Planned, soap: Planned) -> None:
    """The same again, then something else under the same id."""
    act("Rejeu · le même envoi, deux fois")
    for one in (first, soap):
        again = stage.posters[one.flow].post(one.body(), one.door)
        is_same = again.receipt == stage.answers[one.name].receipt
        stage.checks.expect(f"{one.door.title} : le même accusé, octet pour octet", is_same)
        if not one.door.is_soap:
            stage.checks.expect("annoncé par Idempotent-Replayed", again.is_replay)
    act("Conflit · le même identifiant, un autre contenu")
    form = copy.deepcopy(first.sample.form)
    form["results"][0]["ref"] += "-bis"
    read = stage.post(first.flow, first.door, as_json(form), "conflit.json")
    OUT.print(verdict_view(read))
    stage.checks.expect("conflit signé", read.disposition is Disposition.CONFLICT)
    standing = acknowledgement_of(stage.answers[first.name].receipt).id
    stage.checks.expect(
        "il désigne l'accusé qui fait foi", read.standing and read.standing.id == standing
    )


def compare_doors(stage: Stage, sample: Sample) -> None:
    """One content, four doors, one verdict."""
    act("Quatre portes · le même contenu d'essai par chacune")
    said: dict[Door, dict[str, Any]] = {}
    for door in Door:
        form = {**sample.form, "id": str(uuid.uuid5(uuid.NAMESPACE_URL, door.title))}
        write = as_json if door is Door.REST_JSON else as_xml
        suffix = "json" if door is Door.REST_JSON else "xml"
        name = f"porte-{door.name.lower()}.{suffix}"
        read = stage.post(Flow.PASSIVE_EXTERNAL, door, write(form), name)
        said[door] = msgspec.to_builtins(read)
        for member in _OWN:
            said[door].pop(member)
        if door is Door.REST_JSON:
            OUT.print(verdict_view(read))
            stage.checks.expect(
                f"{len(sample.spoilt)} lignes relevées", len(read.lines) == len(sample.spoilt)
            )
    for door in list(Door)[1:]:
        stage.checks.expect(
            f"{door.title} dit la même chose que REST-JSON", said[door] == said[Door.REST_JSON]
        )
