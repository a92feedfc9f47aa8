"""What the register's directory knows: workers, couples, attachments, and the partners."""

from datetime import date, datetime

import msgspec

from gateway.identifiers import Siret
from gateway.model.transmission import Flow, SenderType, Usv


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A frozen fact of the directory. Its `repr` names the type alone: facts hold personal data."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Partner(Fact, frozen=True, kw_only=True):
    """Somebody enrolled at the gateway: the holder of a credential."""

    id: str
    name: str
    siret: Siret
    type: SenderType | None
    """None: no sender itself; it speaks for others, by their mandate."""
    flows: frozenset[Flow]
    accreditation: str | None = None
    accredited_from: date | None = None
    accredited_to: date | None = None
    suspended_from: date | None = None
    """First day of a suspension of the accreditation in force (arrêté of 26 June 2019, art. 25)."""
    disabled_at: datetime | None = None
    failure_budget: int | None = None
    """Unknown couples a day before verification is suspended; 0 suspends it at once."""
    demands_signature: bool = False
    """It wants every request in its name signed: a token or a certificate alone opens nothing."""


class Employment(Fact, frozen=True, kw_only=True):
    """A couple NIR/SIRET: a worker attached to an establishment, with his classification."""

    employer: Siret
    start: date
    end: date | None = None
    """Last day of the contract, inclusive; None while it runs."""
    category: str | None = None
    """`A`, `B` or None (Code du travail R. 4451-57)."""
    other_exposures: frozenset[str] = frozenset()
    undeclared: frozenset[str] = frozenset()
    """Facts that the employer is known not to have declared yet, by the names of `Declared`."""


class Declared(Fact, frozen=True, kw_only=True):
    """What the employer declares of a contract beside the classification; None is not stated.

    Arrêté of 17 July 2013, art. 7, and the register's own form: codes of dated lists.
    """

    exposure_nature: str | None = None
    contract_type: str | None = None
    working_time_thousandths: int | None = None
    """Share of full time."""
    activity_character: str | None = None
    domain: str | None = None
    sector: str | None = None
    trade: str | None = None


class Attachment(Fact, frozen=True, kw_only=True):
    """The right of a sender to transmit for this worker at this establishment."""

    employer: Siret
    sender: Siret
    start: date
    end: date | None = None


class Balance(Fact, frozen=True, kw_only=True):
    """Doses of the 12 months before the gateway's own record begins, in µSv, up to `as_of`."""

    as_of: date
    effective_usv: Usv
    lens_usv: Usv = 0
    extremity_usv: Usv = 0


class KnownWorker(Fact, frozen=True, kw_only=True):
    """A worker of the directory."""

    id: str
    """Pseudonymous: says nothing of the NIR."""
    birth_name: str
    used_name: str | None = None
    first_name: str
    other_first_names: str | None = None
    birth_date: str
    sex: str
    employments: tuple[Employment, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    balance: Balance | None = None


class DirectoryVersion(Fact, frozen=True, kw_only=True):
    """Which state of the directory a verdict was drawn from."""

    version: str
    date: date
