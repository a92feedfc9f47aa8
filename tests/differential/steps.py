"""A step of a chapter, and the requests that tell it at each door."""

import random
from dataclasses import dataclass
from functools import lru_cache

from tests.differential import said, writing_json, writing_xml
from tests.differential.spoiling import SPOILS

DOORS = ("json", "xml", "soap")
_SOAP_MEDIA = {"1.1": "text/xml", "1.2": "application/soap+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transmission, by whom, and what it must bring."""

    transmission: said.Transmission
    by: str
    """A partner's id."""
    seed: int
    """Of the way it is written."""
    brings: frozenset[str] = frozenset()
    """Codes that must be found in it."""
    key: str | None = None
    """`Idempotency-Key`, which SOAP has not."""
    spoilt: str | None = None
    """How the bytes are spoilt once written: a name in `spoiling.SPOILS`."""
    quotes: str | None = None
    """Id of the transmission whose acknowledgement's digest the first line quotes (C006)."""

    decided: tuple[tuple[str, str, str], ...] = ()
    """Sender, transmission and line of each dose that a physician decides on before it is told."""

    @property
    def doors(self):
        """The doors that can tell it."""
        if self.spoilt is not None:
            return tuple(door for door in DOORS if door in SPOILS[self.spoilt])
        return DOORS[:2] if self.key is not None else DOORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    door: str
    body: bytes
    media_type: str
    headers: tuple[tuple[str, str], ...]

    def path(self, *, is_check=False):
        if self.door == "soap":
            return "/soap/v1"
        return "/v1/checks" if is_check else "/v1/transmissions"


@lru_cache(maxsize=64)
def request(step, door, *, is_check=False):
    """The step as `door` is told it: the same for every database."""
    told = step.transmission
    dice = random.Random(f"{step.seed}/{door}")
    headers = () if step.key is None else (("idempotency-key", step.key),)
    if door == "json":
        body = writing_json.Writer(writing_json.drawn_style(dice), dice).body(told)
        media_type = "application/json"
    else:
        style = random.Random(f"{step.seed}/xml")
        writer = writing_xml.Writer(writing_xml.drawn_style(style), style)
        if door == "xml":
            body, media_type = writer.body(told), dice.choice(("application/xml", "text/xml"))
        else:
            version = dice.choice(("1.1", "1.2"))
            media_type = _SOAP_MEDIA[version]
            operation = "CheckTransmission" if is_check else "SubmitTransmission"
            element = writer.element(told)
            body = writing_xml.in_envelope(element, version=version, operation=operation, dice=dice)
    if step.spoilt is not None:
        body = SPOILS[step.spoilt][door](body)
    return Request(door=door, body=body, media_type=media_type, headers=headers)
