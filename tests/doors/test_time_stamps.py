"""Stamps that are late stop new answers by a named 503; those that came complete a receipt."""

import subprocess
import time
from base64 import b64decode, b64encode
from datetime import timedelta
from hashlib import sha256

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.__main__ import main
from gateway.app import Gateway
from gateway.ports import Rendering
from gateway.wire.canonical import jcs
from gateway.wire.v1.acknowledgement import json_receipt
from signing.authorities import parse_published_authorities
from signing.encoding import instant_text
from signing.keys import load_signer
from signing.log.proof import parse_proof
from signing.timestamp import prove_token
from tests.builders import LABORATORY, a_transmission
from tests.contract.ports.closings import a_closing, a_key
from tests.fakes import FixedClock
from tests.partners.tsa_example.server import Behaviour, Double
from tests.running import DOORS, NOW

WARN, REFUSE = timedelta(hours=1), timedelta(hours=2)
A_SECOND = timedelta(seconds=1)
FORGED_ID = "0f1e2d3c-4b5a-4968-8776-655443322110"
SOME_ID, OTHER_ID = "5b3c1f4e-0a67-4d0e-9c3b-6b1f0e1d2c3b", "7d1e2f3a-4b5c-4d6e-8f90-a1b2c3d4e5f6"


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def authority(clock):
    with Double(now=clock.now) as double:
        yield double


@pytest.fixture
def stamped(start, clock, authority, tmp_path):
    """A gateway that asks the authority each second."""
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authority.stamper.root.certificate.public_bytes(Encoding.PEM))
    return start(
        clock=clock,
        tsa="EXAMPLE",
        tsa_example_url=authority.url,
        tsa_example_roots=roots,
        tsa_every_s=1,
        tsa_warn_s=int(WARN.total_seconds()),
        tsa_refuse_s=int(REFUSE.total_seconds()),
    )


def readiness(gateway):
    answer = gateway.request("GET", "/health/ready")
    return answer.status_code, orjson.loads(answer.content)


def wait_for(condition, *, clock):
    """Until it holds; the gate looks at the record once a second of its clock."""
    for _ in range(600):
        if condition():
            return
        clock.advance(A_SECOND)
        time.sleep(0.1)
    pytest.fail("it never came")


def is_ready(gateway):
    return readiness(gateway) == (200, {"status": "ok"})


def again(gateway):
    """The process ends, and another begins."""
    gateway.gateway.close()
    gateway.gateway = Gateway(gateway.config, clock=gateway.clock)
    gateway.store = gateway.gateway.store
    gateway.serve(gateway.gateway.asgi)


def fetched(gateway, answer, *, accept="application/json"):
    return gateway.get(f"/v1/receipts/{answer.acknowledgement['id']}", accept=accept)


def test_late_stamps_warn_and_then_refuse_at_every_door_until_one_came(stamped, clock, authority):
    authority.behaviour = Behaviour.FAILS
    given = {door: stamped.submit(a_transmission(id=SOME_ID), door=door) for door in DOORS}
    assert is_ready(stamped)

    clock.advance(WARN + A_SECOND)
    late = {"status": "degraded", "warnings": ["timestamps-late"]}
    assert readiness(stamped) == (200, late)

    clock.advance(REFUSE - WARN)
    status, state = readiness(stamped)
    assert (status, state["failing"]) == (503, ["timestamps"])
    before = stamped.counted("acknowledgements")
    for door in DOORS:
        refused = stamped.submit(a_transmission(id=OTHER_ID), door=door)
        assert refused.status == (500 if door.startswith("soap") else 503)
        assert (refused.fault_code, refused.headers["retry-after"]) == ("B012", "60")
        replay = stamped.submit(a_transmission(id=SOME_ID), door=door)
        assert replay.content == given[door].content
    assert stamped.counted("acknowledgements") == before

    authority.behaviour = Behaviour.STAMPS
    wait_for(lambda: is_ready(stamped), clock=clock)
    assert stamped.submit(a_transmission(id=OTHER_ID)).status == 200


