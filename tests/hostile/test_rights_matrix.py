"""Every operation of both doors, by every role, aimed at what is another's: nothing leaks (R22).

And every operation of the register's listener: the register's token opens it, and nothing else; nor
does that token open anything of a partner. The matrix is made of the contract: an operation that is
added has no place here until its row says who may do what with it, and the first tests fail.
"""

from datetime import date
from itertools import product
from typing import Any, Final

import msgspec
import pytest

from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.partners import Mandate
from gateway.model.transmission import Flow, SenderType
from gateway.rules.exampleanswers import verified
from tests import builders
from tests.conformance.document import OPERATIONS
from tests.doors.conftest import portal
from tests.doors.test_administration_document import DOCUMENT as ADMINISTRATION
from tests.doors.test_directory_writing import ADMIN, FILE, put
from tests.fake_answers import FixedAnswers
from tests.running import THE_LABORATORY, THE_OPERATOR, Running, a_row

__all__ = ["portal"]
READ = frozenset({Flow.PASSIVE_EXTERNAL})


def partner(name: str, siret: str, kind: SenderType | None, *flows: Flow) -> Partner:
    return Partner(
        id=name,
        name=f"Exemple {name}",
        siret=Siret.parse(siret),
        type=kind,
        flows=frozenset(flows),
        accreditation="1-0002" if kind is SenderType.OA else None,
    )


PARTNERS: Final = (
    THE_LABORATORY,
    THE_OPERATOR,
    partner("other-laboratory", "90000005000014", SenderType.OA, *READ),
    partner("employer", builders.EMPLOYER, SenderType.EMPLOYER, Flow.OPERATIONAL),
    partner("physician", "90000006800016", SenderType.PHYSICIAN, *READ),
    partner("body", "90000007600019", SenderType.AUTHORISED_BODY, Flow.AIRCREW),
    partner("agent", "90000008400013", None),
    partner("idle-agent", "90000009200016", None),
    msgspec.structs.replace(THE_LABORATORY, id="same-siret-disabled"),
)
OWNERS: Final = {"laboratory", "agent"}
"""Whose the transmission is, and who holds a mandate of it."""
MAY_SEND: Final = OWNERS | {"operator"}
"""Who is attached to a worker of the employer, and who speaks for one of them."""
REGISTER: Final = "register"
"""Who holds the register's token: to partners' doors, nobody."""
STRANGERS: Final = {
    *("stranger", "garbage", "revoked", "same-siret-disabled", REGISTER, "former-register"),
}
ROLES: Final = sorted({one.id for one in PARTNERS} | STRANGERS)
ALL, OWN, OWN_SENDER, NOBODY = "anybody", "owner", "in the owner's name", "no bearer token"
ATTACHED: Final = "who may send for a worker of the establishment"
VERIFIES: Final = "who may send for the worker there, his own employer among them"
ROWS: Final = {
    "submitTransmission": OWN_SENDER,
    "checkTransmission": OWN_SENDER,
    "listTransmissions": OWN,
    "readTransmission": OWN,
    "readReceipt": OWN,
    "readReceiptLines": OWN,
    "listRules": "authenticated",
    "readRule": "authenticated",
    "readContacts": ATTACHED,
    "readEstablishment": "authenticated",
    "verifyWorker": VERIFIES,
    "readMe": "authenticated",
    "ping": "authenticated",
    "readEnrolment": ALL,
    "readRevocationList": ALL,
    "readSigningKeys": ALL,
    "readLiveness": ALL,
    "readReadiness": ALL,
    "readServerMetadata": ALL,
    "readTokenKeys": ALL,
    "readCheckpoint": ALL,
    "readHashTile": ALL,
    "readPartialHashTile": ALL,
    "readEntryBundle": ALL,
    "readPartialEntryBundle": ALL,
    "requestToken": NOBODY,
    "enrol": NOBODY,
    "revokeCredential": NOBODY,
}
REGISTER_ROWS: Final = {
    "putWorkers": REGISTER,
    "putContacts": REGISTER,
    "putDecisions": REGISTER,
    "readMetrics": ALL,
}
REGISTER_OPERATIONS: Final = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in ADMINISTRATION["paths"].items()
    for method, operation in item.items()
}
WRITTEN: Final = ("directory_workers", "directory_contacts", "dose_decisions", "audit_entries")
SOAP_ROWS: Final = {
    "SubmitTransmission": OWN_SENDER,
    "CheckTransmission": OWN_SENDER,
    "GetReceipt": OWN,
    "GetLines": OWN,
    "ListTransmissions": OWN,
    "Ping": "authenticated",
}


