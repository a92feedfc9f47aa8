"""A row of the directory's file, as read, and what is wrong with one that is refused."""

from gateway.identifiers import Nir, Siret
from gateway.model.contacts import Contact
from gateway.model.decisions import DoseDecision, LineName
from gateway.model.directory import Attachment, Balance, Declared, Employment, Fact


class DirectoryRow(Fact, frozen=True, kw_only=True):
    """One couple worker × establishment."""

    number: int
    """Line of the file on which the row ends; the header is line 1."""
    nir: Nir
    id_type: str = "NIR"
    birth_name: str
    used_name: str | None = None
    first_name: str
    other_first_names: str | None = None
    birth_date: str
    """`YYYY-MM-DD`, month and day `00` where unknown."""
    sex: str
    employer: Siret
    is_nuclear: bool
    """Whether the establishment is of the nuclear domain."""
    employment: Employment
    declared: Declared = Declared()
    """Of the contract."""
    attachments: tuple[Attachment, ...] = ()
    balance: Balance | None = None


class ContactRow(Fact, frozen=True, kw_only=True):
    """One contact of an establishment; without a contact, that it has nobody."""

    number: int
    employer: Siret
    contact: Contact | None


class DecisionRow(Fact, frozen=True, kw_only=True):
    """What a physician decided on one line; without a decision, that there is none any more."""

    number: int
    line: LineName
    decision: DoseDecision | None


class BadRow(Fact, frozen=True, kw_only=True):
    """A row that is not taken, and why. Never the value: it may be a person's."""

    number: int
    column: str
    """Name of the column, or `*` for the row as a whole."""
    reason_code: str
    fr: str
    en: str