def test_a_restart_forgives_nothing(stamped, clock, authority):
    authority.behaviour = Behaviour.SILENT
    stamped.submit(a_transmission(id=SOME_ID))
    clock.advance(REFUSE + A_SECOND)
    again(stamped)
    assert readiness(stamped)[0] == 503
    assert stamped.submit(a_transmission(id=OTHER_ID)).fault_code == "B012"
    assert stamped.submit(a_transmission(id=SOME_ID)).status == 200


def test_a_stamp_that_proves_nothing_counts_as_none(stamped, clock, authority):
    authority.behaviour = Behaviour.WRONG_NONCE
    answer = stamped.submit(a_transmission(id=SOME_ID))
    for behaviour in (Behaviour.WRONG_IMPRINT, Behaviour.EXPIRED):
        authority.behaviour, asked = behaviour, len(authority.requests)
        wait_for(lambda asked=asked: len(authority.requests) > asked + 1, clock=clock)
    assert "timestamp" not in fetched(stamped, answer).form["proof"]
    assert stamped.counted("log_timestamps") == 0


def test_a_receipt_fetched_again_carries_the_stamp_and_its_replay_stays_as_it_was(stamped, clock):
    answer = stamped.submit(a_transmission(id=SOME_ID))
    assert "timestamp" not in answer.form["proof"]
    wait_for(lambda: stamped.counted("log_timestamps"), clock=clock)
    proof = fetched(stamped, answer).form["proof"]
    trust = parse_published_authorities(
        stamped.request("GET", "/.well-known/siseri-signing-keys.json").content
    )
    text = parse_proof(proof["inclusion"].encode()).signed.note.text.encode()
    token = b64decode(proof["timestamp"])
    assert prove_token(token, text=text, trust=trust).timestamp.gen_time >= NOW
    assert proof["timestamp"].encode() in fetched(stamped, answer, accept="application/xml").content
    assert stamped.submit(a_transmission(id=SOME_ID)).content == answer.content


# ---------- what a thief of the key signs


def forged(gateway, answer, *, decided_at):
    """The acknowledgement under another id and an earlier date, signed by the very key."""
    members = answer.acknowledgement | {"id": FORGED_ID, "decidedAt": instant_text(decided_at)}
    signer = load_signer(gateway.config.signing_keys, now=gateway.clock.now())
    canonical = jcs(members)
    return canonical, signer.sign_json(canonical)


def logged(gateway, canonical, jws, *, decided_at):
    """Brought into the record, and so into the log, past every door."""
    rendering = Rendering(representation="json", content=jws, kid="")
    gateway.store.log.close(
        a_closing(
            submitter_id="laboratory",
            sender_siret=LABORATORY,
            key=a_key(scope=LABORATORY),
            acknowledgement_id=FORGED_ID,
            canonical=canonical,
            canonical_sha256=sha256(canonical).hexdigest(),
            decided_at=decided_at,
            renderings=(rendering,),
        )
    )


def fetched_by_id(gateway, acknowledgement_id):
    """The member `proof` of a receipt that is read again."""
    return gateway.get(f"/v1/receipts/{acknowledgement_id}").form["proof"]


def with_members(canonical, jws, proof):
    digest = sha256(canonical).hexdigest()
    return json_receipt(canonical, digest, jws.decode(), proof=proof and jcs(proof))


def verified(gateway, octets, folder, capsys, *options):
    """What the command says of a receipt by the published register: exit code and document."""
    receipt, trust = folder / "receipt.json", folder / "siseri-signing-keys.json"
    receipt.write_bytes(octets)
    trust.write_bytes(gateway.request("GET", "/.well-known/siseri-signing-keys.json").content)
    capsys.readouterr()
    code = main(["verify", str(receipt), "--trust", str(trust), "--json", *options])
    return code, orjson.loads(capsys.readouterr().out)


