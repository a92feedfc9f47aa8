"""Every operation is called once for every status that the document lists for it.

Each answer is held to the document: media type, headers, schema. What the generated calls of
`test_generated` meet is held to it too, so that no status is undocumented and none unreachable.
"""

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from time import sleep
from typing import NamedTuple

import anyio
import httpx
import pytest
from anyio.from_thread import BlockingPortal

from gateway.api.exchange import Pace
from gateway.model.record import RecordKey
from gateway.rules.exampleanswers import verified
from gateway.wire import json
from gateway.wire.canonical import jcs
from signing.authority import new_authority
from signing.held_key import Kind, new_key
from tests import builders, enrolling
from tests.conformance.document import DOCUMENTED, OPERATIONS, address, document
from tests.enrolled import put
from tests.enrolling import revocation
from tests.fake_answers import FixedAnswers
from tests.machines import Machine
from tests.running import HOST, NOW, Running

HURRIED = Pace(deadline_s=0.5, grace_s=0.1)
PUBLIC = {name for name, (_, _, given) in OPERATIONS.items() if given.get("security") == []}
OF_THE_LOG = {name for name, (_, path, _) in OPERATIONS.items() if path.startswith("/log/")}
JSON = [("content-type", "application/json")]
FORM = [("content-type", "application/x-www-form-urlencoded")]
UNKNOWN = {
    "id": str(uuid.UUID(int=1)), "ackId": str(uuid.UUID(int=2)), "code": "Z999",
    "authority": "0" * 40, "thumbprint": "0" * 43, "siret": "0" * 14,
    "level": "0", "index": "x001/999", "width": "255",
}  # fmt: skip
TAKEN_AWAY = ("partner_tokens", "partner_invitations", "partner_credentials", "log_checkpoints")
TILE = 256
"""Answers that make a full tile of the evidence log, and a full bundle."""
STRANGER = "0" * 43
"""A secret of the right form that nobody was given."""


class Call(NamedTuple):
    """One call of an operation, sound but for what a test changes."""

    gateway: Running
    portal: BlockingPortal
    name: str
    known: dict[str, str]

    def answer(self, *, query="", headers=(), content=None, by="laboratory", known=None):
        method, path, operation = OPERATIONS[self.name]
        is_form = self.name == "requestToken"
        has_body = "requestBody" in operation
        if self.name == "enrol" and by == "laboratory":
            by, offer = _invited(self.gateway)
            content = offer if content is None else content
        if self.name == "revokeCredential" and by == "laboratory":
            by = _revoking(self.gateway, (known or {}).get("thumbprint"))
        if content is None and is_form:
            content = self.machine().form()
        elif content is None and self.name == "verifyWorker":
            is_known = known is None
            content = jcs(_question(1 if is_known else 99))
        elif content is None:
            content = builders.in_json(builders.a_transmission()) if has_body else b""
        return self.gateway.request(
            method,
            address(path, **(known or self.known)) + query,
            by=None if self.name in PUBLIC else by,
            headers=[*((FORM if is_form else JSON) if has_body else ()), *headers],
            content=content,
        )

    def machine(self, *, is_enrolled=True):
        """A machine of the laboratory's, with a key of its own."""
        machine = Machine("laboratory", issuer=f"http://{HOST}", clock=self.gateway.clock)
        if is_enrolled:
            _emptied(self.gateway)
            put(self.gateway.store.credentials, machine.credential())
        return machine

    def token(self, scope):
        form = self.machine().form(scope=scope)
        answer = self.gateway.request("POST", "/oauth/token", headers=FORM, content=form)
        return answer.json()["access_token"]


def _question(number):
    """About the fictitious worker of that number."""
    return {"worker": builders.a_worker(number), "employer": {"siret": builders.EMPLOYER}}


def _emptied(gateway):
    """The laboratory's credentials revoked, so that there is a place for another."""
    for one in gateway.store.credentials.credentials_of("laboratory"):
        gateway.store.credentials.revoke("laboratory", one.thumbprint, NOW)


def _invited(gateway, key=None):
    """An invitation, and what it is to enrol."""
    _emptied(gateway)
    invitation = enrolling.invite(gateway)
    form = enrolling.of_key(key or new_key(Kind.P256), invitation=invitation, now=NOW)
    return invitation, jcs(form)


def _revoking(gateway, thumbprint=None):
    """What a live key says: that it, or another, is revoked."""
    _emptied(gateway)
    key, kid = enrolling.enrolled_key(gateway)
    return enrolling.revocation(key, kid, thumbprint or kid, now=NOW)


