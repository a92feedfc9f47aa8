"""`POST /add-checkpoint` as C2SP tlog-witness writes it: every status, and hostile bodies."""

import asyncio
import threading
from contextlib import contextmanager

import httpx
import pytest

from gateway.api.witness import WitnessDoor
from gateway.model.witnessing import WitnessAnswer
from signing.encoding import to_base64
from signing.log.checkpoint import SignedCheckpoint
from signing.log.cosignature import cosignatures
from signing.log.note import parse_signature_lines
from signing.log.tree import EMPTY_ROOT, consistency_proof, leaf_hash
from signing.log.witness import MAX_REQUEST_BYTES
from tests.unit.signing.log.small_log import signer
from tests.witnesses import KEY, ALog, a_witness

LOG = ALog(300)
FORKED = ALog(300, rewritten=[2])
STRANGER = ALog(300, key=signer(9))
UNKNOWN = ALog(300, key=signer(1, "unknown.example/log"))
SEEN = 9
HASH = to_base64(leaf_hash(b""))
SIZE_TYPE = "text/x.tlog.size"


def door_to(add_checkpoint, **how):
    asgi = WitnessDoor(add_checkpoint=add_checkpoint, max_bytes=MAX_REQUEST_BYTES, **how)

    def exchange(content=b"", *, method="POST", path="/add-checkpoint"):
        async def call():
            transport = httpx.ASGITransport(asgi)
            async with httpx.AsyncClient(transport=transport, base_url="http://w") as client:
                return await client.request(method, path, content=content)

        return asyncio.run(call())

    return exchange


@contextmanager
def served(folder, *, seen=SEEN):
    with a_witness(folder) as witness:
        exchange = door_to(witness.add_checkpoint)
        if seen:
            assert exchange(LOG.request(0, seen).octets).status_code == 200
        exchange.vkey = witness.memory.signer.vkey
        yield exchange


def test_200_is_lines_of_cosignatures_that_verify_under_the_checkpoint(tmp_path):
    with served(tmp_path) as exchange:
        request = LOG.request(SEEN, 20)
        answer = exchange(request.octets)
        assert answer.status_code == 200
        assert answer.text.startswith("— ")
        assert answer.text.endswith("\n")
        note = request.signed.note.with_signatures(*parse_signature_lines(answer.text))
        shown = SignedCheckpoint(checkpoint=request.signed.checkpoint, note=note)
        assert len(cosignatures(shown, witnesses=[exchange.vkey])) == 1


STATUSES = {
    "an unknown origin": (UNKNOWN.request(0, 20), 404),
    "an unknown key": (STRANGER.request(SEEN, 20), 403),
    "an old size above the checkpoint's": (LOG.request(SEEN, 8, proof=()), 400),
    "an old size below ours": (LOG.request(4, 20), 409),
    "an old size of zero, to ask where it is": (LOG.request(0, 20), 409),
    "an old size above ours": (LOG.request(12, 20), 409),
    "another root of our size": (FORKED.request(SEEN, SEEN), 409),
    "another past": (FORKED.request(SEEN, 20), 422),
    "no proof where one is needed": (LOG.request(SEEN, 20, proof=()), 422),
    "a hash too many": (
        LOG.request(SEEN, 20, proof=(*consistency_proof(SEEN, 20, LOG.stored), leaf_hash(b""))),
        422,
    ),
    "a hash too few": (
        LOG.request(SEEN, 20, proof=consistency_proof(SEEN, 20, LOG.stored)[:-1]),
        422,
    ),
    "a proof where none is needed": (LOG.request(SEEN, SEEN, proof=(leaf_hash(b""),)), 422),
    "no leaf any more": (LOG.request(0, 0, root=EMPTY_ROOT), 409),
}


@pytest.mark.parametrize("name", STATUSES)
def test_a_refusal_has_the_status_of_the_standard_and_costs_the_log_nothing(tmp_path, name):
    request, status = STATUSES[name]
    with served(tmp_path) as exchange:
        answer = exchange(request.octets)
        assert answer.status_code == status
        if status == 409:
            assert answer.headers["content-type"] == SIZE_TYPE
            assert answer.content == b"%d\n" % SEEN
        else:
            french, english = answer.text.splitlines()
            assert french != english
        assert exchange(LOG.request(SEEN, 20).octets).status_code == 200  # the benign twin


