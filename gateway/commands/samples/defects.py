"""Defects to put into a line, each with the code that must answer it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from gateway.commands.samples.lines import Line
from gateway.model.transmission import Flow
from gateway.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One way in which a line is wrong."""

    name: str
    code: str
    """The code that must be among the line's findings."""
    spoil: Callable[[Line, date], None]
    verdict: Verdict = Verdict.REJECTED
    flows: frozenset[Flow] = frozenset({Flow.PASSIVE_EXTERNAL, Flow.OPERATIONAL})
    hides_worker: bool = False
    """The worker is left out of the directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """A line that was spoilt on purpose."""

    index: int
    """1-based."""
    defect: Defect


def _wrong_key(line: Line, _day: date) -> None:
    nir = line["worker"]["nir"]
    line["worker"]["nir"] = f"{nir[:13]}{int(nir[13:]) % 97 + 1:02d}"


def _short_number(line: Line, _day: date) -> None:
    line["worker"]["nir"] = line["worker"]["nir"][:14]


def _other_name(line: Line, _day: date) -> None:
    line["worker"]["birthName"] = "QUATREMÈRE-XHIGNESSE"


def _slip_in_name(line: Line, _day: date) -> None:
    line["worker"]["firstName"] += "s"


def _other_sex(line: Line, _day: date) -> None:
    line["worker"]["sex"] = "F" if line["worker"]["sex"] == "M" else "M"


def _wrong_siret(line: Line, _day: date) -> None:
    siret = line["employer"]["siret"]
    line["employer"]["siret"] = f"{siret[:13]}{(int(siret[13]) + 1) % 10}"


def _future(line: Line, day: date) -> None:
    if "period" in line:
        line["period"]["end"] = (day + timedelta(days=10)).isoformat()
    else:
        line["exposureTime"]["endAt"] = f"{day + timedelta(days=3)}T10:00:00.000Z"


def _long_period(line: Line, _day: date) -> None:
    start = date.fromisoformat(line["period"]["end"]) - timedelta(days=130)
    line["period"]["start"] = start.isoformat()


def _between_steps(line: Line, _day: date) -> None:
    line["measurements"] = [
        {"quantity": "HP10", "radiation": "NEUTRON", "status": "MEASURED", "value": "0.072"}
    ]
    line["dosimeter"]["location"] = "TRUNK"
    line["dosimeter"].pop("side", None)


def _no_value(line: Line, _day: date) -> None:
    line["measurements"][0]["status"] = "MEASURED"
    line["measurements"][0].pop("value", None)


def _wrong_place(line: Line, _day: date) -> None:
    line["dosimeter"]["location"] = "EYE_LENS"
    line["dosimeter"].pop("side", None)


def _unknown_type(line: Line, _day: date) -> None:
    line["dosimeter"]["type"] = "SCANNER"


def _not_monitored(line: Line, _day: date) -> None:
    line["monitoring"]["type"] = "SR"


def _other_category(line: Line, _day: date) -> None:
    line["monitoring"]["category"] = "B" if line["monitoring"]["category"] == "A" else "A"


def _nothing(_line: Line, _day: date) -> None:
    """The line itself is right."""


_PASSIVE: Final = frozenset({Flow.PASSIVE_EXTERNAL})
_OPERATIONAL: Final = frozenset({Flow.OPERATIONAL})
_WARNED: Final = Verdict.ACCEPTED_WITH_WARNINGS
DEFECTS: Final = (
    Defect(name="wrong-key", code="I002", spoil=_wrong_key),
    Defect(name="unknown-worker", code="R001", spoil=_nothing, verdict=Verdict.HELD,
           hides_worker=True),
    Defect(name="slip-in-name", code="I012", spoil=_slip_in_name, verdict=_WARNED),
    Defect(name="future", code="P002", spoil=_future),
    Defect(name="wrong-siret", code="E001", spoil=_wrong_siret),
    Defect(name="between-steps", code="D001", spoil=_between_steps),
    Defect(name="no-value", code="D005", spoil=_no_value),
    Defect(name="other-name", code="I011", spoil=_other_name),
    Defect(name="wrong-place", code="D004", spoil=_wrong_place),
    Defect(name="long-period", code="P003", spoil=_long_period, flows=_PASSIVE),
    Defect(name="other-category", code="R006", spoil=_other_category, verdict=_WARNED,
           flows=_OPERATIONAL),
    Defect(name="unknown-type", code="D008", spoil=_unknown_type),
    Defect(name="not-monitored", code="R003", spoil=_not_monitored),
    Defect(name="other-sex", code="I013", spoil=_other_sex),
    Defect(name="short-number", code="I001", spoil=_short_number),
)  # fmt: skip
NAMES: Final = tuple(defect.name for defect in DEFECTS)


def chosen(flow: Flow, *, count: int, names: tuple[str, ...], draw: Random) -> list[Defect]:
    """`count` defects that this flow can have: those named, in turn; else all, in turn."""
    able = [d for d in DEFECTS if flow in d.flows and (not names or d.name in names)]
    if not names:
        draw.shuffle(able)
    return [able[place % len(able)] for place in range(count)] if able else []