class Aimed:
    """A gateway with one transmission of the laboratory, at which every role aims."""

    def __init__(self, running: Running) -> None:
        self.running = running
        line = builders.a_line(ref="SECRET-REF-77", worker=builders.a_worker(9))
        self.sent = builders.a_transmission(results=[line])
        self.receipt = running.submit(self.sent, by="laboratory").acknowledgement
        self.marks = [
            mark.encode() for mark in ("SECRET-REF-77", self.receipt["id"], THE_LABORATORY.name)
        ]

    def by(self, role: str) -> str | None:
        return {"stranger": None, "garbage": "x" * 43}.get(role, role)

    def rest(self, name: str, role: str) -> Any:
        method, path, _ = OPERATIONS[name]
        path = path.replace("{ackId}", self.receipt["id"]).replace("{id}", self.sent["id"])
        path = path.replace("{siret}", builders.EMPLOYER)
        path = path.replace("{code}", "R001").replace("{authority}", "0" * 40)
        path = path.replace("{level}", "0").replace("{index}", "000").replace("{width}", "1")
        if name in {"listTransmissions", "readTransmission"}:
            path += f"?sender={builders.LABORATORY}"
        body, headers = b"", {}
        if method.lower() == "post":
            body, headers = self._body(name), {"content-type": "application/json"}
        if name == "requestToken":
            body = b"grant_type=client_credentials&client_id=laboratory"
            headers = {"content-type": "application/x-www-form-urlencoded"}
        return self.running.request(
            method.upper(), path, by=self.by(role), headers=headers, content=body
        )

    def register(self, name: str, role: str) -> Any:
        method, path, _ = REGISTER_OPERATIONS[name]
        token = self.running.tokens.get(role, self.by(role))
        content = {
            "putWorkers": FILE,
            "putContacts": f"employer_siret;role;name\n{builders.EMPLOYER};CRP;MOREAU Anne\n",
            "putDecisions": "sender_siret;transmission;ref;decision;decided_on;rpps\n"
            f"{builders.LABORATORY};{self.sent['id']};SECRET-REF-77;CANCELLED;2026-11-02;1\n",
            "readMetrics": "",
        }[name]
        return put(self.running, path, token=token, content=content, method=method)

    def written(self) -> list[int]:
        """How much there is of what the register states, and of what is told of it."""
        return [self.running.counted(table) for table in WRITTEN]

    def _body(self, name: str) -> bytes:
        if name in {"submitTransmission", "checkTransmission"}:
            return builders.in_json(builders.a_transmission())
        if name == "verifyWorker":
            worker = builders.a_worker(1)
            return builders.in_json({"worker": worker, "employer": {"siret": builders.EMPLOYER}})
        return b"" if name == "ping" else b"{}"

    def soap(self, name: str, role: str) -> Any:
        names = f'xmlns:o="{builders.SERVICE}"'
        inside: Any = {
            "GetReceipt": f"<o:acknowledgement {names}>{self.receipt['id']}</o:acknowledgement>",
            "GetLines": f"<o:acknowledgement {names}>{self.receipt['id']}</o:acknowledgement>",
            "ListTransmissions": f"<o:sender {names}>{builders.LABORATORY}</o:sender>",
            "Ping": "",
        }.get(name)
        if inside is None:
            inside = builders.element(builders.a_transmission())
        body = builders.in_soap(inside, operation=name)
        headers = builders.soap_headers(operation=name)
        return self.running.request(
            "POST", "/soap/v1", by=self.by(role), headers=headers, content=body
        )


@pytest.fixture(scope="module")
def aimed(tmp_path_factory: pytest.TempPathFactory, portal: Any) -> Any:
    running = Running(
        tmp_path_factory.mktemp("home"),
        portal=portal,
        partners=PARTNERS,
        rows=[a_row(number) for number in range(1, 5)],
        verification=FixedAnswers(verified()),
        admin_bind=ADMIN,
    )
    register = running.store.register
    register.mandate(Mandate(agent="agent", mandator="laboratory", start=date(2026, 1, 1)))
    running.tokens["revoked"] = running.tokens["physician"]
    running.tokens["physician"] = register.renew_token("physician")
    for role in ("former-register", REGISTER):
        running.tokens[role] = running.store.register_tokens.renew()
    yield Aimed(running)
    running.close()


