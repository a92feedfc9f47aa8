"""Where a finding bites, in words: a pointer into a transmission as a person would say it."""

from typing import Final

MEMBERS: Final[dict[str, tuple[str, str]]] = {
    "accreditation": ("accréditation", "accreditation"),
    "acknowledgementSha256": ("empreinte de l'accusé visé", "digest of the receipt aimed at"),
    "activities": ("activités", "activities"),
    "activity": ("activité", "activity"),
    "background": ("bruit de fond", "background"),
    "basedOn": ("examens retenus", "examinations relied on"),
    "belowLimit": ("sous la limite de détection", "below the detection limit"),
    "birthDate": ("date de naissance", "date of birth"),
    "birthName": ("nom de naissance", "name at birth"),
    "category": ("catégorie", "category"),
    "collectedFrom": ("début du recueil", "start of collection"),
    "collectedTo": ("fin du recueil", "end of collection"),
    "committed": ("dose engagée", "committed dose"),
    "corrects": ("ligne visée", "line aimed at"),
    "detectionLimit": ("limite de détection", "detection limit"),
    "dosimeter": ("dosimètre", "dosimeter"),
    "employer": ("employeur", "employer"),
    "end": ("fin", "end"),
    "endAt": ("heure de sortie", "time of exit"),
    "examination": ("examen", "examination"),
    "exposure": ("exposition au radon", "radon exposure"),
    "exposureTime": ("passage en zone", "time in the zone"),
    "firstName": ("prénom", "first name"),
    "flow": ("flux", "flow"),
    "id": ("identifiant", "id"),
    "idType": ("nature du numéro", "kind of number"),
    "inb": ("numéro d'INB", "INB number"),
    "intakeOn": ("date d'incorporation", "date of intake"),
    "issuedAt": ("date d'émission", "date of issue"),
    "justification": ("justification", "justification"),
    "kind": ("nature", "kind"),
    "location": ("emplacement", "location"),
    "measurement": ("mesure", "measurement"),
    "measurements": ("mesures", "measurements"),
    "monitoring": ("suivi", "monitoring"),
    "nir": ("NIR", "NIR"),
    "onBehalfOf": ("pour le compte de", "on behalf of"),
    "operation": ("opération", "operation"),
    "organ": ("organe", "organ"),
    "original": ("résultat d'origine", "original result"),
    "otherExposure": ("autre exposition", "other exposure"),
    "otherExposures": ("autres expositions", "other exposures"),
    "otherFirstNames": ("autres prénoms", "other first names"),
    "period": ("période", "period"),
    "physician": ("médecin", "physician"),
    "prescriber": ("prescripteur", "prescriber"),
    "quantity": ("grandeur", "quantity"),
    "radiation": ("rayonnement", "radiation"),
    "radionuclide": ("radionucléide", "radionuclide"),
    "radionuclides": ("radionucléides", "radionuclides"),
    "reason": ("motif", "reason"),
    "recordingLevel": ("seuil d'enregistrement", "recording level"),
    "ref": ("référence", "reference"),
    "result": ("ligne", "line"),
    "results": ("lignes", "lines"),
    "route": ("voie d'incorporation", "route of intake"),
    "rpps": ("RPPS", "RPPS"),
    "sender": ("émetteur", "sender"),
    "serial": ("numéro de série", "serial number"),
    "sex": ("sexe", "sex"),
    "side": ("côté", "side"),
    "siret": ("SIRET", "SIRET"),
    "site": ("lieu", "site"),
    "situation": ("situation d'exposition", "exposure situation"),
    "start": ("début", "start"),
    "startAt": ("heure d'entrée", "time of entry"),
    "status": ("statut", "status"),
    "sumMsv": ("somme", "sum"),
    "takenOn": ("date du prélèvement", "date of sampling"),
    "test": ("essai", "test"),
    "totals": ("totaux de contrôle", "control totals"),
    "transmission": ("envoi", "transmission"),
    "type": ("type", "type"),
    "uncertainty": ("incertitude", "uncertainty"),
    "unit": ("unité", "unit"),
    "usedName": ("nom d'usage", "name in use"),
    "value": ("valeur", "value"),
    "version": ("version", "version"),
    "work": ("travaux", "work"),
    "worker": ("travailleur", "worker"),
}
"""Every member of a transmission (`specs/xsd/transmission`), in French and English."""
ITEMS: Final = {
    "activities": "activity",
    "basedOn": "result",
    "measurements": "measurement",
    "otherExposures": "otherExposure",
    "radionuclides": "radionuclide",
    "results": "result",
}
"""What an index under a list counts."""


def place(pointer: str | None, language: str) -> str:
    """`/results/3/worker/nir` as « ligne 4, travailleur, NIR »; counted from 1, as people do."""
    words: list[str] = []
    above = ""
    for token in (pointer or "").split("/")[1:]:
        if token.isdecimal() and above in ITEMS:
            words[-1] = f"{_word(ITEMS[above], language)} {int(token) + 1}"
        else:
            words.append(_word(token, language))
        above = token
    return ", ".join(words)


def _word(name: str, language: str) -> str:
    french, english = MEMBERS.get(name, (name, name))
    return english if language == "en" else french