@contextmanager
def running(tmp_path_factory, portal, **given):
    answers = FixedAnswers(verified())
    gateway = Running(tmp_path_factory.mktemp("home"), portal=portal, verification=answers, **given)
    try:
        yield gateway
    finally:
        gateway.close()


@pytest.fixture(scope="module")
def hurried(tmp_path_factory, portal):
    with running(tmp_path_factory, portal, pace=HURRIED) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def shared(tmp_path_factory, portal):
    """A gateway where a partner may have one request under way."""
    with running(tmp_path_factory, portal, share=1) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def broken(tmp_path_factory, portal):
    """A gateway that lost its keys and a table of its database."""
    with running(tmp_path_factory, portal) as gateway:
        gateway.config.signing_keys.rename(gateway.home / "elsewhere")
        authority = new_authority(
            gateway.config.authority_keys, common_name="Essai", organisation="Essai", now=NOW
        )
        (gateway.config.authority_keys / f"{authority}.key.pem").unlink()
        gateway.authority = authority
        gateway.config.token_keys.rename(gateway.home / "elsewhere-too")
        with gateway.store.engine.begin() as connection:
            for table in TAKEN_AWAY:
                connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_elsewhere")
        yield gateway


@pytest.fixture(scope="module")
def known(hurried):
    receipt = hurried.submit(builders.a_transmission())
    transmission = receipt.acknowledgement["transmission"]["id"]
    authority = new_authority(
        hurried.config.authority_keys, common_name="Essai", organisation="Essai", now=NOW
    )
    return {
        "id": transmission, "ackId": receipt.acknowledgement["id"], "code": "I001",
        "siret": builders.EMPLOYER,
        "authority": authority, "level": "0", "index": "000", "width": "1",
    }  # fmt: skip


@pytest.fixture(scope="module")
def full(hurried, known):
    """The gateway once its log has a full tile."""
    del known
    for spaces in range(TILE):  # each an answer of its own: what has no content is refused, signed
        hurried.post(b" " * spaces, headers=JSON)
    return hurried


@pytest.fixture(scope="module")
def mute(tmp_path_factory, portal):
    """A gateway without a checkpoint, as until the sequencer's first round, which is over."""
    with running(tmp_path_factory, portal) as gateway:
        while gateway.request("GET", "/log/checkpoint").status_code != 200:
            sleep(0.01)
        with gateway.store.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM log_checkpoints")
        yield gateway


@pytest.fixture
def call(request, hurried, portal, known):
    return Call(hurried, portal, request.param, known)


async def _a_body_that_does_not_come():
    yield b"{"
    await anyio.sleep_forever()


def _in_conflict(call):
    if call.name == "enrol":
        key = new_key(Kind.P256)
        for _ in range(2):
            invitation, offer = _invited(call.gateway, key)
            response = call.answer(by=invitation, content=offer)
        return response
    return _being_judged(call)


def _away(call):
    """Where the database and the keys are gone."""
    if call.name in {"enrol", "revokeCredential"}:
        statement = revocation(new_key(Kind.P256), STRANGER, STRANGER, now=NOW)
        return call.answer(by=statement, content=b"{}")
    if call.name == "requestToken":
        return call.answer(content=call.machine(is_enrolled=False).form())
    return call.answer(known={**call.known, "authority": call.gateway.authority})


def _being_judged(call):
    form = builders.a_transmission()
    key = RecordKey(form["sender"]["siret"], False, form["id"], is_readable=True)  # noqa: FBT003
    with call.gateway.store.leases.hold(key):
        return call.answer(content=builders.in_json(form))


def _share_taken(call):
    """While the partner's one place is taken by a body that comes when we let it."""
    by = _revoking(call.gateway) if call.name == "revokeCredential" else "laboratory"
    is_asked, may_come = Event(), call.portal.call(anyio.Event)

    async def body():
        is_asked.set()  # a body is read once the place is taken
        yield b"{"
        await may_come.wait()

    with ThreadPoolExecutor(1) as threads:
        occupant = threads.submit(
            call.gateway.request,
            *("POST", "/v1/checks"),
            by="laboratory",
            headers=JSON,
            content=body(),
        )
        assert is_asked.wait(timeout=30)
        try:
            return call.answer(by=by)
        finally:
            call.portal.call(may_come.set)
            assert occupant.result().status_code == 422


