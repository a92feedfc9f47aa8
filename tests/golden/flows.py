"""The good cases: each flow with each operation that it permits, as `transmission/` has them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import specs
from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.transmission import Flow, SenderType
from tests.golden.cases import Case, Message, bodies_of
from tests.golden.directories import SINCE

SOURCES = {
    "PASSIVE_EXTERNAL": "Arrêté du 23 juin 2023 (SISERI), art. 11 et 13",
    "RADON": "Code du travail, art. R. 4451-64 et R. 4451-65 ; arrêté du 16 novembre 2023",
    "RADIOTOXICOLOGY": "Arrêté du 23 juin 2023 (SISERI), art. 11 et 15",
    "BODY_COUNTING": "Arrêté du 23 juin 2023 (SISERI), art. 11 et 15",
    "OPERATIONAL": "Arrêté du 23 juin 2023 (SISERI), art. 17",
    "AIRCREW": "Code du travail, art. R. 4451-65 II ; arrêté du 5 août 2025",
    "COMMITTED_DOSE": "Code du travail, art. R. 4451-65 III ; arrêté du 23 juin 2023, art. 23",
}
NAMES = {
    "OA": "Laboratoire Exemple",
    "OPERATOR": "Exploitant Exemple",
    "PHYSICIAN": "Service de santé au travail Exemple",
    "AUTHORISED_BODY": "Organisme habilité Exemple",
}
SINCE_ISSUED = timedelta(minutes=10)
"""The instant of reception is that of issue and this."""
OLDER = "2025-03-25T10:00:00.000Z"
"""When the result that `body_counting-correction` describes had been sent."""


def published() -> dict[str, dict[str, Any]]:
    """The transmissions of `transmission/` by name, in the order of their issue."""
    folder = specs.path("examples/transmission")
    forms = {path.stem: json.loads(path.read_bytes()) for path in folder.glob("*.json")}
    return dict(sorted(forms.items(), key=lambda item: (_issued(item[1]), item[0])))


def flow_cases(directory: str) -> list[Case]:
    """One case for each flow and operation; what it aims at was sent before."""
    forms = published()
    folder = specs.path("examples/transmission")
    messages = {
        name: Message(
            path=f"transmission/{name}",
            bodies={form: (folder / f"{name}.{form}").read_bytes() for form in ("json", "xml")},
            by=_sender(form),
        )
        for name, form in forms.items()
    }
    cases = []
    for name, form in forms.items():
        flow, operation = form["flow"], form["results"][0]["operation"]
        before = [messages[earlier] for earlier in forms if _needs(forms, name, earlier)]
        if "original" in form["results"][0].get("corrects", {}):
            before.append(_older(name, form))
        cases.append(
            Case(
                name=f"flows/{name}",
                says="good",
                about=f"{flow}, {operation}",
                source=SOURCES[flow],
                message=messages[name],
                before=tuple(before),
                directory=directory,
                received_at=_issued(form) + SINCE_ISSUED,
                form=form,
            )
        )
    return sorted(cases, key=lambda case: case.name)


def _needs(forms: Mapping[str, Mapping[str, Any]], name: str, earlier: str) -> bool:
    """Whether `name` aims at a line of `earlier`, rests on one, or ends its absence."""
    aimed = {
        reference["transmission"]
        for line in forms[name]["results"]
        for reference in (line.get("corrects", {}), *line.get("committed", {}).get("basedOn", ()))
        if "transmission" in reference
    }
    is_absence = earlier == name.replace("-late", "-absence") != name
    return forms[earlier]["id"] in aimed or is_absence


def _older(name: str, form: dict[str, Any]) -> Message:
    """The result that a correction by its natural key aims at, as it had first been sent."""
    older = json.loads(json.dumps(form)) | {
        "id": "3c9d2f54-6a1e-4b0c-8f27-0d5e9a714b60",
        "issuedAt": OLDER,
    }
    (line,) = older["results"]
    del line["corrects"]
    line |= {"ref": "ANT/25/C0101", "operation": "INITIAL"}
    line["examination"]["activities"][0]["value"] = "120"
    return Message(path=f"cases/flows/{name}.before-1", bodies=bodies_of(older), by=_sender(form))


def _sender(form: Mapping[str, Any]) -> Partner:
    stated = form["sender"]
    return Partner(
        id=f"{stated['type'].lower()}-{form['flow'].lower()}".replace("_", "-"),
        name=NAMES[stated["type"]],
        siret=Siret.parse(stated["siret"]),
        type=SenderType(stated["type"]),
        flows=frozenset({Flow(form["flow"])}),
        accreditation=stated.get("accreditation"),
        accredited_from=SINCE if "accreditation" in stated else None,
    )


def _issued(form: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(form["issuedAt"]).astimezone(UTC)
