"""Every other word of a notice, once in French and once in English: no key can lack in one."""

from datetime import date
from typing import Final

import msgspec

from gateway.pages.typography import day_in_words


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """The fixed texts of the page, in the order in which they stand on it."""

    language: str
    reading_only: str
    not_signed: str
    test: str
    what_happened: str
    issuer: str
    submitter: str
    sender: str
    on_behalf_of: str
    transmission: str
    unreadable_id: str
    received: str
    by_door: str
    octets: str
    decided: str
    deadline: str
    disposition: str
    return_code: str
    results: str
    accepted: str
    of_which: str
    to_look_at: str
    rejected: str
    held: str
    who_must_act: str
    nobody: str
    counted_over_shown: str
    lines_touched: str
    whole_touched: str
    rule_page: str
    legal_source: str
    fix_command: str
    whole_heading: str
    whole_caption: str
    lines_heading: str
    lines_caption: str
    no_lines: str
    more_lines: str
    more_in_sheet: str
    line: str
    ref: str
    no_ref: str
    verdict: str
    until: str
    code: str
    text: str
    where: str
    whole: str
    steps: str
    steps_caption: str
    step: str
    outcome: str
    errors: str
    warnings: str
    references: str
    references_caption: str
    reference: str
    version: str
    dated: str
    rules: str
    receipts: str
    receipts_caption: str
    receipt: str
    proof: str
    proof_how: str
    proof_compare: str
    address: str
    id: str
    supersedes: str
    standing: str
    digest_of_lines: str
    digest_of_content: str
    digest_of_bytes: str
    digest_of_rules: str
    environment: str

    def moment(self, instant: str) -> str:
        """`2026-11-20T09:00:00.000Z` as a reader of the language writes it, in UTC."""
        day, _, time = instant.partition("T")
        return f"{day_in_words(date.fromisoformat(day), self.language)}, {time[:8]} UTC"


