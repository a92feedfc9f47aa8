"""Why a row is refused: a stable code with its text. Never a value in any of them."""

from typing import Final

from gateway.directory.rows import BadRow

REASONS: Final = {
    "EMPTY": ("Valeur obligatoire absente.", "A required value is missing."),
    "I001": ("Ce n'est pas un NIR ou un NIA de 15 caractères.", "Not a NIR of 15 characters."),
    "I002": ("La clé du NIR est fausse.", "The key of the NIR is wrong."),
    "I003": ("Numéro provisoire ou migrant refusé.", "A provisional or migrant number is refused."),
    "I004": ("Ce n'est pas un numéro RPPS.", "Not an RPPS number."),
    "E001": ("Ce n'est pas un SIRET.", "Not a SIRET."),
    "CODE": ("Ce code n'est pas admis dans cette colonne.", "This column does not take this code."),
    "DATE": ("Date attendue : AAAA-MM-JJ.", "A date YYYY-MM-DD is expected."),
    "ORDER": ("La fin précède le début.", "The end is before the start."),
    "DOSE": ("Dose attendue en mSv, trois décimales au plus.", "A dose in mSv is expected."),
    "BALANCE": (
        "Un bilan exige balance_as_of et balance_effective_msv.",
        "A balance needs both balance_as_of and balance_effective_msv.",
    ),
    "SHARE": (
        "Part d'un temps plein attendue, de plus de 0 à 1, trois décimales au plus.",
        "A share of full time is expected, above 0 and at most 1.",
    ),
    "DOMAIN": ("Ce secteur n'est pas de ce domaine.", "This sector is not of this domain."),
    "EMAIL": ("Adresse électronique attendue.", "An e-mail address is expected."),
    "PHONE": ("Numéro de téléphone attendu.", "A telephone number is expected."),
    "REACHED": (
        "Une adresse électronique ou un téléphone est nécessaire.",
        "An e-mail address or a telephone number is needed.",
    ),
    "RPPS": (
        "Le numéro RPPS est celui d'un médecin, qui doit l'avoir.",
        "An RPPS number is a physician's, who must have one.",
    ),
    "NOBODY": (
        "NONE dit que l'établissement n'a aucun contact : rien d'autre sur cette ligne.",
        "NONE says that the establishment has no contact: nothing else in that row.",
    ),
    "UUID": ("UUID attendu.", "A UUID is expected."),
    "FUTURE": ("Cette date est à venir.", "This date is to come."),
    "RETAINED": (
        "Une dose retenue est celle d'une décision MODIFIED.",
        "A dose is retained by the decision MODIFIED alone.",
    ),
    "BOUND": (
        "Dose impossible : vérifiez l'unité, qui est le mSv.",
        "An impossible dose: check the unit, which is the mSv.",
    ),
    "WITHDRAWN": (
        "NONE dit qu'il n'y a plus de décision : rien d'autre à son sujet sur cette ligne.",
        "NONE says that there is no decision any more: nothing else of it in that row.",
    ),
    "LINE_UNKNOWN": (
        "Aucun résultat de ce nom : vérifiez émetteur, envoi et référence.",
        "No result has this name: check the sender, the transmission and the reference.",
    ),
    "LINE_NOT_IN_FORCE": (
        "Ce résultat n'est pas ou plus en vigueur : visez celui qui l'est.",
        "This result is not or no longer in force: name the one that is.",
    ),
    "ABSENCE": (
        "Une absence de résultat déclarée n'a pas de dose.",
        "A declared absence of result has no dose.",
    ),
    "LENGTH": ("Texte trop long.", "The text is too long."),
    "TEXT": ("Caractère non admis.", "A character is not allowed."),
    "CELLS": ("La ligne ne suit pas l'en-tête.", "The row does not follow the header."),
    "HEADER_MISSING": ("Cette colonne manque dans l'en-tête.", "The header lacks this column."),
    "HEADER_REPEATED": ("Cette colonne figure deux fois.", "This column stands twice."),
    "HEADER_UNKNOWN": ("L'en-tête a une colonne inconnue.", "The header has an unknown column."),
}


class RowRefused(Exception):
    """A column of a row cannot be read; `code` says why."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(f"{column}: {code}")
        self.column = column
        self.code = code

    def at(self, number: int) -> BadRow:
        """What is reported of the row."""
        fr, en = REASONS[self.code]
        return BadRow(number=number, column=self.column, reason_code=self.code, fr=fr, en=en)
