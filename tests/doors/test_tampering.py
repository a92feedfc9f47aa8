"""Who edits the database, or holds every key, is found: by `verify`, or by the witness.

Each kind is done to a gateway that serves, as somebody who has its database would do it; where it
takes a key, by the gateway's own keys.
"""

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.commands.verify import prove, prove_evidence, trusted
from gateway.errors import LogUnavailable
from gateway.evidence.following import Follower
from gateway.model.witnessing import Sight
from gateway.wire.canonical import jcs
from signing.encoding import from_base64url, to_base64url
from signing.errors import SignatureInvalid
from signing.log.witness_folder import EVIDENCE
from tests.doors.witnessed import submit

KEYS = "/.well-known/siseri-signing-keys.json"


class Served:
    """The log that a gateway in this process serves."""

    def __init__(self, gateway):
        self._gateway = gateway

    def read(self, path):
        answer = self._gateway.request("GET", f"/log/{path}")
        if answer.status_code != 200:
            raise LogUnavailable(f"status {answer.status_code}")
        return answer.content


def fetched(witnessed, answer, *, accept="application/json"):
    """The receipt as it is read again now, whatever it proves."""
    return witnessed.gateway.request(
        "GET", answer.headers["location"], by="laboratory", headers={"accept": accept}
    )


def believed(witnessed, *, policy=True):
    """What a partner took at its enrolment: the keys, and the policy of witnesses."""
    octets = witnessed.gateway.request("GET", KEYS).content
    return trusted(octets, policy=witnessed.policy_octets if policy else None)


def cosigned(witnessed, count=3):
    """Receipts read again, each under a checkpoint that the witness has cosigned."""
    answers = [submit(witnessed.gateway) for _ in range(count)]
    trust = believed(witnessed)
    for answer in answers:
        assert witnessed.until(lambda answer=answer: witnessed.cosigned(answer))
        assert prove(fetched(witnessed, answer).content, trust)  # the benign twin
    size = witnessed.gateway.store.evidence.latest().size
    assert witnessed.until(lambda: witnessed.gateway.store.evidence.cosignatures(size))
    return answers


def edit(witnessed, *statements, **values):
    """Statements on the database, behind the back of all."""

    def run(connection):
        for statement in statements:
            given = {name: values[name] for name in values if f":{name}" in statement}
            assert connection.execute(text(statement), given).rowcount != 0, statement

    witnessed.gateway.store.writer.run(run)


def written_anew(witnessed, first, *statements):
    """The same, and the whole log written anew out of it, by the gateway itself with its keys."""
    before = witnessed.gateway.store.evidence.latest()
    edit(
        witnessed,
        *statements,
        "DELETE FROM log_cosignatures",
        "DELETE FROM log_checkpoints",
        "DELETE FROM log_hashes",
        "UPDATE log_leaves SET leaf_index = NULL, salt = NULL, entry = NULL",
        "UPDATE audit_entries SET leaf_index = NULL, leaf = NULL",
    )
    fetched(witnessed, first)  # which waits for its place in the log: all get theirs
    latest = witnessed.gateway.store.evidence.latest()
    assert latest.root != before.root
    return latest


def look(witnessed):
    """What whoever follows the log with the same witness finds."""
    return Follower(
        shown=Served(witnessed.gateway), witness=witnessed.witness, known=witnessed.log
    ).look()


def evidence_of(witnessed):
    """The two notes of each fork that the witness keeps."""
    files = (witnessed.folder / EVIDENCE).glob("fork-*.json")
    return [json.loads(file.read_bytes()) for file in files]


def is_cosigned(witnessed):
    evidence = witnessed.gateway.store.evidence
    return bool(evidence.cosignatures(evidence.latest().size))


# ---------- by verify


def rejected(jws):
    """The same JWS of another verdict."""
    head, payload, signature = jws.decode().split(".")
    said = from_base64url(payload).replace(b'"ACCEPTED"', b'"REJECTED"')
    return f"{head}.{to_base64url(said)}.{signature}".encode()


@pytest.mark.parametrize(
    ("representation", "edited"),
    [
        ("json", rejected),
        ("xml", lambda xml: xml.replace(b">ACCEPTED<", b">REJECTED<")),
    ],
)
def test_an_edited_answer_is_found_by_verify(witnessed, representation, edited):
    answer = cosigned(witnessed)[0]
    assert answer.acknowledgement["disposition"] == "ACCEPTED"
    accept = f"application/{representation}"
    assert prove(fetched(witnessed, answer, accept=accept).content, believed(witnessed))
    known = answer.acknowledgement["id"]
    before = witnessed.gateway.store.log.rendering(known, representation).content
    assert edited(before) != before
    edit(
        witnessed,
        "UPDATE renderings SET content = :after WHERE content = :before",
        after=edited(before),
        before=before,
    )
    read = fetched(witnessed, answer, accept=accept)
    assert read.status_code == 200
    with pytest.raises(SignatureInvalid):
        prove(read.content, believed(witnessed))


def test_an_edited_answer_that_is_signed_anew_by_our_own_key_is_found_by_verify(witnessed):
    answer = cosigned(witnessed)[1]
    receipt = json.loads(fetched(witnessed, answer).content)
    receipt["acknowledgement"]["issuer"]["name"] = "Un autre registre"
    anew = signed_anew(witnessed, receipt)
    with pytest.raises(SignatureInvalid) as refusal:
        prove(anew, believed(witnessed))
    assert "not in the tree" in refusal.value.reason


