"""Codes that another step raises: their entries are here, their checks are not."""

from typing import Final

from gateway.model.verdict import Action, Actor, Level, Step
from gateway.rules.example import Example, RawExample
from gateway.rules.examples import SECOND_LINE
from gateway.rules.rule import declare

_CONTRACT: Final = "Contrat d'interface, version 1"

declare(
    "T003",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.PARSE,
    source=f"{_CONTRACT}, § 0",
    fr="Le document contient un DOCTYPE, une instruction de traitement, un commentaire ou une "
    "section CDATA. Retirez-les et renvoyez ; le même identifiant peut resservir.",
    en="The document holds a DOCTYPE, a processing instruction, a comment or a CDATA section. "
    "Remove them and send again; the same id may be used.",
    example=RawExample(
        base="passive", media_type="application/xml", passes="plain", fails="doctype"
    ),
)
declare(
    "T004",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.PARSE,
    source=f"{_CONTRACT}, § 0",
    fr="Le document n'est pas codé en UTF-8. Enregistrez-le en UTF-8, déclaration comprise, et "
    "renvoyez ; le même identifiant peut resservir.",
    en="The document is not encoded in UTF-8. Save it as UTF-8, declaration included, and send "
    "again; the same id may be used.",
    example=RawExample(
        base="passive", media_type="application/xml", passes="plain", fails="latin-1"
    ),
)
declare(
    "T005",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.PARSE,
    source=f"{_CONTRACT}, limites publiées",
    fr="Le document dépasse une limite publiée : balises, profondeur, membres d'un objet ou "
    "longueur d'un nombre. Suivez le contrat, qui n'en demande jamais tant, et renvoyez.",
    en="The document exceeds a published limit: tags, depth, members of an object or length of a "
    "number. Follow the contract, which never needs as much, and send again.",
    example=RawExample(
        base="passive", media_type="application/json", passes="plain", fails="long-number"
    ),
)
declare(
    "T006",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.PARSE,
    source=f"{_CONTRACT}, § 0 ; RFC 8259 § 4",
    fr="Un objet JSON porte deux fois le même membre : on ne peut savoir lequel vaut. Gardez-en "
    "un seul et renvoyez ; le même identifiant peut resservir.",
    en="A JSON object has the same member twice: nobody can tell which one counts. Keep a single "
    "one and send again; the same id may be used.",
    example=RawExample(
        base="passive", media_type="application/json", passes="plain", fails="repeated-member"
    ),
)
declare(
    "T007",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.PARSE,
    source=f"{_CONTRACT}, § 0 ; RFC 8259 § 8.2",
    fr="Un texte contient une moitié de caractère (surrogate isolé), qui n'existe pas en UTF-8. "
    "Corrigez le codage des textes et renvoyez ; le même identifiant peut resservir.",
    en="A text holds half a character (lone surrogate), which does not exist in UTF-8. Correct "
    "the encoding of texts and send again; the same id may be used.",
    example=RawExample(
        base="passive", media_type="application/json", passes="plain", fails="lone-surrogate"
    ),
)
declare(
    "T008",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.PARSE,
    source=f"{_CONTRACT}, § 0 ; RFC 8259 § 6",
    fr="NaN ou Infinity n'est pas un nombre JSON. Écrivez une valeur décimale, ou retirez le "
    "membre, et renvoyez ; le même identifiant peut resservir.",
    en="NaN or Infinity is not a JSON number. Write a decimal value, or leave the member out, and "
    "send again; the same id may be used.",
    example=RawExample(
        base="passive", media_type="application/json", passes="plain", fails="not-a-number"
    ),
)
declare(
    "S001",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.PARSE,
    source=f"{_CONTRACT}, § 0",
    fr="Le document n'est pas bien formé, ou sa racine n'est pas celle d'un envoi. Contrôlez-le "
    "avec « siseri-gateway check », corrigez et renvoyez.",
    en="The document is not well-formed, or its root is not that of a transmission. Check it with "
    "`siseri-gateway check`, correct it and send again.",
    example=RawExample(
        base="passive", media_type="application/json", passes="plain", fails="truncated"
    ),
)
declare(
    "S002",
    level=Level.ERROR,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.VALIDATE,
    source=f"{_CONTRACT}, § 0 à 2",
    fr="La structure ne suit pas le schéma : membre inconnu, manquant, mal écrit ou hors liste. Ce "
    "membre est nommé par « siseri-gateway check » et POST /v1/checks ; corrigez-le et renvoyez.",
    en="The structure does not follow the schema: a member is unknown, missing, badly written or "
    "not listed. `siseri-gateway check` and POST /v1/checks name it; correct it and send again.",
    example=Example(
        base="passive",
        pointer="/results/1/operation",
        passes="INITIAL",
        fails="UNHEARD_OF",
        also=(("/results/1", SECOND_LINE),),
    ),
)
declare(
    "S003",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.VALIDATE,
    source=f"{_CONTRACT}, § 1",
    fr="Cette version du contrat n'existe pas ici. Écrivez l'envoi dans une version publiée.",
    en="This version of the contract does not exist here. Write the transmission in a published "
    "version.",
    example=Example(base="passive", pointer="/version", passes="1.0", fails="1.1"),
)
declare(
    "S007",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.CHECK,
    source=f"{_CONTRACT}, § 3",
    fr="Cet identifiant a déjà servi à un envoi jugé d'un autre contenu ; ce premier verdict "
    "demeure. Donnez un nouvel identifiant à chaque nouveau contenu.",
    en="This id was already used by a judged transmission with other content; that first verdict "
    "stands. Give each new content a new id.",
    example=Example(
        base="passive",
        pointer="/id",
        passes="6d8b1c52-3f0e-4c8e-9d7a-2b1f6c0a9e55",
        fails="0f3d4a9e-7c21-4b7e-8a55-9e1c2d3b4f60",
        given=(
            (
                ("/id", "0f3d4a9e-7c21-4b7e-8a55-9e1c2d3b4f60"),
                ("/results/0/dosimeter/location", "WHOLE_BODY"),
                ("/results/0/measurements/0/radiation", "NEUTRON"),
            ),
        ),
    ),
)
declare(
    "S011",
    level=Level.FATAL,
    actor=Actor.SENDER,
    action=Action.CORRECT,
    step=Step.VALIDATE,
    source=f"{_CONTRACT}, § 1",
    fr="L'en-tête Idempotency-Key diffère de l'identifiant de l'envoi. Rendez-les égaux, ou "
    "n'envoyez pas cet en-tête.",
    en="The Idempotency-Key header differs from the id of the transmission. Make them equal, or "
    "leave the header out.",
    example=RawExample(
        base="passive", media_type="application/json", passes="own-key", fails="other-key"
    ),
)
declare(
    "R009",
    level=Level.ERROR,
    actor=Actor.EMPLOYER,
    action=Action.CONTACT,
    step=Step.VERIFY,
    source=f"{_CONTRACT}, § 3 ; arrêté du 23 juin 2023 (SISERI), art. 9 II, 11 et 12",
    fr="Le délai d'attente de la ligne est écoulé sans que le registre ait connu le travailleur. "
    "Faites régulariser l'inscription par l'employeur, puis renvoyez le résultat.",
    en="The time that the line could wait for is over and the register still does not know the "
    "worker. Have the employer put the registration right, then send the result again.",
    example=Example(
        base="passive",
        pointer="/results/0/period/end",
        passes="2026-08-31",
        fails="2026-07-31",
        also=(
            ("/results/0/period/start", "2026-06-01"),
            ("/results/0/monitoring/otherExposures", ["EMERGENCY_2"]),
        ),
    ),
)
