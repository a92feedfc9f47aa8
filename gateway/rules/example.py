"""What the example of a rule is made of: two transmissions that differ in one member."""

from typing import Any, Final, Literal, TypeAlias

import msgspec

from gateway.model.directory import KnownWorker, Partner
from gateway.model.verification import (
    ComparedIdentity,
    EstablishmentAnswer,
    IdentityAnswer,
    Verified,
)


class Absent:
    """The member is left out."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()

Json: TypeAlias = Any
"""A JSON value, in the normal form of contract.md §0."""
Change: TypeAlias = tuple[str, Json]
"""A member by its RFC 6901 pointer and its value, or `ABSENT`."""
BaseName: TypeAlias = Literal["passive", "operational", "radiotoxicology", "committed"]


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """Two transmissions that differ in the member at `pointer`; the second one raises the code."""

    base: BaseName
    pointer: str
    passes: Json
    fails: Json
    also: tuple[Change, ...] = ()
    """What both have that the base has not."""
    given: tuple[tuple[Change, ...], ...] = ()
    """Transmissions sent before, each as changes to the base."""
    decided: tuple[int, ...] = ()
    """Places in `given` of those on whose first line a physician has decided since."""
    worker: tuple[tuple[str, Any], ...] = ()
    """Fields of the base worker's `KnownWorker` that the directory states otherwise."""


class PartnerExample(msgspec.Struct, frozen=True, kw_only=True):
    """Two enrolments of the same sender that differ in one field; the transmission is the base."""

    base: BaseName
    field: str
    passes: Any
    fails: Any


class VerifiedExample(msgspec.Struct, frozen=True, kw_only=True):
    """Two answers of one outside register; the transmission is the base, the other confirms."""

    base: BaseName
    passes: EstablishmentAnswer | IdentityAnswer
    fails: EstablishmentAnswer | IdentityAnswer

    @property
    def register(self) -> Literal["Ameli", "Sirene"]:
        """Who answers: the passing one is an answer that says so."""
        return "Ameli" if isinstance(self.passes, ComparedIdentity) else "Sirene"


class RawExample(msgspec.Struct, frozen=True, kw_only=True):
    """Two requests as they travel, for codes that are raised before any line is judged."""

    base: BaseName
    media_type: str
    passes: Literal["plain", "own-key"]
    fails: Literal[
        "truncated",
        "doctype",
        "latin-1",
        "long-number",
        "repeated-member",
        "lone-surrogate",
        "not-a-number",
        "other-key",
        "foreign-root",
    ]


AnyExample: TypeAlias = Example | PartnerExample | VerifiedExample | RawExample


class RegisteredWorker(msgspec.Struct, frozen=True, kw_only=True):
    """A worker of an example's directory with the number he is found by."""

    nir: str
    known: KnownWorker


class ExampleCase(msgspec.Struct, frozen=True, kw_only=True):
    """All that a door needs to judge an example."""

    submissions: tuple[dict[str, Json], ...]
    """Transmissions in order; the last is the one judged, the others are accepted before it."""
    partner: Partner
    others: tuple[Partner, ...]
    """Other enrolled senders, by whom some of the earlier ones may be sent."""
    directory: tuple[RegisteredWorker, ...]
    received_on: str
    """Instant of reception, RFC 3339."""
    raises: bool
    """Whether the code of the rule is among the findings."""
    verified: Verified | None = None
    """What outside registers say of the employer and the worker; None where none is configured."""
    decided: tuple[int, ...] = ()
    """Places in `submissions` of those on whose first line a physician decides before the last."""
    raw: "RawRequest | None" = None
    """The request itself where the bytes or the headers are what is judged."""


class RawRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request by its bytes."""

    media_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
