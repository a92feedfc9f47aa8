"""The transmissions of the demonstration, each with the verdict that it must get."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gateway.commands.doors import Door
from gateway.commands.samples.files import as_json, as_xml
from gateway.commands.samples.transmissions import DEFAULT_SENDERS, Sample, Wanted, sample
from gateway.model.acknowledgement import Disposition
from gateway.model.transmission import Flow

ACCREDITATION: Final = "COFRAC 1-0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One transmission to send."""

    title: str
    name: str
    """Of its file."""
    door: Door
    sample: Sample
    flow: Flow
    disposition: Disposition
    code: str | None = None
    """The finding about the whole, where it is inadmissible."""
    damage: Callable[[bytes], bytes] = bytes
    """What happens to its bytes on the way."""

    def body(self) -> bytes:
        """The bytes to send."""
        write = as_json if self.door is Door.REST_JSON else as_xml
        return self.damage(write(self.sample.form))


def drawn(flow: Flow, *, seed: int, day: date, lines: int, **more: Any) -> Sample:
    """A sample of the demonstration's own sender of that flow."""
    is_passive = flow is Flow.PASSIVE_EXTERNAL
    return sample(
        Wanted(
            flow=flow,
            seed=seed,
            day=day,
            lines=lines,
            sender=DEFAULT_SENDERS[flow],
            accreditation=ACCREDITATION if is_passive else None,
            **more,
        )
    )


def transmissions(day: date) -> tuple[Planned, ...]:
    """All of them, in the order in which they are sent."""
    return (*_plain(day), *_mixed(day), *_refused(day))


def _plain(day: date) -> tuple[Planned, ...]:
    passive, operational = Flow.PASSIVE_EXTERNAL, Flow.OPERATIONAL
    return (
        Planned(
            title="Une ligne, juste", name="une-ligne.json", door=Door.REST_JSON, flow=passive,
            sample=drawn(passive, seed=1, day=day, lines=1),
            disposition=Disposition.ACCEPTED,
        ),
        Planned(
            title="500 lignes, justes", name="cinq-cents-lignes.xml", door=Door.REST_XML,
            flow=passive, sample=drawn(passive, seed=2, day=day, lines=500),
            disposition=Disposition.ACCEPTED,
        ),
        Planned(
            title="120 passages en zone, justes", name="passages.xml", door=Door.SOAP_11,
            flow=operational, sample=drawn(operational, seed=3, day=day, lines=120),
            disposition=Disposition.ACCEPTED,
        ),
    )  # fmt: skip


def _mixed(day: date) -> tuple[Planned, ...]:
    passive, operational = Flow.PASSIVE_EXTERNAL, Flow.OPERATIONAL
    return (
        Planned(
            title="40 lignes, dont 9 fautives", name="melange.json", door=Door.REST_JSON,
            flow=passive, sample=drawn(passive, seed=4, day=day, lines=40, defects=9),
            disposition=Disposition.PARTLY_ACCEPTED,
        ),
        Planned(
            title="30 passages, dont 6 fautifs", name="passages-melange.xml", door=Door.SOAP_12,
            flow=operational, sample=drawn(operational, seed=5, day=day, lines=30, defects=6),
            disposition=Disposition.PARTLY_ACCEPTED,
        ),
        Planned(
            title="Un travailleur que le registre ne connaît pas", name="inconnu.xml",
            door=Door.SOAP_11, flow=operational,
            sample=drawn(operational, seed=6, day=day, lines=1, defects=1,
                         defect_names=("unknown-worker",)),
            disposition=Disposition.HELD,
        ),
    )  # fmt: skip


def _refused(day: date) -> tuple[Planned, ...]:
    passive = Flow.PASSIVE_EXTERNAL
    wrong = drawn(
        passive, seed=7, day=day, lines=4, defects=4,
        defect_names=("wrong-key", "future", "no-value", "other-name"),
    )  # fmt: skip
    miscounted = drawn(passive, seed=8, day=day, lines=3)
    miscounted.form["totals"]["results"] = 4
    return (
        Planned(
            title="Quatre lignes, toutes fausses", name="toutes-fausses.xml", door=Door.REST_XML,
            flow=passive, sample=wrong, disposition=Disposition.REJECTED,
        ),
        Planned(
            title="Des totaux qui ne tombent pas juste", name="totaux.json", door=Door.REST_JSON,
            flow=passive, sample=miscounted, disposition=Disposition.INADMISSIBLE, code="S006",
        ),
        Planned(
            title="Un fichier coupé en chemin", name="coupe.json", door=Door.REST_JSON,
            flow=passive, sample=drawn(passive, seed=9, day=day, lines=2),
            disposition=Disposition.INADMISSIBLE, code="S001", damage=lambda body: body[:-40],
        ),
    )  # fmt: skip