FRENCH: Final = Wording(
    language="fr",
    reading_only="Cette page est une lecture, non signée, d'un accusé signé : lui seul fait foi.",
    not_signed="Ce contrôle n'est ni enregistré ni signé : il ne prouve rien.",
    test="Essai : jugé comme un envoi véritable, mais rien n'entre au registre.",
    what_happened="Ce qui s'est passé",
    issuer="Délivré par",
    submitter="Déposé par",
    sender="Émetteur",
    on_behalf_of="Pour le compte de",
    transmission="Envoi",
    unreadable_id="identifiant illisible",
    received="Reçu le",
    by_door="par",
    octets="octets",
    decided="Jugé le",
    deadline="Échéance",
    disposition="Verdict sur l'ensemble",
    return_code="code retour",
    results="Lignes jugées",
    accepted="Acceptées",
    of_which="dont",
    to_look_at="à examiner",
    rejected="Refusées",
    held="En attente",
    who_must_act="Qui doit agir",
    nobody="Personne : il n'y a rien à faire.",
    counted_over_shown="Compté sur les premières lignes seulement :",
    lines_touched="Lignes concernées :",
    whole_touched="Porte sur l'envoi entier.",
    rule_page="Règle",
    legal_source="Source",
    fix_command="prépare, de cet accusé et du fichier envoyé, un envoi des seules lignes refusées.",
    whole_heading="Constats sur l'envoi",
    whole_caption="Constats qui portent sur l'envoi entier",
    lines_heading="Lignes à examiner",
    lines_caption="Lignes qui ne sont pas acceptées sans remarque",
    no_lines="Aucune : toutes les lignes jugées sont acceptées sans remarque.",
    more_lines="Toutes les lignes se lisent, en JSON, en XML et en tableau (CSV), à l'adresse",
    more_in_sheet="Les autres se lisent dans le tableau (CSV) et le JSON de la même demande.",
    line="Ligne",
    ref="Référence",
    no_ref="non reprise",
    verdict="Verdict",
    until="En attente jusqu'au",
    code="Code",
    text="Ce qui ne va pas, et le remède",
    where="Où",
    whole="l'envoi entier",
    steps="Étapes",
    steps_caption="Étapes de l'examen",
    step="Étape",
    outcome="Issue",
    errors="Erreurs",
    warnings="Avertissements",
    references="Références",
    references_caption="Références dont le verdict est tiré",
    reference="Référence",
    version="Version",
    dated="Du",
    rules="règles",
    receipts="Accusés donnés sous cet identifiant",
    receipts_caption="Du plus ancien au plus récent",
    receipt="Accusé",
    proof="Accusé signé et preuve",
    proof_how="Pour la preuve, hors ligne : enregistrez l'accusé de cette adresse, en JSON ou en"
    " XML, et les clés publiées, prises à une source sûre ; puis",
    proof_compare="L'accusé prouvé porte l'identifiant et l'empreinte (canonicalSha256) que voici.",
    address="Adresse",
    id="Identifiant",
    supersedes="Remplace l'accusé",
    standing="Accusé qui demeure",
    digest_of_lines="Empreinte des lignes (linesSha256)",
    digest_of_content="Empreinte du contenu (contentSha256)",
    digest_of_bytes="Empreinte des octets reçus (SHA-256)",
    digest_of_rules="Empreinte des règles (SHA-256)",
    environment="Installation",
)
ENGLISH: Final = Wording(
    language="en",
    reading_only="This page is a rendering, unsigned, of a signed receipt: that alone is evidence.",
    not_signed="This check is neither recorded nor signed: it proves nothing.",
    test="Test: judged like a real transmission, but nothing enters the register.",
    what_happened="What happened",
    issuer="Issued by",
    submitter="Submitted by",
    sender="Sender",
    on_behalf_of="On behalf of",
    transmission="Transmission",
    unreadable_id="unreadable id",
    received="Received on",
    by_door="by",
    octets="bytes",
    decided="Judged on",
    deadline="Deadline",
    disposition="Verdict on the whole",
    return_code="return code",
    results="Lines judged",
    accepted="Accepted",
    of_which="of which",
    to_look_at="to be looked at",
    rejected="Refused",
    held="Held",
    who_must_act="Who must act",
    nobody="Nobody: there is nothing to do.",
    counted_over_shown="Counted over the first lines only:",
    lines_touched="Lines concerned:",
    whole_touched="It is about the whole transmission.",
    rule_page="Rule",
    legal_source="Source",
    fix_command="prepares, from this receipt and the file sent, a transmission of the refused"
    " lines alone.",
    whole_heading="Findings on the transmission",
    whole_caption="Findings about the whole transmission",
    lines_heading="Lines to look at",
    lines_caption="Lines that are not plainly accepted",
    no_lines="None: every line judged is plainly accepted.",
    more_lines="All lines can be read, as JSON, XML and sheet (CSV), at the address",
    more_in_sheet="The others can be read in the sheet (CSV) and the JSON of the same request.",
    line="Line",
    ref="Reference",
    no_ref="not repeated",
    verdict="Verdict",
    until="Held until",
    code="Code",
    text="What is wrong, and the remedy",
    where="Where",
    whole="the whole transmission",
    steps="Steps",
    steps_caption="Steps of the examination",
    step="Step",
    outcome="Outcome",
    errors="Errors",
    warnings="Warnings",
    references="References",
    references_caption="References that the verdict was drawn from",
    reference="Reference",
    version="Version",
    dated="Dated",
    rules="rules",
    receipts="Receipts given under this id",
    receipts_caption="Oldest first",
    receipt="Receipt",
    proof="Signed receipt and proof",
    proof_how="To prove it, offline: save the receipt from this address, in JSON or XML, and the"
    " published keys, taken from a source you trust; then",
    proof_compare="The receipt so proved bears the id and the digest (canonicalSha256) below.",
    address="Address",
    id="Id",
    supersedes="Replaces the receipt",
    standing="Receipt that stands",
    digest_of_lines="Digest of the lines (linesSha256)",
    digest_of_content="Digest of the content (contentSha256)",
    digest_of_bytes="Digest of the bytes received (SHA-256)",
    digest_of_rules="Digest of the rules (SHA-256)",
    environment="Installation",
)


def wording(language: str) -> Wording:
    """The texts of `fr` or `en`."""
    return ENGLISH if language == "en" else FRENCH