def test_a_stamped_receipt_is_verified_with_its_time(stamped, clock, tmp_path, capsys):
    answer = stamped.submit(a_transmission(id=SOME_ID))
    wait_for(lambda: stamped.counted("log_timestamps"), clock=clock)
    needed = ("--require-timestamp",)
    for form in ("application/json", "application/xml"):
        receipt = fetched(stamped, answer, accept=form).content
        code, said = verified(stamped, receipt, tmp_path, capsys, *needed)
        assert (code, said["timestampedAt"]) == (0, said["seenAt"])
        assert said["timestampedAt"] >= answer.acknowledgement["decidedAt"][:19]
    code, said = verified(stamped, answer.content, tmp_path, capsys)
    assert (code, said["timestampedAt"]) == (0, None)
    code, said = verified(stamped, answer.content, tmp_path, capsys, *needed)
    assert (code, said["step"]) == (2, 16)


def test_a_receipt_dated_back_is_refused_whatever_the_thief_of_the_key_shows_with_it(
    stamped, clock, tmp_path, capsys
):
    back = NOW - timedelta(days=100)
    answer = stamped.submit(a_transmission(id=SOME_ID))
    canonical, jws = forged(stamped, answer, decided_at=back)
    # never in the log: without a proof, and with that of another receipt
    assert verified(stamped, with_members(canonical, jws, None), tmp_path, capsys)[0] == 2
    other = with_members(canonical, jws, answer.form["proof"])
    code, said = verified(stamped, other, tmp_path, capsys)
    assert (code, said["step"]) == (2, 14)
    # brought into the log by who holds the database too: it is stamped today
    logged(stamped, canonical, jws, decided_at=back)
    proof = fetched_by_id(stamped, FORGED_ID)
    size = proof["size"]
    wait_for(lambda: stamped.store.evidence.timestamp(size), clock=clock)
    token = b64encode(stamped.store.evidence.timestamp(size).token).decode()
    dated = with_members(canonical, jws, proof | {"timestamp": token})
    code, said = verified(stamped, dated, tmp_path, capsys)
    assert (code, said["step"]) == (2, 18)
    assert "dated back" in said["reason"]
    # the gateway shows no stamp that came so late; nothing tells, and that is said; who asks for
    # one refuses
    proof = fetched_by_id(stamped, FORGED_ID)
    assert (proof["size"], "timestamp" in proof) == (size, False)
    undated = with_members(canonical, jws, proof)
    code, said = verified(stamped, undated, tmp_path, capsys)
    assert (code, said["seenAt"]) == (0, None)
    assert said["steps"][17]["found"] == "a false date is not excluded"
    code, said = verified(stamped, undated, tmp_path, capsys, "--require-timestamp")
    assert (code, said["step"]) == (2, 16)


def test_openssl_agrees_with_the_stamp_of_a_receipt(stamped, clock, authority, tmp_path):
    answer = stamped.submit(a_transmission(id=SOME_ID))
    wait_for(lambda: stamped.counted("log_timestamps"), clock=clock)
    proof = fetched(stamped, answer).form["proof"]
    _, _, checkpoint = proof["inclusion"].partition("\n\n")
    files = {
        "token.der": b64decode(proof["timestamp"]),
        "checkpoint.txt": (checkpoint.partition("\n\n")[0] + "\n").encode(),
        "other.txt": b"other\n",
        "root.pem": authority.stamper.root.certificate.public_bytes(Encoding.PEM),
    }
    for name, octets in files.items():
        (tmp_path / name).write_bytes(octets)
    said = [
        subprocess.run(
            ["openssl", "ts", "-verify", "-token_in", "-in", "token.der", "-data", text,
             "-CAfile", "root.pem", "-attime", str(int(NOW.timestamp()))],
            cwd=tmp_path, capture_output=True, check=False,
        ).returncode == 0
        for text in ("checkpoint.txt", "other.txt")
    ]  # fmt: skip
    assert said == [True, False]


def test_where_nobody_stamps_the_register_of_keys_names_no_authority(gateway):
    octets = gateway.request("GET", "/.well-known/siseri-signing-keys.json").content
    assert parse_published_authorities(octets) is None
