"""The acknowledgement: what is signed (contract.md §3). Member names and order are the contract's.

Never in it: a dose, any part of a NIR, a name, free text of the sender.
"""

from enum import StrEnum

import msgspec

from gateway.model.verdict import Action, Actor, Level, Step, Verdict


class Disposition(StrEnum):
    """The verdict on the transmission as a whole."""

    RECEIVED = "RECEIVED"
    ACCEPTED = "ACCEPTED"
    ACCEPTED_WITH_RESERVATIONS = "ACCEPTED_WITH_RESERVATIONS"
    PARTLY_ACCEPTED = "PARTLY_ACCEPTED"
    HELD = "HELD"
    REJECTED = "REJECTED"
    INADMISSIBLE = "INADMISSIBLE"
    CONFLICT = "CONFLICT"

    @property
    def return_code(self) -> int | None:
        """0 to 3 as in the DSN's reports; None where no verdict was drawn."""
        return _RETURN_CODES.get(self)

    @property
    def has_line_verdicts(self) -> bool:
        """Whether verdicts on lines stand behind it, so that other content is a conflict."""
        return self in _WITH_LINE_VERDICTS


_RETURN_CODES = {
    Disposition.ACCEPTED: 0,
    Disposition.ACCEPTED_WITH_RESERVATIONS: 1,
    Disposition.PARTLY_ACCEPTED: 2,
    Disposition.HELD: 2,
    Disposition.REJECTED: 3,
    Disposition.INADMISSIBLE: 3,
}
_WITH_LINE_VERDICTS = frozenset(
    {
        Disposition.ACCEPTED,
        Disposition.ACCEPTED_WITH_RESERVATIONS,
        Disposition.PARTLY_ACCEPTED,
        Disposition.HELD,
        Disposition.REJECTED,
    }
)


class Stage(StrEnum):
    """How far the transmission has come."""

    RECEPTION = "RECEPTION"
    EXECUTION = "EXECUTION"
    INTEGRATION = "INTEGRATION"


class Statement(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False
):
    """A part of the acknowledgement; members left at their default are omitted on the wire."""


class Issuer(Statement, frozen=True, kw_only=True):
    """Who signs: the register's manager."""

    name: str
    siret: str
    service: str
    address: str
    email: str
    phone: str


class NamedParty(Statement, frozen=True, kw_only=True):
    """A partner by name and SIRET."""

    name: str
    siret: str


class StatedSender(Statement, frozen=True, kw_only=True):
    """The header's sender without its accreditation."""

    type: str
    siret: str
    on_behalf_of: "StatedParty | None" = None


class StatedParty(Statement, frozen=True, kw_only=True):
    """An establishment by its SIRET."""

    siret: str


class AboutTransmission(Statement, frozen=True, kw_only=True):
    """Which transmission this answers."""

    id: str | None = None
    content_sha256: str | None = None


class StatedCredential(Statement, frozen=True, kw_only=True):
    """By what the request was proven to be the submitter's."""

    kind: str
    sha256: str | None = None
    """Of the certificate in DER, or the RFC 7638 thumbprint of the key, in hexadecimal."""
    expires_at: str | None = None


class Received(Statement, frozen=True, kw_only=True):
    """The bytes as they came: evidence only."""

    door: str
    media_type: str
    sha256: str
    size: int
    at: str
    credential: StatedCredential | None = None
    """None in what was written before credentials were stated."""


class RuleSet(Statement, frozen=True, kw_only=True):
    """The rules in force: version and digest of their metadata and dated parameters."""

    version: str
    sha256: str


class Reference(Statement, frozen=True, kw_only=True):
    """A reference that the verdict was drawn from."""

    name: str
    version: str | None = None
    date: str | None = None


class StepReport(Statement, frozen=True, kw_only=True):
    """One step of the flow."""

    name: Step
    verdict: str
    errors: int
    warnings: int


class Counts(Statement, frozen=True, kw_only=True):
    """results = accepted (of which withWarnings) + rejected + held."""

    results: int
    accepted: int
    with_warnings: int
    rejected: int
    held: int
    findings: int


class BilingualText(Statement, frozen=True, kw_only=True):
    """A text in French and English."""

    fr: str
    en: str


class CodeEntry(Statement, frozen=True, kw_only=True):
    """One code used, with what it means and who must do what."""

    code: str
    level: Level
    actor: Actor
    action: Action
    text: BilingualText
    rule: str


class FindingEntry(Statement, frozen=True, kw_only=True):
    """One finding: code and pointer."""

    code: str
    pointer: str | None = None


class LineEntry(Statement, frozen=True, kw_only=True):
    """A line that was not plainly accepted."""

    index: int
    """1-based."""
    ref: str | None = None
    verdict: Verdict
    held_until: str | None = None
    findings: tuple[FindingEntry, ...]


class AcknowledgementRef(Statement, frozen=True, kw_only=True):
    """Another acknowledgement, by id and digest."""

    id: str
    canonical_sha256: str


class Acknowledgement(Statement, frozen=True, kw_only=True):
    """The whole statement, in the order of the table of contract.md §3."""

    id: str
    version: str
    stage: Stage
    test: bool | None = None
    environment: str
    disposition: Disposition
    return_code: int | None = None
    issuer: Issuer
    submitter: NamedParty
    sender: StatedSender | None = None
    transmission: AboutTransmission
    received: Received
    decided_at: str
    deadline: str | None = None
    rules: RuleSet
    references: tuple[Reference, ...] = ()
    steps: tuple[StepReport, ...]
    counts: Counts | None = None
    findings: tuple[FindingEntry, ...] = ()
    codes: tuple[CodeEntry, ...] = ()
    lines: tuple[LineEntry, ...] = ()
    lines_total: int | None = None
    lines_sha256: str | None = None
    supersedes: AcknowledgementRef | None = None
    standing: AcknowledgementRef | None = None
