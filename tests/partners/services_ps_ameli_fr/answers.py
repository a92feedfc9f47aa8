"""What INSi answers, written by hand: right, or wrong in one way."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import uuid4

from tests.partners.services_ps_ameli_fr.register import Ins, Person, key_of

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
RESULT = "http://www.cnamts.fr/INSiResultat"
VERIFICATION = "http://www.cnamts.fr/INSiLot2/REPUnitaire"
SIRAM = "urn:siram"
_FOUND = {0: ("01", "Aucune identite trouvee"), 1: ("00", "OK")}
_SEVERAL = ("02", "Plusieurs identites trouvees")


class Slip(StrEnum):
    """What is wrong with an answer that comes all the same."""

    NONE = "none"
    OTHER_PREFIXES = "other prefixes"
    WRONG_ORDER = "wrong order"
    """DateDeb before IdIndividu: seen in a public sample."""
    UNKNOWN_ELEMENT = "unknown element"
    """One member more than the schema has."""
    WRONG_KEY = "wrong key"
    NO_INDIVIDUAL = "no individual"
    """00 and nobody."""
    NO_TRAITS = "no traits"
    UNKNOWN_CODE = "unknown code"
    ANOTHER_PERSON = "another person"
    """00 and somebody wholly other than was asked for: two answers crossed."""
    OTHER_MESSAGE = "other message"
    """It relates to a message that was not sent."""
    BAD_NUMBER = "bad number"
    """A number that is none."""
    OTHER_NAME = "other name"
    """Traits that are not those asked for; likewise the next four."""
    OTHER_FIRST_NAMES = "other first names"
    OTHER_SEX = "other sex"
    OTHER_DATE = "other date"
    VAGUE_DATE = "vague date"
    """Of which month and day are not known."""


BREAKS_SCHEMA = {Slip.WRONG_ORDER, Slip.UNKNOWN_ELEMENT, Slip.NO_TRAITS, Slip.BAD_NUMBER}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault of the service."""

    is_senders: bool
    subcode: str
    code: str
    severity: str
    text: str
    status: int = 500
    with_message_id: bool = True


FAULTS = {
    "siram_100": Fault(
        is_senders=True,
        subcode="siram_100",
        code="desir_550",
        severity="erreur",
        text="Numéro d'autorisation du logiciel inconnu",
    ),
    "siram_40": Fault(
        is_senders=False,
        subcode="siram_40",
        code="insi_102",
        severity="fatal",
        text="L'appel au service de recherche renvoie une erreur technique",
        with_message_id=False,
    ),
    "desir_560": Fault(
        is_senders=True,
        subcode="siram_100",
        code="desir_560",
        severity="erreur",
        text="Niveau d'accès insuffisant",
    ),
    "unknown receiver fault": Fault(
        is_senders=False, subcode="siram_77", code="insi_999", severity="erreur", text="Autre"
    ),
    "unknown sender fault": Fault(
        is_senders=True,
        subcode="siram_10",
        code="insi_010",
        severity="erreur",
        text="Requête refusée",
        status=400,
    ),
}


def searched(found: tuple[Person, ...], *, to: str, slip: Slip = Slip.NONE) -> bytes:
    """The answer to a search that was asked in the message `to`."""
    code, label = _FOUND.get(len(found), _SEVERAL)
    if slip is Slip.UNKNOWN_CODE:
        code, label = "77", "Autre"
    person = found[0] if code == "00" and slip is not Slip.NO_INDIVIDUAL else None
    if slip is Slip.ANOTHER_PERSON and person is not None:
        person = _SOMEBODY_ELSE
    p = "r" if slip is Slip.OTHER_PREFIXES else "ns3"
    body = (
        f'<{p}:RESULTAT xmlns:{p}="{RESULT}"><{p}:CR><{p}:CodeCR>{code}</{p}:CodeCR>'
        f"<{p}:LibelleCR>{label}</{p}:LibelleCR></{p}:CR>"
        f"{'' if person is None else _individual(p, person, slip)}</{p}:RESULTAT>"
    )
    return envelope(body, to=to, slip=slip)


def verified(*, is_one: bool, to: str, slip: Slip = Slip.NONE) -> bytes:
    """The answer to a verification that was asked in the message `to`."""
    code, label = ("77", "Autre") if slip is Slip.UNKNOWN_CODE else ("00", "OK")
    word = "OK" if is_one else "KO"
    said = "" if slip is Slip.NO_INDIVIDUAL else f"<Verification>{word}</Verification>"
    body = (
        f'<RESULTATVERIFICATION xmlns="{VERIFICATION}"><CR><CodeCR>{code}</CodeCR>'
        f"<LibelleCR>{label}</LibelleCR></CR>{said}</RESULTATVERIFICATION>"
    )
    return envelope(body, to=to, slip=slip)