GOOD = LOG.request(SEEN, 20).octets
HEAD, _, NOTE = GOOD.partition(b"\n\n")
MALFORMED = {
    "nothing": b"",
    "not text": bytes(range(256)),
    "json": b'{"old": 9}',
    "no empty line": GOOD.replace(b"\n\n", b"\n", 1),
    "no final newline": GOOD[:-1],
    "carriage returns": GOOD.replace(b"\n", b"\r\n"),
    "another first line": b"new 9" + GOOD[5:],
    "a leading zero": b"old 09" + GOOD[5:],
    "a sign": b"old +9" + GOOD[5:],
    "a size beyond 63 bits": b"old %d" % 2**63 + GOOD[5:],
    "a hash of 31 bytes": b"old 9\n" + to_base64(bytes(31)).encode() + b"\n\n" + NOTE,
    "a hash without padding": HEAD[:-1] + b"\n\n" + NOTE,
    "base64 of the other alphabet": b"old 9\n" + to_base64(b"\xff" * 32).replace("/", "_").encode()
    + b"\n\n" + NOTE,
    "64 hashes": b"\n".join([b"old 9", *[HASH.encode()] * 64]) + b"\n\n" + NOTE,
    "no signature": HEAD + b"\n\n" + NOTE.partition(b"\n\n")[0] + b"\n\n",
    "no root": HEAD + b"\n\n" + NOTE.replace(NOTE.split(b"\n")[2] + b"\n", b"", 1),
    "a control character": HEAD + b"\n\n" + b"\0" + NOTE,
    "a hundred and one signatures": GOOD
    + b"".join(f"— n{at} AAAAAAAA\n".encode() for at in range(100)),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_a_body_of_another_form_is_400_and_its_benign_twin_200(tmp_path, name):
    with served(tmp_path) as exchange:
        assert exchange(MALFORMED[name]).status_code == 400
        assert exchange(GOOD).status_code == 200


def test_a_body_is_read_up_to_the_length_of_the_longest_request_and_no_further(tmp_path):
    with served(tmp_path) as exchange:
        assert exchange(bytes(MAX_REQUEST_BYTES)).status_code == 400
        answer = exchange(bytes(MAX_REQUEST_BYTES + 1))
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
        assert exchange(GOOD).status_code == 200


def test_sixty_three_hashes_are_read_and_do_not_verify(tmp_path):
    body = b"\n".join([b"old 9", *[HASH.encode()] * 63]) + b"\n\n" + NOTE
    with served(tmp_path) as exchange:
        assert exchange(body).status_code == 422


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_post_alone_is_served(tmp_path, method):
    with served(tmp_path) as exchange:
        answer = exchange(method=method)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/", "/add-checkpoint/", "/Add-Checkpoint", "/x/add-checkpoint"])
def test_nothing_is_at_another_address(tmp_path, path):
    with served(tmp_path) as exchange:
        assert exchange(GOOD, path=path).status_code == 404
        assert exchange(GOOD).status_code == 200


def test_where_the_state_cannot_be_kept_it_is_503_and_no_cosignature():
    def full(_body):
        raise OSError(28, "no space")

    answer = door_to(full)(GOOD)
    assert answer.status_code == 503
    assert "—" not in answer.text


def test_a_body_that_does_not_end_is_given_up():
    sent, never = [], threading.Event()

    async def receive():
        await asyncio.sleep(0 if not never.is_set() else 3600)
        never.set()
        return {"type": "http.request", "body": b"old", "more_body": True}

    async def send(message):
        sent.append(message)

    def unasked(_body):
        return WitnessAnswer(status=200, media_type="", content=b"")

    door = WitnessDoor(add_checkpoint=unasked, max_bytes=100, deadline_s=0.05)
    scope = {"type": "http", "path": "/add-checkpoint", "method": "POST"}
    asyncio.run(door(scope, receive, send))
    assert sent[0]["status"] == 408


def test_requests_at_once_through_the_door_are_decided_one_after_the_other(tmp_path):
    async def all_at_once(asgi):
        transport = httpx.ASGITransport(asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://w") as client:
            calls = [
                client.post("/add-checkpoint", content=log.request(0, 9).octets)
                for log in [LOG, FORKED] * 8
            ]
            return await asyncio.gather(*calls)

    with a_witness(tmp_path) as witness:
        door = WitnessDoor(add_checkpoint=witness.add_checkpoint, max_bytes=MAX_REQUEST_BYTES)
        answers = asyncio.run(all_at_once(door))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert statuses.count(409) == 15


def test_the_key_of_the_log_is_what_the_examples_are_signed_with():
    assert KEY.vkey == LOG.key.vkey