def _beyond_its_scope(call):
    """By a token that opens the other half of the contract."""
    security = OPERATIONS[call.name][2]["security"][0]["oauth2"]
    return call.answer(
        by=call.token(*({"transmissions.read", "transmissions.submit"} - {*security}))
    )


def _unreadable(call):
    if call.name in OF_THE_LOG:  # like a file, it has no parameters
        return call.answer(headers=[("host", "elsewhere.example")])
    return call.answer(query="?unheard-of=1")


def _stranger(call):
    is_form = call.name == "requestToken"
    return call.answer(by=None, content=b"grant_type=client_credentials" if is_form else None)


CALLS = {
    200: lambda call: call.answer(),
    201: lambda call: call.answer(),
    400: _unreadable,
    401: _stranger,
    403: _beyond_its_scope,
    404: lambda call: call.answer(
        known=UNKNOWN, query="?sender=00000000000000" if call.name == "listTransmissions" else ""
    ),
    406: lambda call: call.answer(headers=[("accept", "image/png")]),
    408: lambda call: call.answer(content=_a_body_that_does_not_come()),
    409: _in_conflict,
    413: lambda call: call.answer(headers=[("content-length", "5242881")]),
    415: lambda call: call.answer(headers=[("content-encoding", "gzip")]),
    422: lambda call: call.answer(content=b"{"),
    429: _share_taken,
    503: _away,
}


def _where(name, status):
    """The fixture of a gateway that gives this status."""
    special = {
        ("readCheckpoint", 404): "mute",
        ("readHashTile", 200): "full",
        ("readEntryBundle", 200): "full",
    }
    return special.get((name, status), {429: "shared", 503: "broken"}.get(status, "hurried"))


@pytest.mark.parametrize(("name", "status"), DOCUMENTED)
def test_a_documented_status_is_reached_and_answered_as_documented(
    request, portal, known, name, status
):
    gateway = request.getfixturevalue(_where(name, status))
    response = CALLS[status](Call(gateway, portal, name, known))
    assert response.status_code == status, response.content
    method, path, _ = OPERATIONS[name]
    response.request = httpx.Request(method, response.request.url)  # its body may never have ended
    document()[path][method].validate_response(response)


def test_another_method_is_told_which_there_are(hurried, known):
    for path in {path for _, path, _ in OPERATIONS.values()}:
        has = {method for method, other, _ in OPERATIONS.values() if other == path}
        response = hurried.request("DELETE", address(path, **known), by="laboratory")
        assert response.status_code == 405
        allowed = set(response.headers["allow"].split(", "))
        assert allowed == has | ({"HEAD"} if "GET" in has else set())
        for method in ("PUT", "PATCH", "OPTIONS", "TRACE"):
            assert hurried.request(method, address(path, **known)).status_code == 405


def _links():
    for name, (_, _, operation) in OPERATIONS.items():
        for status, response in operation["responses"].items():
            for link, reference in response.get("links", {}).items():
                form = json.openapi()["components"]["links"][reference["$ref"].rpartition("/")[2]]
                yield pytest.param(name, int(status), form, id=f"{name}-{status}-{link}")


def _at(form, expression):
    """What a runtime expression points at (OpenAPI 3.0.3, Link Object; RFC 6901), or None."""
    for step in expression.removeprefix("$response.body#/").split("/"):
        form = form[int(step)] if isinstance(form, list) else form.get(step)
        if form is None:
            return None
    return form


@pytest.mark.parametrize("test", [False, True])
@pytest.mark.parametrize(("call", "status", "link"), [*_links()], indirect=["call"])
def test_a_link_leads_from_an_answer_to_the_next(call, status, link, test):
    content = None
    if status == 422:  # a signed refusal of a body that can be read
        totals = {"results": 2, "measurements": 1, "sumMsv": "0.15"}
        content = builders.in_json(builders.a_transmission(test=test, totals=totals))
    elif call.name == "submitTransmission":
        content = builders.in_json(builders.a_transmission(test=test))
    response = call.answer(content=content)
    assert response.status_code == status
    found = {to: _at(response.json(), said) for to, said in link["parameters"].items()}
    given = {
        to: str(value).lower() if isinstance(value, bool) else value
        for to, value in found.items()
        if value is not None
    }
    method, path, _ = OPERATIONS[link["operationId"]]
    inside = {to: given.pop(to) for to in [*given] if f"{{{to}}}" in path}
    query = "".join(f"?{to}={value}" for to, value in given.items())
    followed = call.gateway.request(method, address(path, **inside) + query, by="laboratory")
    assert followed.status_code == 200, followed.content