_SOMEBODY_ELSE = Person(
    birth_name="PERSONNE",
    first_names="NEMO",
    sex="M",
    birth_date="1901-01-01",
    birthplace="99999",
    active=Ins(number="1010199999999", key=key_of("1010199999999")),
)


def _individual(p: str, person: Person, slip: Slip) -> str:
    former = "".join(_ins(p, "INSHISTO", one, slip) for one in person.former)
    traits = "" if slip is Slip.NO_TRAITS else _traits(p, person, slip)
    more = f"<{p}:Qualite>VALIDE</{p}:Qualite>" if slip is Slip.UNKNOWN_ELEMENT else ""
    active = _ins(p, "INSACTIF", person.active, slip)
    return f"<{p}:INDIVIDU>{active}{former}{traits}{more}</{p}:INDIVIDU>"


_TRAITS = {
    Slip.OTHER_NAME: lambda _: {"birth_name": "AUTREMENT"},
    Slip.OTHER_FIRST_NAMES: lambda _: {"first_names": "ODILE"},
    Slip.OTHER_SEX: lambda person: {"sex": "M" if person.sex == "F" else "F"},
    Slip.OTHER_DATE: lambda _: {"birth_date": "1901-02-03"},
    Slip.VAGUE_DATE: lambda person: {"birth_date": f"{person.birth_date[:4]}-00-00"},
}


def _traits(p: str, person: Person, slip: Slip) -> str:
    if slip in _TRAITS:
        person = replace(person, **_TRAITS[slip](person))
    return (
        f"<{p}:TIQ><{p}:NomNaissance>{person.birth_name}</{p}:NomNaissance>"
        f"<{p}:ListePrenom>{person.first_names}</{p}:ListePrenom>"
        f"<{p}:Sexe>{person.sex}</{p}:Sexe>"
        f"<{p}:DateNaissance>{person.birth_date}</{p}:DateNaissance>"
        f"<{p}:LieuNaissance>{person.birthplace}</{p}:LieuNaissance></{p}:TIQ>"
    )


def _ins(p: str, name: str, one: Ins, slip: Slip) -> str:
    key = one.key
    if slip is Slip.WRONG_KEY:
        key = "01" if key_of(one.number) != "01" else "02"
    number = "ABC" if slip is Slip.BAD_NUMBER else one.number
    since = f"<{p}:DateDeb>1990-01-01</{p}:DateDeb>"
    identifier = (
        f"<{p}:IdIndividu><{p}:NumIdentifiant>{number}</{p}:NumIdentifiant>"
        f"<{p}:Cle>{key}</{p}:Cle></{p}:IdIndividu>"
    )
    oid = f"<{p}:OID>{one.oid}</{p}:OID>"
    is_first = slip is Slip.WRONG_ORDER
    inside = f"{since}{identifier}{oid}" if is_first else f"{identifier}{oid}{since}"
    return f"<{p}:{name}>{inside}</{p}:{name}>"


def faulted(fault: Fault, *, slip: Slip = Slip.NONE) -> bytes:
    """A fault of SOAP 1.2 with `{urn:siram}Erreur` in its detail."""
    e = _prefix(slip)
    side = "Sender" if fault.is_senders else "Receiver"
    message = f' messageID="urn:uuid:{uuid4()}"' if fault.with_message_id else ""
    return envelope(
        f"<{e}:Fault><{e}:Code><{e}:Value>{e}:{side}</{e}:Value><{e}:Subcode>"
        f'<{e}:Value xmlns:f="{SIRAM}">f:{fault.subcode}</{e}:Value></{e}:Subcode></{e}:Code>'
        f'<{e}:Reason><{e}:Text xml:lang="fr">{fault.text}</{e}:Text></{e}:Reason>'
        f'<{e}:Detail><f:Erreur xmlns:f="{SIRAM}" code="{fault.code}" '
        f'severite="{fault.severity}"{message}>{fault.text}</f:Erreur></{e}:Detail></{e}:Fault>',
        slip=slip,
    )


def _prefix(slip: Slip) -> str:
    return "soap" if slip is Slip.OTHER_PREFIXES else "S"


def envelope(body: str, *, to: str | None = None, slip: Slip = Slip.NONE) -> bytes:
    """`body` in its envelope; the header says which message is answered."""
    e = _prefix(slip)
    related = f"uuid:{uuid4()}" if slip is Slip.OTHER_MESSAGE else to
    header = (
        f'<{e}:Header><a:RelatesTo xmlns:a="{ADDRESSING}">{related}</a:RelatesTo></{e}:Header>'
        if related
        else ""
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<{e}:Envelope xmlns:{e}="{ENVELOPE}">{header}<{e}:Body>{body}</{e}:Body></{e}:Envelope>'
    ).encode()
