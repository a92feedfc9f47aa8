"""What the double is asked: read, and judged by the schemas as INSi would."""

from dataclasses import dataclass
from pathlib import Path

from lxml import etree

import specs
from tests.partners.services_ps_ameli_fr.answers import ADDRESSING, ENVELOPE, SIRAM, VERIFICATION

SEARCH = "{http://www.cnamts.fr/INSiRecSans}"
VERIFY = f"{{{VERIFICATION}}}"
BAM, LPS = "{urn:siram:bam:ctxbam}", "{urn:siram:lps:ctxlps}"
ACTIONS = "urn:ServiceIdentiteCertifiee:1.0.0:"
OPERATIONS = {
    f"{SEARCH}RECSANSVITALE": "rechercherInsAvecTraitsIdentite",
    f"{VERIFY}IndividuVerifie": "verifierInsAvecTraitsIdentite",
}


class Refused(Exception):
    """A request that INSi would not take; the message says which part."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked."""

    operation: str
    message_id: str
    idam: str
    birth_name: str
    first_names: tuple[str, ...]
    sex: str
    birth_date: str
    birthplace: str | None
    number: str | None = None
    oid: str | None = None


class Contract:
    """The schemas under `specs/ameli`."""

    def __init__(self, file: Path | None = None) -> None:
        self._schema = etree.XMLSchema(file=str(file or specs.path("ameli/messages.xsd")))

    def question(self, content: bytes, *, action: str) -> Question:
        """What `content` asks; raises `Refused`."""
        root = etree.fromstring(content)
        if root.tag != f"{{{ENVELOPE}}}Envelope":
            raise Refused("envelope")
        blocks = {block.tag: block for block in root.iterfind(f"{{{ENVELOPE}}}Header/*")}
        wanted = {
            *(f"{BAM}ContexteBAM", f"{LPS}ContexteLPS"),
            *(f"{{{ADDRESSING}}}MessageID", f"{{{ADDRESSING}}}Action"),
        }
        if blocks.keys() != wanted:
            raise Refused(f"header: {sorted(map(str, blocks.keys() ^ wanted))}")
        (body,) = root.iterfind(f"{{{ENVELOPE}}}Body/*")
        for element in (*blocks.values(), body):
            self.must_hold(element)
        operation = OPERATIONS.get(str(body.tag))
        stated = blocks[f"{{{ADDRESSING}}}Action"].text
        if operation is None or {stated, action} != {ACTIONS + operation}:
            raise Refused("action")
        message_id = blocks[f"{{{ADDRESSING}}}MessageID"].text or ""
        if not message_id.startswith("uuid:"):
            raise Refused("message id")
        context = blocks[f"{LPS}ContexteLPS"]
        return Question(
            operation=operation,
            message_id=message_id,
            idam=context.findtext(f"{LPS}LPS/{LPS}IDAM") or "",
            **_asked(body),
        )

    def must_hold(self, element: etree._Element) -> None:
        """Raise `Refused` with the schema's own words."""
        alone = etree.fromstring(etree.tostring(element))
        if not self._schema.validate(alone):
            raise Refused(str(self._schema.error_log))

    def must_answer(self, content: bytes) -> None:
        """Raise `Refused` where an answer of ours is not by the schemas."""
        (inside,) = etree.fromstring(content).iterfind(f"{{{ENVELOPE}}}Body/*")
        if inside.tag != f"{{{ENVELOPE}}}Fault":
            self.must_hold(inside)
            return
        for stated in inside.iter(f"{{{SIRAM}}}Erreur"):
            # the service breaks its own enumeration
            if stated.get("severite") == "fatal":
                stated.set("severite", "fatale")
            self.must_hold(stated)


def _asked(body: etree._Element) -> dict:
    is_search = str(body.tag).startswith(SEARCH)
    ns = SEARCH if is_search else VERIFY
    traits = body if is_search else body.find(f"{ns}TraitsIdentiteIndividu")
    assert traits is not None
    lists = (traits.findtext(f"{ns}ListePrenom") or "").split()
    return {
        "birth_name": traits.findtext(f"{ns}NomNaissance") or "",
        "first_names": tuple(e.text or "" for e in traits.iter(f"{ns}Prenom"))
        if is_search
        else tuple(lists),
        "sex": traits.findtext(f"{ns}Sexe") or "",
        "birth_date": traits.findtext(f"{ns}DateNaissance") or "",
        "birthplace": traits.findtext(f"{ns}LieuNaissance"),
        "number": body.findtext(f".//{ns}NumIdentifiant"),
        "oid": body.findtext(f".//{ns}OID"),
    }