@pytest.fixture(scope="module", autouse=True)
def _disabled(aimed: Aimed) -> None:
    aimed.running.store.register.disable("same-siret-disabled")


def test_every_operation_of_the_contract_has_its_row() -> None:
    assert OPERATIONS.keys() == ROWS.keys()


def test_every_operation_of_the_soap_door_has_its_row(aimed: Aimed) -> None:
    wsdl = aimed.running.request("GET", "/soap/v1?wsdl").text
    assert {name for name in SOAP_ROWS if f'operation name="{name}"' in wsdl} == SOAP_ROWS.keys()
    assert wsdl.count("<wsdl:operation name=") == 3 * len(SOAP_ROWS)  # port type, two bindings


def test_every_operation_of_the_register_s_listener_has_its_row_and_its_scheme() -> None:
    assert REGISTER_OPERATIONS.keys() == REGISTER_ROWS.keys()
    for name, (_, _, operation) in REGISTER_OPERATIONS.items():
        schemes = operation.get("security", ADMINISTRATION["security"])
        assert schemes == ([] if REGISTER_ROWS[name] == ALL else [{"register": []}]), name


def expected(row: str, role: str) -> set[int]:
    if row == ALL:
        return {200, 404}  # an authority that there is not, a tile that is not full
    if row == NOBODY or role in STRANGERS:
        return {401}
    if row == OWN and role not in OWNERS:
        return {404}
    if role not in {ATTACHED: MAY_SEND, VERIFIES: MAY_SEND | {"employer"}}.get(row, ROLES):
        return {404}
    if row == OWN_SENDER and role not in OWNERS:
        return {422}
    return {200}


@pytest.mark.parametrize(("name", "role"), sorted(product(ROWS, ROLES)))
def test_by_rest_each_role_gets_its_own_and_nothing_of_another(
    aimed: Aimed, name: str, role: str
) -> None:
    row = ROWS[name]
    answer = aimed.rest(name, role)
    assert answer.status_code in expected(row, role), answer.text[:300]
    if row == OWN_SENDER and role not in OWNERS | STRANGERS:
        assert b'"code":"H003"' in answer.content
    if role not in OWNERS:
        assert not [mark for mark in aimed.marks if mark in answer.content]


@pytest.mark.parametrize(("name", "role"), sorted(product(SOAP_ROWS, ROLES)))
def test_by_soap_each_role_gets_its_own_and_nothing_of_another(
    aimed: Aimed, name: str, role: str
) -> None:
    row = SOAP_ROWS[name]
    answer = aimed.soap(name, role)
    codes = {401: b">A001<", 404: b">A003<", 422: b"H003"}
    (status,) = expected(row, role)
    if status in codes:
        assert codes[status] in answer.content, answer.text[:600]
        assert answer.status_code == (200 if status == 422 else 500)
    else:
        assert answer.status_code == 200, answer.text[:600]
    if role not in OWNERS:
        assert not [mark for mark in aimed.marks if mark in answer.content]


@pytest.mark.parametrize(("name", "role"), sorted(product(REGISTER_ROWS, ROLES)))
def test_on_the_register_s_listener_its_own_token_alone_opens_what_is_its_own(
    aimed: Aimed, name: str, role: str
) -> None:
    before = aimed.written()
    answer = aimed.register(name, role)
    is_open = REGISTER_ROWS[name] == ALL or role == REGISTER
    assert answer.status_code == (200 if is_open else 401), answer.text[:300]
    assert not [mark for mark in aimed.marks if mark in answer.content]
    if not is_open:
        assert answer.json()["code"] == "A001"
        assert aimed.written() == before


def test_nothing_that_a_foreigner_tried_left_a_line(aimed: Aimed) -> None:
    for role in sorted(set(ROLES) - OWNERS):
        before = aimed.running.counted("lines")
        aimed.rest("submitTransmission", role)
        assert aimed.running.counted("lines") == before