def signed_anew(witnessed, receipt):
    """A receipt whose acknowledgement was changed, signed by the key of the gateway."""
    canonical = jcs(receipt["acknowledgement"])
    receipt["canonicalSha256"] = hashlib.sha256(canonical).hexdigest()
    receipt["signature"] = witnessed.signer().sign_json(canonical).decode()
    return jcs(receipt)


@pytest.mark.parametrize(
    "statement",
    [
        (
            "UPDATE log_leaves SET salt = zeroblob(32) "
            "WHERE cursor = (SELECT cursor FROM log_leaves ORDER BY cursor LIMIT 1 OFFSET 1)"
        ),
        (
            "UPDATE log_leaves SET leaf_index = 999 "
            "WHERE cursor = (SELECT cursor FROM log_leaves ORDER BY cursor LIMIT 1 OFFSET 1)"
        ),
        "UPDATE log_hashes SET hash = zeroblob(32)",
        "UPDATE log_checkpoints SET note = CAST(replace(note, '/log', '/lag') AS BLOB)",
        "UPDATE log_cosignatures SET line = replace(line, 'temoin', 'autre')",
    ],
    ids=["its salt", "its place", "hashes", "checkpoints", "cosignatures"],
)
def test_an_edited_row_of_the_log_is_found_by_verify(witnessed, statement):
    answer = cosigned(witnessed)[1]
    edit(witnessed, statement)
    read = fetched(witnessed, answer)
    if read.status_code == 200:
        with pytest.raises(SignatureInvalid):
            prove(read.content, believed(witnessed))
    else:
        assert (read.status_code, json.loads(read.content)["code"]) == (503, "B014")


def test_a_backdated_receipt_is_found_by_verify_for_the_witness_tells_the_time(witnessed):
    witnessed.clock.advance(-timedelta(days=30))
    answer = submit(witnessed.gateway)
    assert witnessed.until(lambda: witnessed.cosigned(answer))
    receipt = fetched(witnessed, answer).content
    with pytest.raises(SignatureInvalid) as refusal:
        prove(receipt, believed(witnessed))
    assert "dated back" in refusal.value.reason
    found = prove_evidence(receipt, believed(witnessed, policy=False))
    assert found.logged.seen_at is None  # who asks for no witness is told that nothing excludes it


# ---------- by the witness


def test_a_removed_leaf_is_found_by_the_witness_and_its_receipt_proves_for_ever(witnessed):
    answers = cosigned(witnessed)
    kept = [fetched(witnessed, answer).content for answer in answers]
    before = witnessed.gateway.store.evidence.latest()
    shorter = written_anew(
        witnessed,
        answers[0],
        "DELETE FROM log_leaves WHERE cursor = (SELECT max(cursor) FROM log_leaves)",
    )
    assert shorter.size == before.size - 1
    assert look(witnessed).sight is Sight.SHRUNK
    assert len([*(witnessed.folder / EVIDENCE).glob("shrunk-*.json")]) == 1
    submit(witnessed.gateway)  # as long as before, it can hide nothing
    assert witnessed.until(lambda: evidence_of(witnessed))
    assert look(witnessed).sight is Sight.REWRITTEN
    assert not is_cosigned(witnessed)
    for receipt in kept:
        assert prove(receipt, believed(witnessed))


def test_a_forked_log_is_found_by_the_witness_and_cosigned_no_more(witnessed):
    first, *_ = cosigned(witnessed)
    before = witnessed.gateway.store.evidence.latest()
    written_anew(witnessed, first)
    answer = submit(witnessed.gateway)
    assert witnessed.until(lambda: {409, 422} & {*witnessed.statuses})
    assert look(witnessed).sight is Sight.REWRITTEN
    (form,) = evidence_of(witnessed)[:1]
    assert form["seen"].splitlines()[:2] == [witnessed.log.origin, str(before.size)]
    assert form["seen"] != form["shown"]
    with pytest.raises(SignatureInvalid, match="witness"):
        prove(fetched(witnessed, answer).content, believed(witnessed))
    assert not is_cosigned(witnessed)


def test_a_rewritten_checkpoint_is_found_by_the_witness_whose_evidence_is_both_notes(witnessed):
    first, *_ = cosigned(witnessed)
    before = witnessed.gateway.store.evidence.latest()
    rewritten = written_anew(witnessed, first)
    assert rewritten.size == before.size
    (form,) = witnessed.until(lambda: evidence_of(witnessed))
    assert form["seen"].encode() == before.note
    assert form["shown"].encode() == rewritten.note
    assert look(witnessed).sight is Sight.REWRITTEN
    assert not is_cosigned(witnessed)


def test_a_checkpoint_that_the_log_did_not_sign_is_followed_by_nobody(witnessed):
    cosigned(witnessed)
    assert look(witnessed).sight is Sight.CONSISTENT
    edit(witnessed, "UPDATE log_checkpoints SET note = CAST(replace(note, '/log', '/lag') AS BLOB)")
    with pytest.raises(LogUnavailable, match="no checkpoint of this log"):
        look(witnessed)
    assert evidence_of(witnessed) == []


def test_a_database_of_an_older_backup_is_found_by_the_witness(witnessed):
    cosigned(witnessed)
    edit(
        witnessed,
        "DELETE FROM log_cosignatures",
        "DELETE FROM log_checkpoints WHERE size > 1",
    )
    assert witnessed.until(lambda: 409 in witnessed.statuses)
    assert look(witnessed).sight is Sight.SHRUNK
    assert not is_cosigned(witnessed)
